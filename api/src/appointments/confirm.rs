//! `POST /api/v1/appointments/{id}/confirm`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::{AppointmentId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentSummary;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// A confirmation without a payment.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Up to 500 characters; it stands in the history.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
}

problems!(Forbidden, NotFound, NotAwaitingPayment, HoldEnded);

/// Confirm an unpaid appointment: the clinic's front desk vouches for it.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/confirm",
    tag = "appointments",
    operation_id = "confirmAppointment",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = ConfirmRequest,
    responses(
        (status = 200, description = "Confirmed", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn confirm_appointment(
    app: Data<App>,
    caller: Access<permit::ConfirmAppointment>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<ConfirmRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let reason = request.body.reason;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .confirm_by_override(&caller, target, reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentSummary::from)))
}
