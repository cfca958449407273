//! `POST /api/v1/payments/{id}/refunds/{refund}/retry`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{PaymentId, RefundId};

use super::RefundState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::ids::{Id, segment};
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

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
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    responses(
        (status = 200, description = "The gateway is asked for it next", body = RefundState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only administrators", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such payment or refund, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`refund-not-failed`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn retry_refund(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(payment): Id<PaymentId>,
    request: HttpRequest,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    let refund: RefundId = segment(&request, "refund")?;
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let done = app
        .payments
        .retry_refund(&caller, payment, refund, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(RefundState::from)))
}
