//! Webhook events and their delivery.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::{Dispute, Order, Payment, Refund, deliveries};
use crate::ids;
use crate::response::ApiError;
use crate::state::ACCOUNT;

/// Delivery of webhooks.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WebhookPlan {
    /// Delay in milliseconds.
    #[serde(alias = "delayMs")]
    pub(crate) delay_ms: u32,
    /// True: they are never delivered.
    pub(crate) drop: bool,
    /// Number of additional deliveries of each.
    pub(crate) duplicates: u8,
    /// True: they are delivered in reverse order, each after the one before it.
    pub(crate) reorder: bool,
}

/// A webhook event.
pub(crate) struct Event {
    name: &'static str,
    payload: Vec<(&'static str, Value)>,
}

impl Event {
    /// Event of a payment.
    pub(crate) fn payment(name: &'static str, payment: &Payment) -> Self {
        let payload = vec![("payment", payment.entity())];
        Self { name, payload }
    }

    /// Event of an order and the payment that paid it.
    pub(crate) fn order_paid(order: &Order, payment: &Payment) -> Self {
        let payload = vec![("payment", payment.entity()), ("order", order.entity())];
        Self {
            name: "order.paid",
            payload,
        }
    }

    /// Event of a refund and its payment.
    pub(crate) fn refund(name: &'static str, refund: &Refund, payment: &Payment) -> Self {
        let payload = vec![("refund", refund.entity()), ("payment", payment.entity())];
        Self { name, payload }
    }

    /// Event of a dispute and its payment.
    pub(crate) fn dispute(name: &'static str, dispute: &Dispute, payment: &Payment) -> Self {
        let payload = vec![("payment", payment.entity()), ("dispute", dispute.entity())];
        Self { name, payload }
    }

    fn body(&self, created_at: i64) -> String {
        let contains: Vec<_> = self.payload.iter().map(|(kind, _)| kind).collect();
        let wrapped =
            |(kind, entity): &(&str, Value)| ((*kind).to_owned(), json!({ "entity": entity }));
        let payload: Map<_, _> = self.payload.iter().map(wrapped).collect();
        let body = json!({
            "entity": "event",
            "account_id": ACCOUNT,
            "event": self.name,
            "contains": contains,
            "payload": payload,
            "created_at": created_at,
        });
        body.to_string()
    }
}

/// Stores deliveries of the events.
pub(crate) async fn store_webhooks(
    db: &mut PgConnection,
    events: &[Event],
    plan: WebhookPlan,
) -> Result<(), ApiError> {
    let now = "select extract(epoch from clock_timestamp())::bigint";
    let now: i64 = sqlx::query_scalar(now).fetch_one(&mut *db).await?;
    let mut ordered: Vec<_> = events.iter().collect();
    if plan.reorder {
        ordered.reverse();
    }
    let mut before = None;
    for event in ordered {
        let new = deliveries::NewDelivery {
            event_id: ids::new("")?,
            event: event.name,
            body: event.body(now),
            state: if plan.drop { "dropped" } else { "waiting" },
            in_ms: plan.delay_ms.into(),
            behind: before.filter(|_| plan.reorder),
            copies: 1 + i32::from(plan.duplicates),
        };
        deliveries::add(&mut *db, &new).await?;
        before = Some(new.event_id);
    }
    Ok(())
}
