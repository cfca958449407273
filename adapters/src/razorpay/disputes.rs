//! Disputes.

use chrono::{DateTime, Utc};
use commands::ports::{GatewayDisputes, GatewayError, OrderDispute};
use serde::Deserialize;
use serde_json::Value;

use super::client::{ApiRequest, Client};
use super::failure::{GatewayFailure, unavailable};
use super::wire::{Collection, DisputeEntity, PaymentEntity};

/// Description of the requests for the log.
const DOING: &str = "asking the gateway for its disputes";
/// Most disputes in one answer.
const PAGE: usize = 100;
/// Most pages that are requested: far more than there are disputes.
const PAGES: usize = 50;

/// A dispute in the list, with its payment where the gateway sends it.
#[derive(Deserialize)]
struct Item {
    #[serde(flatten)]
    dispute: DisputeEntity,
    #[serde(default)]
    payment: Option<PaymentEntity>,
}

/// All disputes that were raised since that instant. One that can't be read hides none of the others.
pub(super) async fn since(
    client: &Client,
    since: DateTime<Utc>,
) -> Result<GatewayDisputes, GatewayError> {
    let from = since.timestamp();
    let mut disputes = GatewayDisputes::default();
    for page in 0..PAGES {
        let skip = page * PAGE;
        let path = format!("/disputes?from={from}&count={PAGE}&skip={skip}&expand%5B%5D=payment");
        let found: Collection<Value> = client.send(&ApiRequest::get(DOING, path)).await?;
        for item in &found.items {
            match read(client, item).await? {
                Some(dispute) => disputes.readable.push(dispute),
                None => disputes.unreadable += 1,
            }
        }
        if found.items.len() < PAGE {
            return Ok(disputes);
        }
    }
    Err(unavailable(DOING, GatewayFailure::TooMany))
}

/// Reads a dispute. Only its payment has the order.
async fn read(client: &Client, item: &Value) -> Result<Option<OrderDispute>, GatewayError> {
    let Ok(Item { dispute, payment }) = Item::deserialize(item) else {
        return Ok(None);
    };
    let Some(dispute) = dispute.dispute("") else {
        return Ok(None);
    };
    let payment = if let Some(payment) = payment {
        payment
    } else {
        let path = format!("/payments/{}", dispute.attempt);
        match client.send(&ApiRequest::get(DOING, path)).await {
            Ok(payment) => payment,
            Err(GatewayError::Refused { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
    };
    let order = payment.order();
    Ok(order.map(|order| OrderDispute { order, dispute }))
}
