//! An admin has checked a doctor's papers.

use domain::DoctorId;
use domain::doctor::{DoctorCommand, VerifyDoctor};
use tracing::instrument;

use super::Answer;
use crate::{Commands, Context, Target};

impl Commands {
    /// Verifies a doctor: from now on they can be booked.
    #[instrument(name = "command.doctor.verify", skip_all)]
    pub async fn verify_doctor(&self, doctor: DoctorId, context: &Context) -> Answer {
        let command = DoctorCommand::Verify(VerifyDoctor {
            by: context.actor,
            at: context.at,
        });
        self.change_doctor(Target::latest(doctor), command, context)
            .await
    }
}
