//! The people of a practice.

use domain::ClinicZone;

use super::clinics::OpenedClinic;
use super::people::{Colleague, Regular};

/// The doctors and patients of a practice, and its clinic.
pub(super) struct Staff {
    pub(super) clinic: OpenedClinic,
    pub(super) doctors: Vec<Colleague>,
    pub(super) patients: Vec<Regular>,
}

impl Staff {
    pub(super) fn zone(&self) -> ClinicZone {
        self.clinic.facts.zone
    }

    pub(super) fn asks_a_fee(&self, doctor: usize) -> bool {
        let terms = self.doctors[doctor].facts.affiliation.as_ref();
        terms.is_some_and(|terms| !terms.fee.is_zero())
    }
}
