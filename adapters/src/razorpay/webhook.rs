//! Webhooks of the gateway.
//!
//! The body is a snapshot of the time of the event and may arrive in any order. The state of an
//! attempt, a refund or a dispute is read from its own status, not from the name of the event.

use commands::ports::{GatewayDispute, GatewayEvent, GatewayFact, UnreadableEvent};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::wire::{DisputeEntity, PaymentEntity, RefundEntity, time};

#[derive(Deserialize)]
struct Envelope {
    event: String,
    #[serde(default)]
    account_id: Option<String>,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    created_at: Option<i64>,
}

/// Beginning of the names of events about disputes.
const DISPUTE: &str = "payment.dispute.";

/// Reads a body whose signature is valid.
pub(super) fn read(body: &[u8]) -> Result<GatewayEvent, UnreadableEvent> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| UnreadableEvent)?;
    let fact = match &*envelope.event {
        "payment.authorized" | "payment.captured" | "payment.failed" | "order.paid" => {
            attempt(&envelope.payload)?
        }
        "refund.created" | "refund.processed" | "refund.failed" | "refund.speed_changed" => {
            refund(&envelope.payload)?
        }
        name if name.starts_with(DISPUTE) => dispute(&envelope)?,
        _ => GatewayFact::Other,
    };
    Ok(GatewayEvent {
        kind: envelope.event,
        account: envelope.account_id,
        fact,
    })
}

fn attempt(payload: &Value) -> Result<GatewayFact, UnreadableEvent> {
    let payment: PaymentEntity = entity(payload, "payment")?;
    Ok(payment
        .attempt()
        .map_or(GatewayFact::Other, GatewayFact::Attempt))
}

fn refund(payload: &Value) -> Result<GatewayFact, UnreadableEvent> {
    let refund: RefundEntity = entity(payload, "refund")?;
    // Only the payment has the order, which is sent with it.
    if payload.get("payment").is_none() {
        return Ok(GatewayFact::Other);
    }
    let payment: PaymentEntity = entity(payload, "payment")?;
    let read = payment.order().zip(refund.refund());
    Ok(
        read.map_or(GatewayFact::Other, |(order, refund)| GatewayFact::Refund {
            order,
            refund,
        }),
    )
}

fn dispute(envelope: &Envelope) -> Result<GatewayFact, UnreadableEvent> {
    let dispute: DisputeEntity = entity(&envelope.payload, "dispute")?;
    if envelope.payload.get("payment").is_none() {
        return Ok(GatewayFact::Other);
    }
    let payment: PaymentEntity = entity(&envelope.payload, "payment")?;
    let stage = envelope.event.trim_start_matches(DISPUTE);
    let read = payment.order().zip(dispute.dispute(stage));
    Ok(read.map_or(GatewayFact::Other, |(order, dispute)| {
        let reported_at = envelope.created_at.and_then(time);
        GatewayFact::Dispute {
            order,
            dispute: GatewayDispute {
                reported_at,
                ..dispute
            },
        }
    }))
}

fn entity<T: DeserializeOwned>(payload: &Value, name: &str) -> Result<T, UnreadableEvent> {
    let entity = payload.get(name).and_then(|wrapped| wrapped.get("entity"));
    T::deserialize(entity.ok_or(UnreadableEvent)?).map_err(|_| UnreadableEvent)
}
