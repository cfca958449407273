//! `PUT /sandbox/orders/{id}/refunds` and `POST /sandbox/refunds/{id}`

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Json, Path};
use serde::Deserialize;
use serde_json::Value;

use crate::response::{ApiError, body};
use crate::state::State;
use crate::store::{WebhookPlan, orders, refund};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum End {
    Processed,
    Pending,
    Failed,
}

impl End {
    const fn status(&self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Pending => "pending",
            Self::Failed => "failed",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    outcome: End,
    /// Number of refunds with this outcome; later ones are processed again. Without it, all.
    times: Option<u16>,
    #[serde(default)]
    webhook: WebhookPlan,
}

/// Sets the outcome of the order's next refunds.
pub(crate) async fn set(
    state: Data<State>,
    order: Path<String>,
    bytes: Bytes,
) -> Result<HttpResponse, ApiError> {
    let Plan {
        outcome,
        times,
        webhook,
    } = body(&bytes)?;
    let times = times.map(i32::from);
    let status = outcome.status();
    if !orders::set_refunds(&state.pool, &order, status, times, webhook).await? {
        return Err(ApiError::unknown_id());
    }
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    outcome: End,
}

/// Finishes a pending refund.
pub(crate) async fn end(
    state: Data<State>,
    refund: Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let ending: Ending = body(&bytes)?;
    if matches!(ending.outcome, End::Pending) {
        return Err(ApiError::field(
            "outcome",
            "A refund ends processed or failed.",
        ));
    }
    let ended = refund::end(&state, &refund, ending.outcome.status()).await?;
    Ok(Json(ended.entity()))
}
