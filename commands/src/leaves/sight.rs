//! Who sees when a doctor is away.

use std::convert::Infallible;

use domain::DoctorId;
use domain::doctor::Doctor;

use super::deciding_as;
use crate::execute::key;
use crate::{Caller, CommandError, Commands};

/// How much somebody sees of a doctor's leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// When; the reason may speak of the doctor's health.
    Times,
    /// When and why: for those who decide about it.
    WithReasons,
}

impl Commands {
    /// How much the caller sees of a doctor's leaves: those who decide about them see all, the staff of a
    /// clinic where the doctor works sees when.
    pub async fn sight_of_leaves(
        &self,
        caller: &Caller,
        doctor: DoctorId,
    ) -> Result<Sight, CommandError<Infallible>> {
        let loaded = self
            .store
            .load_committed::<Doctor>(&key(doctor.as_uuid()))
            .await?;
        let Doctor::Registered(registered) = loaded.aggregate() else {
            return Err(CommandError::NotFound);
        };
        let mut clinics = registered.affiliations.keys();
        if deciding_as(caller, doctor, loaded.aggregate()).is_some() {
            Ok(Sight::WithReasons)
        } else if clinics.any(|clinic| caller.is_staff_at(*clinic)) {
            Ok(Sight::Times)
        } else {
            Err(CommandError::NotFound)
        }
    }
}
