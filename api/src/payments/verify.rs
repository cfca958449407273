//! `POST /api/v1/payments/{id}/verify`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::payments::Verification;
use domain::{GatewayOrderId, GatewayPaymentId, PaymentId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::PaymentState;
use super::refusal::verify_refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::replied;
use crate::http::schemas;

/// The result of the gateway's form, in the gateway's words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The attempt that paid.
    #[schema(value_type = schemas::GatewayPaymentId)]
    #[serde(rename = "razorpay_payment_id")]
    attempt: GatewayPaymentId,
    /// The order that was paid. It must be this payment's; ours is what the signature is checked with.
    #[schema(value_type = schemas::GatewayOrderId)]
    #[serde(rename = "razorpay_order_id")]
    order: GatewayOrderId,
    /// That the gateway says so.
    #[schema(example = "0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f")]
    #[serde(rename = "razorpay_signature")]
    signature: String,
}

problems!(
    Forbidden,
    NotFound,
    PaymentWithoutOrder,
    SignatureNotGenuine
);

/// Bring back what the gateway's form gave the browser. The gateway is then asked itself: `paid` says what it
/// said. If it is away, `paid` is false for now, and its news will tell.
#[utoipa::path(
    post,
    path = "/api/v1/payments/{id}/verify",
    tag = "payments",
    operation_id = "verifyPayment",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The payment"), IdempotencyHeader),
    request_body = VerifyRequest,
    responses(
        (status = 200, description = "The signature is the gateway's; how far the payment is", body = PaymentState),
        Problems,
    ),
)]
pub async fn verify_payment(
    app: Data<App>,
    caller: Access<permit::PayAppointment>,
    Id(payment): Id<PaymentId>,
    request: CommandRequest<VerifyRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let VerifyRequest {
        attempt,
        order,
        signature,
    } = request.body;
    let word = Verification {
        attempt,
        order,
        signature,
    };
    let done = app
        .payments
        .verify_payment(&caller, payment, &word, &context)
        .await
        .map_err(|error| of_command(error, verify_refusal))?;
    Ok(replied(&done.map(PaymentState::from)))
}
