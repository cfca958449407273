//! Visibility of doctors' leaves.

use std::convert::Infallible;

use domain::DoctorId;
use domain::doctor::Doctor;

use super::{authorize_leave, clinics};
use crate::authorization::{Action, Resource, ResourceClinics, authorize};
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
        if !matches!(state, Doctor::Registered(_)) {
            return Err(CommandError::NotFound);
        }
        if authorize_leave(caller, doctor, &state).is_ok() {
            return Ok(LeaveVisibility::WithReasons);
        }
        let times = Resource::of_doctor(doctor).with_clinics(ResourceClinics::Any(clinics(&state)));
        authorize(caller, Action::ReadLeave, &times)?;
        Ok(LeaveVisibility::Times)
    }
}
