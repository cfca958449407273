//! What a payment does for its visit: confirms it, or goes back.

use domain::appointment::AppointmentRefusal;
use domain::payment::{Payable, PaymentCommand, RefundGrounds, RequestRefund};
use domain::{Actor, AppointmentId, PaymentId};
use event_store::Cursor;
use tracing::instrument;

use super::{Payments, fault_of, only_refund};
use crate::{CommandError, Context, Fault};

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The money is not there yet.
    Unpaid,
    /// The visit is paid for; up to there in the log, if that is new.
    Kept(Option<Cursor>),
    /// The visit is not to be had for it: it goes back.
    GivenBack(RefundGrounds),
}

impl Payments {
    /// Has a paid payment do for its visit what it can, and gives it back if that is nothing: exactly one of
    /// the two, however often it is asked.
    #[instrument(name = "command.payment.settle", skip_all)]
    pub async fn settle(&self, payment: PaymentId) -> Result<Settled, Fault> {
        let opened = self.opened::<AppointmentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        if !opened.is_paid() {
            return Ok(Settled::Unpaid);
        }
        let Payable::AppointmentFee { appointment } = opened.payable;
        let context = self.caused_by(payment, &opened.clinic);
        // Whatever becomes of it, the clinic was paid.
        let receipt = self.commands.issue_receipt(payment, &context).await;
        receipt.map_err(fault_of("giving a payment its receipt"))?;
        let grounds = match self.kept(appointment, payment, &context).await? {
            Ok(cursor) => return Ok(Settled::Kept(cursor)),
            Err(grounds) => grounds,
        };
        let left = opened.left().filter(|left| !left.is_zero());
        if let Some(amount) = left {
            let request = RequestRefund {
                refund: only_refund(payment, "not kept"),
                attempt: None,
                amount,
                grounds,
                by: Actor::System,
                at: context.at,
            };
            self.execute(payment, PaymentCommand::RequestRefund(request), &context)
                .await
                .map_err(fault_of("giving back what came too late"))?;
        }
        Ok(Settled::GivenBack(grounds))
    }

    /// Has the visit take it. The inner error is why it can't.
    async fn kept(
        &self,
        appointment: AppointmentId,
        payment: PaymentId,
        context: &Context,
    ) -> Result<Result<Option<Cursor>, RefundGrounds>, Fault> {
        let paid = self
            .commands
            .record_payment(appointment, payment, context)
            .await;
        match paid {
            Ok(done) => Ok(Ok(done.cursor)),
            Err(CommandError::Refused(refusal)) => grounds(refusal).map(Err),
            Err(error) => Err(fault_of("paying for a visit")(error)),
        }
    }

    /// A command that follows from a payment.
    pub(super) fn caused_by(&self, payment: PaymentId, clinic: &domain::ClinicId) -> Context {
        let now = self.commands.clock.now();
        Context {
            clinic: Some(*clinic),
            ..Context::system(now, payment.as_uuid())
        }
    }
}

/// Why money goes back, as the visit says it.
fn grounds(refusal: AppointmentRefusal) -> Result<RefundGrounds, Fault> {
    match refusal {
        AppointmentRefusal::AlreadyPaid => Ok(RefundGrounds::PaidTwice),
        AppointmentRefusal::SlotAlreadyTaken
        | AppointmentRefusal::PatientAlreadyBooked
        | AppointmentRefusal::DoctorOnLeave => Ok(RefundGrounds::SlotTaken),
        AppointmentRefusal::AlreadyStarted => Ok(RefundGrounds::TooLate),
        AppointmentRefusal::NotAwaitingPayment { .. } => Ok(RefundGrounds::CancelledBeforePaid),
        // Nothing that a payment is told; if it is, somebody looks at it rather than the money moving.
        refusal => Err(Fault::new("paying for a visit", refusal)),
    }
}
