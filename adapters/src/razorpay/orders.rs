//! Orders, and the attempts to pay them.

use commands::ports::{GatewayAttempts, GatewayError, NewOrder};
use domain::{GatewayOrderId, Money};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{ApiRequest, Client};
use super::wire::{Collection, PaymentEntity, money};

#[derive(Deserialize)]
struct OrderEntity {
    id: GatewayOrderId,
    amount: i64,
    currency: String,
    #[serde(default)]
    status: Option<String>,
}

impl OrderEntity {
    fn is_over(&self, amount: Money) -> bool {
        money(self.amount, &self.currency) == Some(amount)
    }
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
        "receipt": receipt(order),
        "unique_receipt": true,
        "notes": { "payment": &payment, "payable": order.kind.as_str() },
    });
    let request = ApiRequest::post(
        "making an order at the gateway",
        "/orders".to_owned(),
        &body,
    );
    let made: OrderEntity = client.send(&request).await?;
    if !made.is_over(order.amount) {
        // An older order with another amount: creating it again would return it again.
        return Err(GatewayError::Refused { code: None });
    }
    Ok(made.id)
}

/// The payment's id; with the number of the order after the first.
fn receipt(order: &NewOrder) -> String {
    match order.number {
        0 | 1 => order.payment.to_string(),
        number => format!("{}-{number}", order.payment),
    }
}

/// The attempts to pay an order. One that can't be read hides none of the others; it is counted, unless no
/// money came by it.
pub(super) async fn attempts(
    client: &Client,
    order: &GatewayOrderId,
) -> Result<GatewayAttempts, GatewayError> {
    let doing = "asking the gateway for the attempts to pay an order";
    let request = ApiRequest::get(doing, format!("/orders/{order}/payments"));
    let found: Collection<Value> = client.send(&request).await?;
    let mut attempts = GatewayAttempts::default();
    for item in &found.items {
        let entity = PaymentEntity::deserialize(item).ok();
        let attempt = entity.as_ref().and_then(PaymentEntity::attempt);
        match attempt.filter(|attempt| attempt.order == *order) {
            Some(attempt) => attempts.readable.push(attempt),
            None if entity.is_some_and(|entity| entity.brought_nothing()) => {}
            None => attempts.unreadable += 1,
        }
    }
    Ok(attempts)
}

/// Returns whether the order is over this amount, and paid.
pub(super) async fn is_paid(
    client: &Client,
    order: &GatewayOrderId,
    amount: Money,
) -> Result<bool, GatewayError> {
    let doing = "asking the gateway whether an order is paid";
    let request = ApiRequest::get(doing, format!("/orders/{order}"));
    let found: OrderEntity = client.send(&request).await?;
    let paid = found.status.as_deref() == Some("paid");
    Ok(found.id == *order && found.is_over(amount) && paid)
}
