//! `POST /api/v1/appointments/{id}/payment`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::payments::Checkout;
use domain::{AppointmentId, GatewayKeyId, GatewayOrderId, Money, PaymentId};
use serde::Serialize;
use utoipa::ToSchema;

use super::refusal::checkout_refusal;
use crate::app::App;
use crate::http::access::{Access, CanBook};
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
    /// The end of the hold on the slot, until which it can be paid.
    expires_at: DateTime<Utc>,
}

problems!(
    Forbidden,
    NotFound,
    NotAwaitingPayment,
    AlreadyPaid,
    HoldEnded,
    OrderRefused,
    GatewayAway
);

/// Pay for a visit whose slot is held. A second request gets the same order, or another one if that can't be
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
    caller: Access<CanBook>,
    Id(appointment): Id<AppointmentId>,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .payments
        .open_payment(&caller, appointment, &context)
        .await
        .map_err(|error| of_command(error, checkout_refusal))?;
    Ok(created_many(&done.map(CheckoutBody::from)))
}

impl From<Checkout> for CheckoutBody {
    fn from(checkout: Checkout) -> Self {
        let Checkout {
            payment,
            order,
            key_id,
            amount,
            expires_at,
        } = checkout;
        Self {
            payment_id: payment,
            order_id: order,
            key_id,
            amount,
            expires_at,
        }
    }
}
