//! Applies a payment to its item, or refunds it.

use domain::payment::{PaymentCommand, PaymentRefusal, RefundGrounds, RequestRefund};
use domain::{Actor, PaymentId};
use event_store::Cursor;
use tracing::instrument;

use super::payable::DueRefund;
use super::{Payments, fault_of, only_refund};
use crate::{Context, Fault};

/// The outcome of settling a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The money has not come yet.
    Unpaid,
    /// The item is paid for; with its position in the log, if that is new.
    Applied(Option<Cursor>),
    /// The item, or a part of it, can no longer be paid for: that money is refunded.
    Refunded(RefundGrounds),
}

impl Payments {
    /// Applies a paid payment to its item, or refunds it if that is impossible: exactly one of the two,
    /// however often it is called.
    #[instrument(name = "command.payment.settle", skip_all)]
    pub async fn settle(&self, payment: PaymentId) -> Result<Settled, Fault> {
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        if !opened.is_paid() {
            return Ok(Settled::Unpaid);
        }
        let context = self.caused_by(payment, &opened.clinic);
        // In either case the clinic was paid.
        let receipt = self.commands.issue_receipt(payment, &context).await;
        receipt.map_err(fault_of("giving a payment its receipt"))?;
        let applied = self.item(opened.payable).apply(payment, &context).await?;
        let refused = applied.refunds.first().map(|refund| refund.grounds);
        for refund in applied.refunds {
            self.request_due_refund(refund).await?;
        }
        Ok(refused.map_or(Settled::Applied(applied.cursor), Settled::Refunded))
    }

    /// Requests a refund that follows from what became of an item, once for its occasion.
    pub(super) async fn request_due_refund(&self, due: DueRefund) -> Result<(), Fault> {
        let doing = "giving back what was paid for an item";
        let DueRefund {
            payment,
            occasion,
            amount,
            grounds,
        } = due;
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of(doing))?;
        let refund = only_refund(payment, &occasion);
        let amount = amount.or_else(|| opened.left());
        let amount = amount.filter(|amount| !amount.is_zero());
        let Some(amount) = amount.filter(|_| !opened.refunds.contains_key(&refund)) else {
            return Ok(());
        };
        let context = self.caused_by(payment, &opened.clinic);
        let request = RequestRefund {
            refund,
            attempt: None,
            amount,
            grounds,
            by: Actor::System,
            at: context.at,
        };
        self.execute(payment, PaymentCommand::RequestRefund(request), &context)
            .await
            .map_err(fault_of(doing))?;
        Ok(())
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
