//! `/v1/orders`

use actix_web::web::{Bytes, Data, Json, Path};
use serde::Deserialize;
use serde_json::Value;

use super::{collection, notes};
use crate::ids;
use crate::response::{ApiError, body};
use crate::state::State;
use crate::store::orders::{self, NewOrder};
use crate::store::{Order, Payment, payments};

/// The smallest amount: one rupee.
const LEAST: i64 = 100;

#[derive(Deserialize)]
struct OrderRequest {
    amount: Option<Value>,
    currency: Option<String>,
    receipt: Option<String>,
    #[serde(default)]
    unique_receipt: bool,
    notes: Option<Value>,
}

impl OrderRequest {
    fn check(self) -> Result<NewOrder, ApiError> {
        let amount = self.amount.as_ref();
        let amount =
            amount.ok_or_else(|| ApiError::field("amount", "The amount field is required."))?;
        let whole = || ApiError::field("amount", "The amount must be an integer.");
        let amount = amount.as_i64().ok_or_else(whole)?;
        if amount < LEAST {
            return Err(ApiError::field(
                "amount",
                "Order amount less than minimum amount allowed",
            ));
        }
        let currency = self.currency.unwrap_or_default();
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(ApiError::field("currency", "Currency is not supported"));
        }
        let long = |receipt: &String| receipt.chars().count() > 40;
        if self.receipt.as_ref().is_some_and(long) {
            return Err(ApiError::field(
                "receipt",
                "The receipt may not be greater than 40 characters.",
            ));
        }
        if self.unique_receipt && self.receipt.is_none() {
            return Err(ApiError::field("receipt", "The receipt field is required."));
        }
        Ok(NewOrder {
            id: ids::new("order_")?,
            amount,
            currency,
            receipt: self.receipt,
            unique_receipt: self.unique_receipt,
            notes: notes(self.notes)?,
        })
    }
}

/// `POST /v1/orders`
pub(super) async fn create(state: Data<State>, bytes: Bytes) -> Result<Json<Value>, ApiError> {
    let new = body::<OrderRequest>(&bytes)?.check()?;
    if let Some(made) = orders::add(&state.pool, &new).await? {
        return Ok(Json(made.entity()));
    }
    let receipt = new.receipt.unwrap_or_default();
    let before = orders::with_receipt(&state.pool, &receipt).await?;
    let before = before.ok_or_else(ApiError::unknown_id)?;
    // The documentation does not define a repeated receipt with another amount: it is refused.
    if (before.amount, &before.currency) != (new.amount, &new.currency) {
        return Err(ApiError::field(
            "receipt",
            "The receipt was used for another order.",
        ));
    }
    Ok(Json(before.entity()))
}

/// `GET /v1/orders/{id}`
pub(super) async fn get(state: Data<State>, id: Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(order(&state, &id).await?.entity()))
}

/// `GET /v1/orders/{id}/payments`
pub(super) async fn payments(
    state: Data<State>,
    id: Path<String>,
) -> Result<Json<Value>, ApiError> {
    let order = order(&state, &id).await?;
    let payments = payments::of_order(&state.pool, &order.id).await?;
    Ok(Json(collection(payments.iter().map(Payment::entity))))
}

async fn order(state: &State, id: &str) -> Result<Order, ApiError> {
    let found = orders::find(&state.pool, id).await?;
    found.ok_or_else(ApiError::unknown_id)
}
