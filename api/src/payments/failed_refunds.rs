//! `GET /api/v1/payments/refunds/failed`

use actix_web::web::{Data, Json};
use commands::authorization::permit;
use projections::payments::{self, ListedRefund};

use super::books::RefundLine;
use super::operator_list::{OperatorListParameters, operator_list};
use crate::app::App;
use crate::http::access::Access;
use crate::http::page::Page;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;

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
        OperatorListParameters,
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
    Query(parameters): Query<OperatorListParameters>,
    position: Position,
) -> Result<Json<Page<RefundLine>>, Problem> {
    let place = ListedRefund::cursor;
    operator_list(
        &app,
        &caller,
        parameters,
        &position,
        payments::failed_refunds,
        place,
    )
    .await
}
