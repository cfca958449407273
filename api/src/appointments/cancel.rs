//! `POST /api/v1/appointments/{id}/cancel`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::appointments::Cancelling;
use commands::authorization::permit;
use domain::appointment::CancelledBy;
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

/// A cancellation.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelRequest {
    /// On whose behalf it is cancelled, which decides the refund: a patient gets the share of the clinic's
    /// refund policy; if the doctor or the clinic cancels, all of the fee is refunded. The staff always
    /// says it: `PATIENT` where the patient asked for it. Patients leave it out or say `PATIENT`.
    #[schema(value_type = Option<schemas::CancelledBy>)]
    on_behalf_of: Option<CancelledBy>,
    /// Up to 500 characters.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
}

problems!(
    Forbidden,
    NotFound,
    HoldEnded,
    AppointmentAlreadyEnded,
    AppointmentAlreadyStarted,
    PartyNotNamed
);

/// Cancel an appointment: its patient, its doctor or its clinic may.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/cancel",
    tag = "appointments",
    operation_id = "cancelAppointment",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = CancelRequest,
    responses(
        (status = 200, description = "Cancelled; the slot is free again", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn cancel_appointment(
    app: Data<App>,
    caller: Access<permit::CancelAppointment>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<CancelRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let CancelRequest {
        on_behalf_of,
        reason,
    } = request.body;
    let cancelling = Cancelling {
        appointment: Target::new(appointment, expected),
        on_behalf_of,
        reason,
    };
    let done = app
        .commands
        .cancel_appointment(&caller, cancelling, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentSummary::from)))
}
