//! Withdraws a leave.

use domain::LeaveId;
use domain::doctor::Doctor;
use domain::leave::{Leave, LeaveCommand, WithdrawLeave};
use event_store::ReadSet;
use tracing::instrument;

use super::{LeaveNotGranted, LeaveReply, Refused, authorize_leave};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Commands, Context, Done, Target};

impl Commands {
    /// Withdraws a leave: its time can be booked again. Visits that were cancelled for it stay cancelled.
    #[instrument(name = "command.leave.withdraw", skip_all)]
    pub async fn withdraw_leave(
        &self,
        caller: &Caller,
        target: Target<LeaveId>,
        context: &Context,
    ) -> Result<Done<LeaveReply>, Refused> {
        self.run(context, async |read: ReadSet| {
            let leave = read.load::<Leave>(target.id).await?;
            let plan = *leave.aggregate().plan().ok_or(CommandError::NotFound)?;
            let doctor: Doctor = read.require(plan.doctor).await?;
            let by = authorize_leave(caller, plan.doctor, &doctor)?;
            target.check_version(&leave)?;
            let at = context.at;
            let withdrawn = leave
                .decide(LeaveCommand::Withdraw(WithdrawLeave { by, at }))
                .await;
            let withdrawn = withdrawn.map_err(|error| error.map(LeaveNotGranted::Rule))?;
            let reply = LeaveReply {
                leave: target.id,
                doctor: plan.doctor,
                during: plan.during,
                cancelled: Vec::new(),
                version: withdrawn.version(),
            };
            Ok(Proposal::new(reply).with(withdrawn).acting_as(by))
        })
        .await
    }
}
