//! `POST /api/v1/appointments/{id}/no-show`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::AppointmentId;
use domain::Reason;
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

/// A note about a missed visit.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoShowRequest {
    /// Up to 500 characters.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
}

problems!(
    Forbidden,
    NotFound,
    AppointmentAlreadyEnded,
    AppointmentAlreadyStarted,
    AppointmentNotConfirmed,
    SlotNotBegun,
    PatientAlreadyArrived
);

/// Note that the patient did not come: the clinic's front desk does, once the slot has begun.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/no-show",
    tag = "appointments",
    operation_id = "markNoShow",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = NoShowRequest,
    responses(
        (status = 200, description = "Noted, and the slot is free again; the same if it was before", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn mark_no_show(
    app: Data<App>,
    caller: Access<permit::MarkNoShow>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<NoShowRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .mark_no_show(&caller, target, request.body.reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentSummary::from)))
}
