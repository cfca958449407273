//! `GET /metrics`

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use commands::Fault;

use super::{Metrics, MetricsAccess, Sampler};
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

/// The media type of the text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/metrics", web::get().to(metrics));
}

problems!(Unauthenticated, NotFound);

/// Numbers for Prometheus, in its text format. For those who run it: with a token or from the same
/// machine, as the settings say.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    operation_id = "getMetrics",
    responses(
        (status = 200, description = "The numbers", body = String, content_type = "text/plain"),
        Problems,
    ),
)]
pub async fn metrics(
    app: Data<App>,
    metrics: Data<Metrics>,
    sampler: Data<Sampler>,
    access: Data<MetricsAccess>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    access.admit(&request)?;
    let now = sampler.sample(&app).await;
    let text = now
        .and_then(|now| metrics.text(now))
        .map_err(Fault::doing("writing the metrics"))?;
    Ok(HttpResponse::Ok().content_type(TEXT).body(text))
}
