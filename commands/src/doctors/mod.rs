//! Commands on doctors: registration with an account, affiliations, terms, hours, verification.

mod affiliate;
mod register;
mod schedule;
mod verify;

use domain::DoctorId;
use domain::doctor::{Doctor, DoctorRefusal};
use serde::{Deserialize, Serialize};

pub use affiliate::NewAffiliation;
pub use register::{DoctorAccountRefusal, NewDoctor};

use crate::{CommandError, Done};

type Answer = Result<Done<DoctorReply>, CommandError<DoctorRefusal>>;

/// What a command on a doctor is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorReply {
    /// The doctor.
    pub doctor: DoctorId,
    /// Its version.
    pub version: i64,
}

fn registered(doctor: &Doctor) -> Result<(), CommandError<DoctorRefusal>> {
    match doctor {
        Doctor::Registered(_) => Ok(()),
        Doctor::Unregistered => Err(CommandError::NotFound),
    }
}
