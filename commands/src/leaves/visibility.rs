//! Visibility of doctors' leaves.

use std::convert::Infallible;

use domain::DoctorId;
use domain::doctor::Doctor;

use super::deciding_as;
use crate::{Caller, CommandError, Commands};

/// The part of a doctor's leaves that a caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveVisibility {
    /// Times only: the reason may speak of the doctor's health.
    Times,
    /// Times and reasons: for callers who decide about leaves.
    WithReasons,
}

impl Commands {
    /// Returns what the caller may see of a doctor's leaves: all of it for callers who decide about them,
    /// the times for the staff of a clinic where the doctor works.
    pub async fn leave_visibility(
        &self,
        caller: &Caller,
        doctor: DoctorId,
    ) -> Result<LeaveVisibility, CommandError<Infallible>> {
        let loaded = self.store.load_committed::<Doctor>(&doctor.to_string());
        let loaded = loaded.await?;
        let Doctor::Registered(registered) = loaded.aggregate() else {
            return Err(CommandError::NotFound);
        };
        let mut clinics = registered.affiliations.keys();
        if deciding_as(caller, doctor, loaded.aggregate()).is_some() {
            Ok(LeaveVisibility::WithReasons)
        } else if clinics.any(|clinic| caller.is_staff_at(*clinic)) {
            Ok(LeaveVisibility::Times)
        } else {
            Err(CommandError::NotFound)
        }
    }
}
