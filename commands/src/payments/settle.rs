//! Applies a payment to its visit, or refunds it.

use domain::appointment::AppointmentRefusal;
use domain::payment::{Payable, PaymentCommand, RefundGrounds, RequestRefund};
use domain::{Actor, AppointmentId, PaymentId};
use event_store::Cursor;
use tracing::instrument;

use super::{Payments, fault_of, only_refund};
use crate::{CommandError, Context, Fault};

/// The outcome of settling a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The money has not come yet.
    Unpaid,
    /// The visit is paid for; with its position in the log, if that is new.
    Applied(Option<Cursor>),
    /// The visit can no longer be paid for: the money is refunded.
    Refunded(RefundGrounds),
}

impl Payments {
    /// Applies a paid payment to its visit, or refunds it if that is impossible: exactly one of the two,
    /// however often it is called.
    #[instrument(name = "command.payment.settle", skip_all)]
    pub async fn settle(&self, payment: PaymentId) -> Result<Settled, Fault> {
        let opened = self.opened::<AppointmentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        if !opened.is_paid() {
            return Ok(Settled::Unpaid);
        }
        let Payable::AppointmentFee { appointment } = opened.payable;
        let context = self.caused_by(payment, &opened.clinic);
        // In either case the clinic was paid.
        let receipt = self.commands.issue_receipt(payment, &context).await;
        receipt.map_err(fault_of("giving a payment its receipt"))?;
        let grounds = match self.apply(appointment, payment, &context).await? {
            Ok(cursor) => return Ok(Settled::Applied(cursor)),
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
        Ok(Settled::Refunded(grounds))
    }

    /// Applies the payment to the visit. The inner error is the ground for a refund.
    async fn apply(
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

/// The ground for a refund that a refusal of the visit stands for.
fn grounds(refusal: AppointmentRefusal) -> Result<RefundGrounds, Fault> {
    match refusal {
        AppointmentRefusal::AlreadyPaid => Ok(RefundGrounds::PaidTwice),
        AppointmentRefusal::SlotAlreadyTaken
        | AppointmentRefusal::PatientAlreadyBooked
        | AppointmentRefusal::DoctorOnLeave => Ok(RefundGrounds::SlotTaken),
        AppointmentRefusal::AlreadyStarted => Ok(RefundGrounds::TooLate),
        AppointmentRefusal::NotAwaitingPayment { .. } => Ok(RefundGrounds::CancelledBeforePaid),
        // No refusal of a payment: an operator has to look at it before money moves.
        refusal => Err(Fault::new("paying for a visit", refusal)),
    }
}
