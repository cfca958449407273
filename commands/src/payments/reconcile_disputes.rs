//! Asks the gateway for its disputes: a webhook may never arrive, and banks raise them months after the payment,
//! when its orders are no longer asked about.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::{DisputeStatus, OpenedPayment, PaymentRefusal};
use domain::{FailureCode, PaymentId};
use tracing::instrument;

use super::{DISPUTES_AFTER, Payments, fault_of};
use crate::ports::{GatewayDispute, GatewayError, OrderDispute};
use crate::{CommandError, Fault};

/// The age of the oldest disputes that are asked about: by then each is decided.
const WATCHED: TimeDelta = TimeDelta::days(180);

impl Payments {
    /// Records all disputes that the gateway has of our payments. Returns when to ask again. A refusal of the gateway
    /// to tell of them is an answer: it is asked again at the usual time.
    ///
    /// # Errors
    /// The gateway is unavailable, or a dispute could not be recorded; all others have been.
    #[instrument(name = "command.payment.reconcile_disputes", skip_all)]
    pub async fn reconcile_disputes(&self) -> Result<DateTime<Utc>, Fault> {
        // Before the gateway is asked: what it reports meanwhile is newer than its list.
        let now = self.commands.clock.now();
        let disputes = match self.gateway.disputes(now - WATCHED).await {
            Ok(disputes) => disputes,
            Err(GatewayError::Refused { code }) => {
                tracing::warn!(
                    gateway.code = code.as_ref().map(FailureCode::as_str),
                    "The gateway does not tell of its disputes."
                );
                return Ok(now + DISPUTES_AFTER);
            }
            Err(GatewayError::Unavailable(fault)) => return Err(fault),
        };
        if disputes.unreadable > 0 {
            tracing::error!(
                disputes.count = disputes.unreadable,
                "The gateway has disputes that can't be read, such as in an unknown currency."
            );
        }
        let mut first = None;
        for told in disputes.readable {
            if let Err(fault) = self.note_told_dispute(told, now).await {
                first.get_or_insert(fault);
            }
        }
        first.map_or(Ok(now + DISPUTES_AFTER), Err)
    }

    async fn note_told_dispute(&self, told: OrderDispute, now: DateTime<Utc>) -> Result<(), Fault> {
        // Other programs may use the same account.
        let Some(payment) = self.payment_of(&told.order).await? else {
            return Ok(());
        };
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        let context = self.caused_by(payment, &opened.clinic);
        if opened.captured(&told.dispute.attempt).is_none() {
            // The report of the capture was lost as well.
            self.look_at(&opened, &context).await?;
        }
        let dispute = GatewayDispute {
            reported_at: Some(now),
            ..as_reported(told.dispute, &opened)
        };
        match self.note_dispute(payment, &dispute, &context).await {
            Ok(_) => Ok(()),
            Err(CommandError::Refused(refusal)) => {
                tell(payment, &dispute, &refusal);
                Ok(())
            }
            Err(error) => Err(fault_of("recording a dispute")(error)),
        }
    }
}

/// The list does not tell a dispute for which the bank wants more evidence from a new one, and its webhook does. One
/// that is open again after a review is such a dispute.
fn as_reported(told: GatewayDispute, opened: &OpenedPayment) -> GatewayDispute {
    let known = opened.disputes.get(&told.dispute);
    let reviewed = known.is_some_and(|known| known.status == DisputeStatus::UnderReview);
    if reviewed && told.status == DisputeStatus::Open {
        let status = DisputeStatus::ActionRequired;
        return GatewayDispute { status, ..told };
    }
    told
}

fn tell(payment: PaymentId, dispute: &GatewayDispute, refusal: &PaymentRefusal) {
    tracing::error!(
        payment.id = %payment,
        gateway.dispute = %dispute.dispute,
        error = refusal as &dyn std::error::Error,
        "The gateway has a dispute that the payment does not allow."
    );
}
