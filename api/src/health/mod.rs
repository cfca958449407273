//! Liveness and readiness.

mod lag;

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use event_store::Cursor;
use serde::Serialize;
use utoipa::ToSchema;

pub use lag::*;

use crate::app::App;
use crate::http::schemas;
use crate::metrics::Sampler;

/// Time that a readiness check may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz));
}

/// The process answers.
#[derive(Serialize, ToSchema)]
pub struct Alive {
    /// Always `ok`.
    #[schema(value_type = schemas::Liveness)]
    status: &'static str,
}

/// The readiness of this node.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Set if it can work.
    ready: bool,
    /// Set if the database answers.
    database: bool,
    /// Set if the database takes writes. After a fail-over it may answer and take none.
    writable: bool,
    /// The newest event of the log, if it could be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::LogPosition>)]
    head: Option<Cursor>,
    /// The transaction that holds the readers of the log back; absent if that could not be asked in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    horizon: Option<Horizon>,
    /// Tasks that panicked a short while ago and are started again: subscribers by name, `writer`, `leases`,
    /// `horizon`, `erasures`, `snapshots`.
    failing_tasks: Vec<&'static str>,
    /// The position of each subscriber.
    subscribers: Vec<SubscriberState>,
}

/// The process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    operation_id = "healthz",
    responses((status = 200, description = "Alive", body = Alive)),
)]
pub async fn healthz() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// The node can work: its database answers and takes writes. Lag is told, and is no reason to send clients away.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    operation_id = "readyz",
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "The database does not answer, or takes no writes", body = Readiness),
    ),
)]
pub async fn readyz(app: Data<App>, sampler: Data<Sampler>) -> HttpResponse {
    let deadline = Instant::now() + PATIENCE;
    let head = tokio::time::timeout(PATIENCE, app.commands.store().head()).await;
    let head = head.ok().and_then(Result::ok);
    let left = deadline.saturating_duration_since(Instant::now());
    let writable = tokio::time::timeout(left, app.commands.store().takes_writes()).await;
    let writable = head.is_some() && matches!(writable, Ok(Ok(true)));
    let left = deadline.saturating_duration_since(Instant::now());
    // Whether the node can work is decided: a lag that takes too long to measure changes nothing.
    let surveyed = match head {
        Some(_) => sampler.probe(&app, left).await,
        None => None,
    };
    let body = Readiness {
        ready: writable,
        database: head.is_some(),
        writable,
        head,
        horizon: surveyed.as_ref().map(Horizon::from_survey),
        failing_tasks: app.commands.store().tasks().failing(),
        subscribers: lag::states(&app.progress.all(), head, surveyed.as_ref()),
    };
    if body.ready {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(body)
    }
}
