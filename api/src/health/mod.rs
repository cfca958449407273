//! Is it alive, and is it ready?

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use event_store::Cursor;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// How long a readiness check may take.
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
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether this node can work.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Whether it can.
    ready: bool,
    /// Whether the database answers.
    database: bool,
    /// The newest event of the log, if it could be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    head: Option<Cursor>,
    /// How far each subscriber has come.
    subscribers: Vec<SubscriberState>,
}

/// How far a subscriber has come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriberState {
    /// Its name.
    name: &'static str,
    /// The last event that it took or passed over.
    #[schema(value_type = String)]
    position: Cursor,
    /// Whether it has come to the head.
    caught_up: bool,
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

/// The node can work: its database answers. Lag is told, and is no reason to send clients away.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    operation_id = "readyz",
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "The database does not answer", body = Readiness),
    ),
)]
pub async fn readyz(app: Data<App>) -> HttpResponse {
    let head = tokio::time::timeout(PATIENCE, app.commands.store().head()).await;
    let head = head.ok().and_then(Result::ok);
    let subscribers = app
        .progress
        .all()
        .into_iter()
        .map(|(name, position)| SubscriberState {
            name,
            position,
            caught_up: head.is_some_and(|head| position >= head),
        })
        .collect();
    let ready = head.is_some();
    let body = Readiness {
        ready,
        database: ready,
        head,
        subscribers,
    };
    if ready {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(body)
    }
}
