//! Refunds.

use commands::ports::{GatewayError, GatewayRefund, NewRefund};
use domain::GatewayPaymentId;
use serde_json::json;

use super::client::{ApiRequest, Client};
use super::failure::{GatewayFailure, unavailable};
use super::wire::{Collection, REFUND, RefundEntity, TRY};

/// The header that makes a refund idempotent.
const IDEMPOTENCY_HEADER: &str = "X-Refund-Idempotency";
/// Most refunds in one answer.
const PAGE: usize = 100;
/// Most pages that are requested: far more than a payment has refunds.
const PAGES: usize = 20;

/// Refunds some or all of a captured attempt, once per refund and try.
pub(super) async fn create(
    client: &Client,
    refund: &NewRefund,
) -> Result<GatewayRefund, GatewayError> {
    let NewRefund {
        refund: ours,
        attempt_number,
        attempt,
        amount,
    } = refund;
    let body = json!({
        "amount": amount.amount(),
        "speed": "normal",
        "notes": { REFUND: ours.to_string(), TRY: attempt_number.to_string() },
    });
    let doing = "refunding at the gateway";
    let request = ApiRequest::post(doing, format!("/payments/{attempt}/refund"), &body)
        .with_idempotency_key(IDEMPOTENCY_HEADER, format!("{ours}-{attempt_number}"));
    let made: RefundEntity = client.send(&request).await?;
    let made = made.refund();
    made.filter(|made| made.attempt == *attempt && made.amount == *amount)
        .ok_or_else(|| unavailable(doing, GatewayFailure::InvalidBody))
}

/// All refunds of an attempt.
pub(super) async fn of_attempt(
    client: &Client,
    attempt: &GatewayPaymentId,
) -> Result<Vec<GatewayRefund>, GatewayError> {
    let doing = "asking the gateway for the refunds of a payment";
    let mut refunds = Vec::new();
    for page in 0..PAGES {
        let skip = page * PAGE;
        let path = format!("/payments/{attempt}/refunds?count={PAGE}&skip={skip}");
        let found: Collection<RefundEntity> = client.send(&ApiRequest::get(doing, path)).await?;
        for entity in &found.items {
            // An entry that can't be read must not be treated as missing.
            let refund = entity
                .refund()
                .ok_or_else(|| unavailable(doing, GatewayFailure::InvalidBody))?;
            refunds.push(refund);
        }
        if found.items.len() < PAGE {
            return Ok(refunds);
        }
    }
    Err(unavailable(doing, GatewayFailure::TooMany))
}
