//! `POST /api/v1/appointments/{id}/payment`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::payments::Checkout;
use domain::payment::Payable;
use domain::{AppointmentId, GatewayKeyId, GatewayOrderId, Money, PaymentId};
use serde::Serialize;
use utoipa::ToSchema;

use super::refusal::checkout_refusal;
use crate::app::{App, CheckoutAddresses};
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created_many;
use crate::http::schemas;

/// The values that the gateway's form is opened with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutBody {
    /// The payment.
    #[schema(value_type = Uuid)]
    payment_id: PaymentId,
    /// The order at the gateway.
    #[schema(value_type = schemas::GatewayOrderId)]
    order_id: GatewayOrderId,
    /// On whose behalf the gateway asks.
    #[schema(value_type = schemas::GatewayKeyId)]
    key_id: GatewayKeyId,
    /// The amount.
    #[schema(value_type = schemas::MoneyBody)]
    amount: Money,
    /// The end of the hold on the slot, or of the time to pay the bill of an emergency, until which it can be paid.
    expires_at: DateTime<Utc>,
    /// The gateway's checkout script, which defines `Razorpay`: a URL, or with the sandbox a path of this server.
    #[schema(
        format = "uri-reference",
        example = "https://checkout.razorpay.com/v1/checkout.js"
    )]
    checkout_script_url: String,
    /// The page on which the order can be paid without a script: with the sandbox only, a path of this server. It
    /// takes `callback_url` and `cancel_url`, paths of this server or pages of `CARESYNC_CORS_ORIGINS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        format = "uri-reference",
        example = "/sandbox/checkout/order_DESlLckIVRkHWj"
    )]
    checkout_url: Option<String>,
}

problems!(
    Forbidden,
    NotFound,
    NotAwaitingPayment,
    AlreadyPaid,
    HoldEnded,
    BillOverdue,
    OrderRefused,
    GatewayAway
);

/// Pay for a visit whose slot is held, or that was booked for an emergency. A second request gets the same order, or another one if that can't be
/// paid any more. The amount is what was agreed when it was booked.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/payment",
    tag = "payments",
    operation_id = "openPayment",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The appointment"), IdempotencyHeader),
    responses(
        (status = 201, description = "What the gateway's form is opened with", body = CheckoutBody),
        Problems,
    ),
)]
pub async fn open_payment(
    app: Data<App>,
    caller: Access<permit::PayAppointment>,
    Id(appointment): Id<AppointmentId>,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .payments
        .open_payment(&caller, Payable::Visit { appointment }, &context)
        .await
        .map_err(|error| of_command(error, checkout_refusal))?;
    Ok(created_many(&done.map(|checkout| {
        CheckoutBody::new(checkout, &app.checkout)
    })))
}

impl CheckoutBody {
    fn new(checkout: Checkout, addresses: &CheckoutAddresses) -> Self {
        let Checkout {
            payment,
            order,
            key_id,
            amount,
            expires_at,
        } = checkout;
        let page = addresses.pages.as_ref();
        Self {
            checkout_script_url: addresses.script.clone(),
            checkout_url: page.map(|page| format!("{page}{order}")),
            payment_id: payment,
            order_id: order,
            key_id,
            amount,
            expires_at,
        }
    }
}
