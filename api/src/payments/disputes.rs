//! `GET /api/v1/payments/disputes`

use actix_web::web::{Data, Json};
use commands::authorization::permit;
use projections::payments::{self, ListedDispute};

use super::books::DisputeLine;
use super::operator_list::{OperatorListParameters, operator_list};
use crate::app::App;
use crate::http::access::Access;
use crate::http::page::Page;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;

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
        OperatorListParameters,
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
    Query(parameters): Query<OperatorListParameters>,
    position: Position,
) -> Result<Json<Page<DisputeLine>>, Problem> {
    let place = ListedDispute::cursor;
    operator_list(
        &app,
        &caller,
        parameters,
        &position,
        payments::open_disputes,
        place,
    )
    .await
}
