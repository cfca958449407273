//! `POST /api/v1/payments/{id}/refunds`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::payments::{RefundReply, RefundRequest};
use domain::{Money, PaymentId, RefundId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::{Versioned, created};
use crate::http::schemas;

/// A refund to request.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefundBody {
    /// The amount; without it, all that is left.
    #[schema(value_type = Option<schemas::MoneyBody>)]
    amount: Option<Money>,
}

/// A refund after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundState {
    /// The refund.
    #[schema(value_type = Uuid)]
    id: RefundId,
    /// The payment.
    #[schema(value_type = Uuid)]
    payment_id: PaymentId,
    /// The amount.
    #[schema(value_type = schemas::MoneyBody)]
    amount: Money,
    /// `REQUESTED`, `REFUNDED`, or `FAILED`, which is tried again.
    #[schema(value_type = schemas::RefundStatus)]
    status: &'static str,
    /// The payment's version.
    version: i64,
}

problems!(
    Forbidden,
    NotFound,
    PaymentNotCaptured,
    MoreThanPaid,
    NothingToRefund,
    RefundInOtherCurrency
);

/// Give some or all of a payment back, as an administrator of the clinic.
#[utoipa::path(
    post,
    path = "/api/v1/payments/{id}/refunds",
    tag = "payments",
    operation_id = "requestRefund",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The payment"),
        IdempotencyHeader,
    ),
    request_body = RefundBody,
    responses(
        (status = 201, description = "Requested; the gateway is asked for it next", body = RefundState),
        Problems,
    ),
)]
pub async fn request_refund(
    app: Data<App>,
    caller: Access<permit::RefundPayment>,
    Id(payment): Id<PaymentId>,
    request: CommandRequest<RefundBody>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let amount = request.body.amount;
    let asked = RefundRequest { payment, amount };
    let done = app
        .payments
        .request_refund(&caller, asked, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/payments/{payment}");
    Ok(created(&done.map(RefundState::from), &location))
}

impl From<RefundReply> for RefundState {
    fn from(reply: RefundReply) -> Self {
        Self {
            id: reply.refund,
            payment_id: reply.payment,
            amount: reply.amount,
            status: reply.status.as_str(),
            version: reply.version,
        }
    }
}

impl Versioned for RefundState {
    fn version(&self) -> i64 {
        self.version
    }
}
