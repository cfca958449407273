//! Capture of authorised payments.

use commands::ports::{AttemptStatus, GatewayError};
use domain::{GatewayPaymentId, Money};
use serde_json::json;

use super::client::{ApiRequest, Client};
use super::wire::PaymentEntity;

/// Captures an authorised attempt, unless it was captured before.
pub(super) async fn capture(
    client: &Client,
    attempt: &GatewayPaymentId,
    amount: Money,
) -> Result<(), GatewayError> {
    let body = json!({ "amount": amount.amount(), "currency": amount.currency().code() });
    let path = format!("/payments/{attempt}/capture");
    let request = ApiRequest::post("capturing a payment at the gateway", path, &body);
    let refused = match client.send::<PaymentEntity>(&request).await {
        Ok(_) => return Ok(()),
        Err(refused @ GatewayError::Refused { .. }) => refused,
        Err(error) => return Err(error),
    };
    // A repeated capture is refused with the same code as other errors.
    let doing = "asking the gateway for a payment";
    let request = ApiRequest::get(doing, format!("/payments/{attempt}"));
    let found: PaymentEntity = client.send(&request).await?;
    if found.status() == Some(AttemptStatus::Captured) && found.amount() == Some(amount) {
        return Ok(());
    }
    Err(refused)
}
