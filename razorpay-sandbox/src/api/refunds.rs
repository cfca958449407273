//! `/v1/payments/{id}/refund`, `/v1/payments/{id}/refunds`, `/v1/refunds`

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Data, Json, Path, Query};
use serde::Deserialize;
use serde_json::Value;

use super::{collection, notes};
use crate::answer::{Part, Trouble, body};
use crate::books::refund::{Asked, make};
use crate::books::{Refund, payments, refunds};
use crate::state::State;

/// The header under which a refund is made once.
const ONCE: &str = "X-Refund-Idempotency";

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
) -> Result<Json<Value>, Trouble> {
    let refund: RefundBody = body(&bytes)?;
    let speed = refund.speed.unwrap_or_else(|| "normal".to_owned());
    if !["normal", "optimum"].contains(&&*speed) {
        return Err(Trouble::field("speed", "The speed is normal or optimum."));
    }
    let asked = Asked {
        payment: &id,
        amount: refund.amount,
        speed,
        notes: notes(refund.notes)?,
        receipt: refund.receipt,
        key: key(&request)?,
        body: &bytes,
    };
    Ok(Json(make(&state, asked).await?.entity()))
}

/// `GET /v1/payments/{id}/refunds`
pub(super) async fn list(
    state: Data<State>,
    id: Path<String>,
    part: Query<Part>,
) -> Result<Json<Value>, Trouble> {
    part.check()?;
    let payment = payments::find(&state.pool, &id).await?;
    let payment = payment.ok_or_else(Trouble::unknown_id)?;
    let refunds = refunds::of(&state.pool, &payment.id, part.count, part.skip).await?;
    Ok(Json(collection(refunds.iter().map(Refund::entity))))
}

/// `GET /v1/refunds/{id}`
pub(super) async fn get(state: Data<State>, id: Path<String>) -> Result<Json<Value>, Trouble> {
    let found = refunds::find(&state.pool, &id).await?;
    Ok(Json(found.ok_or_else(Trouble::unknown_id)?.entity()))
}

/// At least ten letters, digits, hyphens and underscores.
fn key(request: &HttpRequest) -> Result<Option<String>, Trouble> {
    let Some(given) = request.headers().get(ONCE) else {
        return Ok(None);
    };
    let given = given.to_str().unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if given.len() < 10 || !given.chars().all(known) {
        return Err(Trouble::refused(
            "The idempotency key must have at least 10 letters, digits, '-' and '_'",
        ));
    }
    Ok(Some(given.to_owned()))
}
