//! Commands on the leave of doctors.

mod plan;
mod visibility;
mod withdraw;

use std::collections::BTreeSet;

use domain::appointment::AppointmentRefusal;
use domain::doctor::Doctor;
use domain::leave::LeaveRefusal;
use domain::{Actor, AppointmentId, ClinicId, DoctorId, LeaveId, Slot};
use serde::{Deserialize, Serialize};

pub use plan::PlannedLeave;
pub use visibility::LeaveVisibility;

use crate::authorization::{Action, Denial, Resource, ResourceClinics, authorize};
use crate::{Caller, CommandError};

/// The reply of a command on a leave: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveReply {
    /// The leave.
    pub leave: LeaveId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The time.
    pub during: Slot,
    /// The visits that were cancelled for it.
    pub cancelled: Vec<AppointmentId>,
    /// Its version.
    pub version: i64,
}

/// A visit at which the doctor is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedVisit {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The time.
    pub slot: Slot,
    /// The refusal to cancel it, where that was tried.
    pub stays: Option<AppointmentRefusal>,
}

/// The refusal to plan or withdraw a leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaveNotGranted {
    /// A rule of leaves forbids it.
    #[error(transparent)]
    Rule(LeaveRefusal),
    /// The doctor is expected: at all of these visits, or at those that can't be cancelled.
    #[error("the doctor is expected at visits")]
    OverVisits(Vec<ExpectedVisit>),
    /// More visits would be cancelled than one step can do.
    #[error("more than {max} visits would be cancelled")]
    TooManyVisits {
        /// The most that can be cancelled at once.
        max: usize,
    },
}

type Refused = CommandError<LeaveNotGranted>;

/// The actor that decides about a doctor's leave: the doctor, or an admin of every clinic where the doctor works,
/// since a leave is one for all of them.
fn authorize_leave(caller: &Caller, id: DoctorId, doctor: &Doctor) -> Result<Actor, Denial> {
    let leave = Resource::of_doctor(id).with_clinics(ResourceClinics::Every(clinics(doctor)));
    let role = authorize(caller, Action::PlanLeave, &leave)?;
    Ok(Actor::account(caller.account, role))
}

/// The clinics where a doctor works.
fn clinics(doctor: &Doctor) -> BTreeSet<ClinicId> {
    match doctor {
        Doctor::Registered(doctor) => doctor.affiliations.keys().copied().collect(),
        Doctor::Unregistered => BTreeSet::new(),
    }
}
