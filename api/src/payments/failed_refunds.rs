//! `GET /api/v1/payments/refunds/failed`

use actix_web::web::{Data, Json};
use commands::authorization::permit;
use projections::payments;
use serde::Deserialize;
use utoipa::IntoParams;

use super::books::{RefundLine, named};
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
pub struct FailedRefundParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

problems!(Forbidden);

/// Refunds that failed and are still owed, the oldest first: an admin sees those of the own clinics. They are
/// tried again by themselves a few times; after that, an admin has to.
#[utoipa::path(
    get,
    path = "/api/v1/payments/refunds/failed",
    tag = "payments",
    operation_id = "listFailedRefunds",
    security(("bearer" = [])),
    params(
        FailedRefundParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<RefundLine>),
        Problems,
    ),
)]
pub async fn list_failed_refunds(
    app: Data<App>,
    caller: Access<permit::RefundPayment>,
    Query(parameters): Query<FailedRefundParameters>,
    position: Position,
) -> Result<Json<Page<RefundLine>>, Problem> {
    let FailedRefundParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let parked = position.wait_for(&app, payments::NAME).await?;
    let clinics = named(&caller.clinics);
    let rows = payments::failed_refunds(&app.pool, clinics.as_deref(), after, limit + 1).await?;
    let items = rows.into_iter().map(RefundLine::from);
    let page = Page::cut(items.collect(), limit, |item: &RefundLine| {
        (item.requested_at, item.id)
    });
    Ok(Json(page.lacking(&parked)))
}
