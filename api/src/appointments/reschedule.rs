//! `POST /api/v1/appointments/{id}/reschedule`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::Target;
use commands::appointments::Rescheduling;
use commands::authorization::permit;
use domain::appointment::CancelledBy;
use domain::{AppointmentId, ClinicId, DoctorId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentSummary;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::instant::instant;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// The new slot of an appointment.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RescheduleRequest {
    /// The start of the slot, as availability offers it.
    #[schema(example = "2026-12-01T04:30:00Z")]
    #[serde(deserialize_with = "instant")]
    start: DateTime<Utc>,
    /// The appointment's doctor; with another one it is refused.
    #[schema(value_type = Option<Uuid>)]
    doctor_id: Option<DoctorId>,
    /// The appointment's clinic; at another one it is refused.
    #[schema(value_type = Option<Uuid>)]
    clinic_id: Option<ClinicId>,
    /// The reason; up to 500 characters.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// The reason for taking a time that is not offered; only the clinic's front desk may say so.
    #[schema(value_type = Option<schemas::Reason>)]
    override_reason: Option<Reason>,
    /// On whose behalf it is moved. A move for the patient, which the desk's is unless it says otherwise,
    /// keeps the share of the clinic's refund policy at its time. Patients leave it out or say `PATIENT`.
    #[schema(value_type = Option<schemas::CancelledBy>)]
    on_behalf_of: Option<CancelledBy>,
}

problems!(
    Forbidden,
    NotFound,
    SlotAlreadyTaken,
    DoctorOnLeave,
    PatientAlreadyBooked,
    HoldEnded,
    AppointmentAlreadyEnded,
    AppointmentAlreadyStarted,
    PatientAlreadyArrived,
    EmergencyUnpaid,
    SlotInPast,
    SlotBeyondHorizon,
    ClinicClosed,
    DoctorNotAtClinic,
    SlotOutsideHours,
    SlotOffGrid,
    DoctorNotVerified,
    DoctorSuspended,
    AnotherDoctor,
    AnotherClinic
);

/// Move an appointment to another slot of its doctor: its patient, its doctor or its clinic may. It has
/// one of the two slots at any time. The fee stays, and a hold ends when it would have.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/reschedule",
    tag = "appointments",
    operation_id = "rescheduleAppointment",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = RescheduleRequest,
    responses(
        (status = 200, description = "Moved; the same if it starts then anyway", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn reschedule_appointment(
    app: Data<App>,
    caller: Access<permit::RescheduleAppointment>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<RescheduleRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let moving = moving(Target::new(appointment, expected), request.body);
    let done = app
        .commands
        .reschedule_appointment(&caller, moving, app.policy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentSummary::from)))
}

fn moving(appointment: Target<AppointmentId>, request: RescheduleRequest) -> Rescheduling {
    let RescheduleRequest {
        start,
        doctor_id,
        clinic_id,
        reason,
        override_reason,
        on_behalf_of,
    } = request;
    Rescheduling {
        appointment,
        start,
        doctor: doctor_id,
        clinic: clinic_id,
        reason,
        override_reason,
        on_behalf_of,
    }
}
