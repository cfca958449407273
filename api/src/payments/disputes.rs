//! `GET /api/v1/payments/disputes`

use actix_web::web::{Data, Json};
use commands::authorization::permit;
use projections::payments::{self, ListedDispute};
use serde::Deserialize;
use utoipa::IntoParams;

use super::books::{DisputeLine, named};
use crate::app::App;
use crate::http::access::Access;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;

/// One page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpenDisputeParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

problems!(Forbidden);

/// Disputes that are neither won, lost nor closed, the oldest first: an admin sees those of the own clinics. They
/// are answered at the gateway, until `respondBy`.
#[utoipa::path(
    get,
    path = "/api/v1/payments/disputes",
    tag = "payments",
    operation_id = "listOpenDisputes",
    security(("bearer" = [])),
    params(
        OpenDisputeParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<DisputeLine>),
        Problems,
    ),
)]
pub async fn list_open_disputes(
    app: Data<App>,
    caller: Access<permit::RefundPayment>,
    Query(parameters): Query<OpenDisputeParameters>,
    position: Position,
) -> Result<Json<Page<DisputeLine>>, Problem> {
    let OpenDisputeParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let parked = position.wait_for(&app, payments::NAME).await?;
    let clinics = named(&caller.clinics);
    let rows = payments::open_disputes(&app.pool, clinics.as_deref(), after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row: &ListedDispute| {
        let cursor = row.cursor();
        (cursor.at, cursor.id)
    });
    Ok(Json(page.map(DisputeLine::from).lacking(&parked)))
}
