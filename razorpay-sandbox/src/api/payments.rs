//! `/v1/payments`

use actix_web::web::{Bytes, Data, Json, Path};
use serde::Deserialize;
use serde_json::Value;

use crate::response::{ApiError, body};
use crate::state::State;
use crate::store::{capture, payments};

#[derive(Deserialize)]
struct Capture {
    amount: i64,
    currency: String,
}

/// `GET /v1/payments/{id}`
pub(super) async fn get(state: Data<State>, id: Path<String>) -> Result<Json<Value>, ApiError> {
    let found = payments::find(&state.pool, &id).await?;
    Ok(Json(found.ok_or_else(ApiError::unknown_id)?.entity()))
}

/// `POST /v1/payments/{id}/capture`
pub(super) async fn capture(
    state: Data<State>,
    id: Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let asked: Capture = body(&bytes)?;
    let captured = capture::capture(&state, &id, asked.amount, &asked.currency).await?;
    Ok(Json(captured.entity()))
}
