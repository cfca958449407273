//! Orders, and the attempts to pay them.

use commands::ports::{GatewayAttempt, GatewayError, NewOrder};
use domain::GatewayOrderId;
use serde::Deserialize;
use serde_json::json;

use super::client::{ApiRequest, Client};
use super::failure::{GatewayFailure, unavailable};
use super::wire::{Collection, PaymentEntity, money};

#[derive(Deserialize)]
struct OrderEntity {
    id: GatewayOrderId,
    amount: i64,
    currency: String,
}

/// Creates an order, or finds the one that was created before: the receipt is ours and unique.
pub(super) async fn create(
    client: &Client,
    order: &NewOrder,
) -> Result<GatewayOrderId, GatewayError> {
    let payment = order.payment.to_string();
    let body = json!({
        "amount": order.amount.amount(),
        "currency": order.amount.currency().code(),
        "receipt": &payment,
        "unique_receipt": true,
        "notes": { "payment": &payment },
    });
    let request = ApiRequest::post(
        "making an order at the gateway",
        "/orders".to_owned(),
        &body,
    );
    let made: OrderEntity = client.send(&request).await?;
    if money(made.amount, &made.currency) != Some(order.amount) {
        // An older order with another amount: creating it again would return it again.
        return Err(GatewayError::Refused { code: None });
    }
    Ok(made.id)
}

/// The attempts to pay an order.
pub(super) async fn attempts(
    client: &Client,
    order: &GatewayOrderId,
) -> Result<Vec<GatewayAttempt>, GatewayError> {
    let doing = "asking the gateway for the attempts to pay an order";
    let request = ApiRequest::get(doing, format!("/orders/{order}/payments"));
    let found: Collection<PaymentEntity> = client.send(&request).await?;
    let attempts = found.items.iter().map(PaymentEntity::attempt);
    let attempts: Option<Vec<_>> = attempts.collect();
    // An entry that can't be read must not be treated as missing.
    attempts
        .filter(|attempts| attempts.iter().all(|attempt| attempt.order == *order))
        .ok_or_else(|| unavailable(doing, GatewayFailure::InvalidBody))
}
