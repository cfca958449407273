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
        let state = self.store.read_set().require::<Doctor>(doctor).await?;
        let Doctor::Registered(registered) = &state else {
            return Err(CommandError::NotFound);
        };
        let mut clinics = registered.affiliations.keys();
        if deciding_as(caller, doctor, &state).is_some() {
            Ok(LeaveVisibility::WithReasons)
        } else if clinics.any(|clinic| caller.is_staff_at(*clinic)) {
            Ok(LeaveVisibility::Times)
        } else {
            Err(CommandError::NotFound)
        }
    }
}
