//! `/v1/payments/{id}/refund`, `/v1/payments/{id}/refunds`, `/v1/refunds`

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Data, Json, Path, Query};
use serde::Deserialize;
use serde_json::Value;

use super::{collection, notes};
use crate::response::{ApiError, Page, body};
use crate::state::State;
use crate::store::refund::{RefundRequest, make};
use crate::store::{Refund, payments, refunds};

/// The header that makes a refund idempotent.
const IDEMPOTENCY_HEADER: &str = "X-Refund-Idempotency";

#[derive(Deserialize)]
struct RefundBody {
    amount: Option<i64>,
    speed: Option<String>,
    notes: Option<Value>,
    receipt: Option<String>,
}

/// `POST /v1/payments/{id}/refund`
pub(super) async fn create(
    state: Data<State>,
    id: Path<String>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let refund: RefundBody = body(&bytes)?;
    let speed = refund.speed.unwrap_or_else(|| "normal".to_owned());
    if !["normal", "optimum"].contains(&&*speed) {
        return Err(ApiError::field("speed", "The speed is normal or optimum."));
    }
    let refund = RefundRequest {
        payment: &id,
        amount: refund.amount,
        speed,
        notes: notes(refund.notes)?,
        receipt: refund.receipt,
        key: key(&request)?,
        body: &bytes,
    };
    Ok(Json(make(&state, refund).await?.entity()))
}

/// `GET /v1/payments/{id}/refunds`
pub(super) async fn list(
    state: Data<State>,
    id: Path<String>,
    page: Query<Page>,
) -> Result<Json<Value>, ApiError> {
    page.check()?;
    let payment = payments::find(&state.pool, &id).await?;
    let payment = payment.ok_or_else(ApiError::unknown_id)?;
    let refunds = refunds::of_payment(&state.pool, &payment.id, page.count, page.skip).await?;
    Ok(Json(collection(refunds.iter().map(Refund::entity))))
}

/// `GET /v1/refunds/{id}`
pub(super) async fn get(state: Data<State>, id: Path<String>) -> Result<Json<Value>, ApiError> {
    let found = refunds::find(&state.pool, &id).await?;
    Ok(Json(found.ok_or_else(ApiError::unknown_id)?.entity()))
}

/// At least ten letters, digits, hyphens and underscores.
fn key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let Some(given) = request.headers().get(IDEMPOTENCY_HEADER) else {
        return Ok(None);
    };
    let given = given.to_str().unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if given.len() < 10 || !given.chars().all(known) {
        return Err(ApiError::refused(
            "The idempotency key must have at least 10 letters, digits, '-' and '_'",
        ));
    }
    Ok(Some(given.to_owned()))
}
