//! `POST /api/v1/payments/{id}/refunds/{refund}/retry`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use commands::authorization::permit;
use domain::{PaymentId, RefundId};

use super::RefundState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::{Id, segment};
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(Forbidden, NotFound, RefundNotFailed);

/// Ask the gateway once more for a refund that failed, as an administrator of the clinic.
#[utoipa::path(
    post,
    path = "/api/v1/payments/{id}/refunds/{refund}/retry",
    tag = "payments",
    operation_id = "retryRefund",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The payment"),
        ("refund" = Uuid, Path, description = "The refund"),
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "The gateway is asked for it next", body = RefundState),
        Problems,
    ),
)]
pub async fn retry_refund(
    app: Data<App>,
    caller: Access<permit::RefundPayment>,
    Id(payment): Id<PaymentId>,
    http: HttpRequest,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let refund: RefundId = segment(&http, "refund")?;
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .payments
        .retry_refund(&caller, payment, refund, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(RefundState::from)))
}
