//! Commands on doctors: registration with an account, affiliations, terms, hours, verification.

mod affiliate;
mod register;
mod schedule;
mod verify;

use domain::DoctorId;
use domain::doctor::{Doctor, DoctorCommand, DoctorRefusal};
use event_store::{Loaded, ReadSet};
use serde::{Deserialize, Serialize};

pub use affiliate::NewAffiliation;
pub use register::{DoctorAccountRefusal, NewDoctor};

use crate::proposal::Proposal;
use crate::{CommandError, Commands, Context, Done, Target};

type Refused = CommandError<DoctorRefusal>;
type Answer = Result<Done<DoctorReply>, Refused>;

/// The reply of a command on a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorReply {
    /// The doctor.
    pub doctor: DoctorId,
    /// Its version.
    pub version: i64,
}

impl Commands {
    async fn change_doctor(
        &self,
        target: Target<DoctorId>,
        command: DoctorCommand,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            propose(&read, target, command.clone()).await
        })
        .await
    }
}

/// Proposes what a registered doctor decides.
async fn propose(
    read: &ReadSet,
    target: Target<DoctorId>,
    command: DoctorCommand,
) -> Result<Proposal<DoctorReply, DoctorRefusal>, Refused> {
    let doctor: Loaded<Doctor> = read.load(target.id).await?;
    if *doctor.aggregate() == Doctor::Unregistered {
        return Err(CommandError::NotFound);
    }
    target.check_version(&doctor)?;
    let changed = doctor.decide(command).await?;
    let reply = DoctorReply {
        doctor: target.id,
        version: changed.version(),
    };
    Ok(Proposal::new(reply).with(changed))
}
