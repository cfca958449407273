//! Withdraws a leave: the doctor is there after all.

use domain::doctor::Doctor;
use domain::leave::{Leave, LeaveCommand, WithdrawLeave};
use domain::{Actor, LeaveId};
use tracing::instrument;

use super::{LeaveNotGranted, LeaveReply, Refused, deciding_as};
use crate::execute::{Request, key};
use crate::{Caller, CommandError, Commands, Context, Done};

impl Commands {
    /// Withdraws a leave: its time can be booked again. What was called off for it stays called off.
    #[instrument(name = "command.leave.withdraw", skip_all)]
    pub async fn withdraw_leave(
        &self,
        (caller, leave): (&Caller, LeaveId),
        expected: Option<i64>,
        context: &Context,
    ) -> Result<Done<LeaveReply>, Refused> {
        let id = key(leave.as_uuid());
        let loaded = self.store.load_committed::<Leave>(&id).await?;
        // Whose leave it is never changes.
        let plan = *loaded.aggregate().plan().ok_or(CommandError::NotFound)?;
        let doctor = key(plan.doctor.as_uuid());
        let doctor = self.store.load_committed::<Doctor>(&doctor).await?;
        let role = deciding_as(caller, plan.doctor, doctor.aggregate());
        let by = Actor::account(caller.account, role.ok_or(CommandError::NotFound)?);
        let context = &Context {
            actor: by,
            ..context.clone()
        };
        let command = LeaveCommand::Withdraw(WithdrawLeave { by, at: context.at });
        let request = Request {
            id,
            command,
            expected,
            context,
        };
        let reply = |_: &Leave, version| LeaveReply {
            leave,
            doctor: plan.doctor,
            during: plan.during,
            cancelled: Vec::new(),
            version,
        };
        let done = self.execute(request, |_| Ok(()), reply).await;
        done.map_err(|error| error.map(LeaveNotGranted::Rule))
    }
}
