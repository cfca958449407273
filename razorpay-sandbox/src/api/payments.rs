//! `/v1/payments`

use actix_web::web::{Bytes, Data, Json, Path};
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Trouble, body};
use crate::books::{capture as books, payments};
use crate::state::State;

#[derive(Deserialize)]
struct Capture {
    amount: i64,
    currency: String,
}

/// `GET /v1/payments/{id}`
pub(super) async fn get(state: Data<State>, id: Path<String>) -> Result<Json<Value>, Trouble> {
    let found = payments::find(&state.pool, &id).await?;
    Ok(Json(found.ok_or_else(Trouble::unknown_id)?.entity()))
}

/// `POST /v1/payments/{id}/capture`
pub(super) async fn capture(
    state: Data<State>,
    id: Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, Trouble> {
    let asked: Capture = body(&bytes)?;
    let captured = books::capture(&state, &id, asked.amount, &asked.currency).await?;
    Ok(Json(captured.entity()))
}
