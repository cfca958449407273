//! Rows of a list that a caller may see, as a condition for a query.

use domain::{ClinicId, ClinicScope, DoctorId};

use super::{Action, Authorized, Denial, Relation, Resource, ResourceClinics};
use crate::Caller;

/// The rows of a patient's list on which a caller may take an action, each as [`authorize`](super::authorize) decides
/// about the row alone: those at these clinics, and those of this doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleRows {
    /// Rows at one of these clinics; `None` for all rows.
    pub clinics: Option<Vec<ClinicId>>,
    /// Rows of this doctor.
    pub doctor: Option<DoctorId>,
    /// The role and the relation that lead to rows, the first ones of the table's row.
    pub authorized: Authorized,
}

impl VisibleRows {
    /// Returns the rows on which the caller may take the action. `owner` has the attributes that all rows share: the
    /// patient, and whether the caller acts for the patient.
    ///
    /// # Errors
    /// [`Denial`] if there can't be any.
    pub fn new(caller: &Caller, action: Action, owner: &Resource) -> Result<Self, Denial> {
        let grants = action.rule().grants.iter();
        let grants: Vec<_> = grants.filter(|grant| caller.is(grant.role)).collect();
        if grants.is_empty() {
            return Err(Denial::Forbidden);
        }
        let (mut clinics, mut doctor) = (Some(Vec::new()), None);
        let mut first = None;
        for (role, relation) in grants.iter().flat_map(|grant| {
            grant
                .relations
                .iter()
                .map(|relation| (grant.role, *relation))
        }) {
            let leads = match (relation, &caller.clinics) {
                (Relation::Clinic, ClinicScope::All) => {
                    clinics = None;
                    true
                }
                (Relation::Clinic, ClinicScope::Only(own)) => {
                    if let Some(clinics) = &mut clinics {
                        clinics.extend(own);
                    }
                    !own.is_empty()
                }
                (Relation::OwnDoctor, _) => {
                    doctor = caller.doctor;
                    doctor.is_some()
                }
                (shared, _) if shared.holds(caller, owner) => {
                    clinics = None;
                    true
                }
                (_, _) => false,
            };
            if leads {
                first.get_or_insert(Authorized { role, relation });
            }
        }
        let authorized = first.ok_or(Denial::NotFound)?;
        Ok(Self {
            clinics,
            doctor,
            authorized,
        })
    }

    /// Returns whether a row is among them.
    #[must_use]
    pub fn contain(&self, row: &Resource) -> bool {
        let clinic = match (&self.clinics, &row.clinics) {
            (None, _) => true,
            (Some(clinics), ResourceClinics::One(clinic)) => clinics.contains(clinic),
            (Some(_), _) => false,
        };
        clinic || (self.doctor.is_some() && self.doctor == row.doctor)
    }
}
