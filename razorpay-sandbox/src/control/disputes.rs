//! `POST /sandbox/payments/{id}/disputes` and `POST /sandbox/disputes/{id}`

use actix_web::web::{Bytes, Data, Json, Path};
use serde::Deserialize;
use serde_json::Value;

use crate::response::{ApiError, body};
use crate::state::State;
use crate::store::WebhookPlan;
use crate::store::disputes::{self, Stage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    /// The disputed amount; by default all of the payment.
    amount: Option<i64>,
    #[serde(default)]
    webhook: WebhookPlan,
}

/// Opens a dispute about a captured payment.
pub(crate) async fn open(
    state: Data<State>,
    payment: Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let Opening { amount, webhook } = body(&bytes)?;
    let dispute = disputes::open(&state, &payment, amount, webhook).await?;
    Ok(Json(dispute.entity()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    stage: Stage,
    #[serde(default)]
    webhook: WebhookPlan,
}

/// Moves a dispute on, or decides it.
pub(crate) async fn advance(
    state: Data<State>,
    dispute: Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let Advance { stage: to, webhook } = body(&bytes)?;
    let dispute = disputes::advance(&state, &dispute, to, webhook).await?;
    Ok(Json(dispute.entity()))
}
