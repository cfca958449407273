//! Commands on the leave of doctors.

mod plan;
mod sight;
mod withdraw;

use domain::appointment::AppointmentRefusal;
use domain::doctor::Doctor;
use domain::leave::LeaveRefusal;
use domain::{AppointmentId, DoctorId, LeaveId, Role, Slot};
use serde::{Deserialize, Serialize};

pub use plan::PlannedLeave;
pub use sight::Sight;

use crate::{Caller, CommandError};

/// What a command on a leave is answered: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveReply {
    /// The leave.
    pub leave: LeaveId,
    /// Who is away.
    pub doctor: DoctorId,
    /// From when to when.
    pub during: Slot,
    /// The visits that were called off for it.
    pub cancelled: Vec<AppointmentId>,
    /// Its version.
    pub version: i64,
}

/// A visit at which the doctor is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedVisit {
    /// Which.
    pub appointment: AppointmentId,
    /// From when to when.
    pub slot: Slot,
    /// Why it can't be called off, where it was tried.
    pub stays: Option<AppointmentRefusal>,
}

/// Why a leave was not planned or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaveNotGranted {
    /// A rule of leaves forbids it.
    #[error(transparent)]
    Rule(LeaveRefusal),
    /// The doctor is expected: at all of these visits, or at those that can't be called off.
    #[error("the doctor is expected at visits")]
    OverVisits(Vec<ExpectedVisit>),
    /// More visits would be called off than one step can do.
    #[error("more than {max} visits would be called off")]
    TooManyVisits {
        /// The most that can be called off at once.
        max: usize,
    },
}

type Refused = CommandError<LeaveNotGranted>;

/// The role in which the caller decides about a doctor's leave: the doctor does, or an admin of every
/// clinic where the doctor works, since a leave is one for all of them.
fn deciding_as(caller: &Caller, id: DoctorId, doctor: &Doctor) -> Option<Role> {
    if caller.doctor == Some(id) {
        return Some(Role::Doctor);
    }
    let Doctor::Registered(doctor) = doctor else {
        return None;
    };
    let mut clinics = doctor.affiliations.keys();
    let everywhere = clinics.all(|clinic| caller.clinics.covers(*clinic));
    (caller.is(Role::Admin) && everywhere).then_some(Role::Admin)
}
