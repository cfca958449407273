//! Sets a timer for everything that a fact about money asks for.
//!
//! Nothing is done here: what takes a gateway, or may be refused, is done by the timer, with a lease and as
//! often as it takes. Timer and checkpoint are written together, so that none is lost.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::PaymentId;
use domain::appointment::AppointmentEvent;
use domain::payment::PaymentEvent;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;
use uuid::Uuid;

use super::timers::{self, NewTimer};
use crate::Fault;
use crate::payments::{DISPUTES_AFTER, REFUND_TRIES};

/// A payment is paid: apply it to its visit.
pub(super) const SETTLE: &str = "payment-settle";
/// An attempt is authorised: capture it.
pub(super) const CAPTURE: &str = "payment-capture";
/// A visit is cancelled: refund what was paid for it.
pub(super) const CANCELLED: &str = "payment-cancelled";
/// A refund is requested: carry it out at the gateway.
pub(super) const REFUND: &str = "payment-refund";
/// A refund failed: ask the gateway once more.
pub(super) const REFUND_AGAIN: &str = "payment-refund-again";
/// A dispute is over: carry out the refunds that waited for it.
pub(super) const RESUME: &str = "payment-dispute-decided";
/// An order is at the gateway: ask for its state.
pub(super) const RECONCILE: &str = "payment-reconcile";

/// Some money has come: ask again and again for disputes. There is one such timer.
pub(super) const DISPUTES: &str = "payment-disputes";
/// Key of the timer that asks for disputes.
const ALL: &str = "disputes";

/// Follows payments, and visits that are cancelled.
pub(super) struct PaymentTimers {
    pub(super) reconcile_after: TimeDelta,
}

#[async_trait]
impl Subscriber for PaymentTimers {
    fn name(&self) -> &'static str {
        "payment-timers"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        let mut types = PaymentEvent::TYPES.to_vec();
        types.push("appointment.cancelled");
        types
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        // The last of a batch counts: one statement sets each timer once.
        let mut due: BTreeMap<(&'static str, String), NewTimer> = BTreeMap::new();
        let mut first_paid = None;
        for event in events {
            let timer = self
                .timer(event)
                .map_err(|error| SubscriberError::unreadable(event, error))?;
            if let Some(timer) = timer {
                if timer.kind == SETTLE {
                    first_paid.get_or_insert(timer.due_at);
                }
                due.insert((timer.kind, timer.key.clone()), timer);
            }
        }
        if !due.is_empty() {
            let due: Vec<_> = due.into_values().collect();
            timers::set(&mut *connection, &due).await?;
        }
        if let Some(paid_at) = first_paid {
            let due_at = paid_at + DISPUTES_AFTER;
            timers::start(connection, &timer(DISPUTES, ALL.to_owned(), due_at)).await?;
        }
        Ok(())
    }
}

impl PaymentTimers {
    fn timer(&self, event: &RecordedEvent) -> Result<Option<NewTimer>, event_store::DecodeError> {
        if event.event_type == "appointment.cancelled" {
            return Ok(match event.decode()? {
                AppointmentEvent::Cancelled(off) => {
                    let key = off.visit.appointment.as_uuid().to_string();
                    Some(timer(CANCELLED, key, off.at))
                }
                _ => None,
            });
        }
        Ok(match event.decode()? {
            PaymentEvent::OrderCreated(created) => {
                let due_at = created.at + self.reconcile_after;
                Some(timer(RECONCILE, created.payment.to_string(), due_at))
            }
            PaymentEvent::Authorised(authorised) => {
                let key = format!("{}:{}", authorised.payment, authorised.attempt);
                Some(timer(CAPTURE, key, authorised.at))
            }
            PaymentEvent::Captured(captured) if captured.settles => {
                Some(timer(SETTLE, captured.payment.to_string(), captured.at))
            }
            PaymentEvent::RefundRequested(asked) => {
                let key = format!("{}:{}", asked.payment, asked.refund);
                Some(timer(REFUND, key, asked.at))
            }
            PaymentEvent::RefundRetried(retried) => {
                let key = format!("{}:{}", retried.payment, retried.refund);
                Some(timer(REFUND, key, retried.at))
            }
            PaymentEvent::RefundFailed(failed) if failed.attempt_number < REFUND_TRIES => {
                let key = format!("{}:{}", failed.payment, failed.refund);
                let due_at = failed.at + pause_before_try(failed.attempt_number);
                Some(timer(REFUND_AGAIN, key, due_at))
            }
            PaymentEvent::DisputeDecided(decided) => {
                Some(timer(RESUME, decided.payment.to_string(), decided.at))
            }
            PaymentEvent::Opened(_)
            | PaymentEvent::OrderClosed(_)
            | PaymentEvent::AttemptFailed(_)
            | PaymentEvent::Captured(_)
            | PaymentEvent::DifferenceAccepted(_)
            | PaymentEvent::Refunded(_)
            | PaymentEvent::RefundFailed(_)
            | PaymentEvent::RefundWithdrawn(_)
            | PaymentEvent::DisputeOpened(_)
            | PaymentEvent::DisputeAdvanced(_)
            | PaymentEvent::ReceiptIssued(_) => None,
        })
    }
}

fn timer(kind: &'static str, key: String, due_at: DateTime<Utc>) -> NewTimer {
    NewTimer { kind, key, due_at }
}

/// After a minute, then each time after ten times as long: what the gateway could not do at once it can
/// perhaps do tomorrow.
fn pause_before_try(failed: u16) -> TimeDelta {
    TimeDelta::minutes(10_i64.saturating_pow(u32::from(failed).saturating_sub(1).min(4)))
}

/// A key that is an id.
pub(super) fn uuid(key: &str) -> Result<Uuid, Fault> {
    key.parse().map_err(Fault::doing("reading a timer's key"))
}

/// A key of a payment and something of it.
pub(super) fn parts(key: &str) -> Result<(PaymentId, &str), Fault> {
    let parts = key.split_once(':');
    let (payment, rest) =
        parts.ok_or_else(|| Fault::new("reading a timer's key", "it has no second half"))?;
    Ok((PaymentId::from_uuid(uuid(payment)?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refunds_are_tried_again_after_ever_longer_pauses() {
        let minutes = [1, 2, 3, 4].map(|failed| pause_before_try(failed).num_minutes());
        assert_eq!(minutes, [1, 10, 100, 1_000]);
    }
}
