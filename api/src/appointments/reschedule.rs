//! `POST /api/v1/appointments/{id}/reschedule`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::Target;
use commands::appointments::Rescheduling;
use domain::{AppointmentId, ClinicId, DoctorId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, Attendants};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// Where an appointment is to move to.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RescheduleRequest {
    /// When the slot starts, as availability offers it.
    #[schema(example = "2026-12-01T04:30:00Z")]
    start: DateTime<Utc>,
    /// The appointment's doctor; with another one it is refused.
    #[schema(value_type = Option<Uuid>)]
    doctor_id: Option<DoctorId>,
    /// The appointment's clinic; at another one it is refused.
    #[schema(value_type = Option<Uuid>)]
    clinic_id: Option<ClinicId>,
    /// Why; up to 500 characters.
    #[schema(value_type = Option<String>, example = "I can't come in the morning")]
    reason: Option<Reason>,
    /// Why a time is taken that is not offered; only the clinic's front desk may say so.
    #[schema(value_type = Option<String>, example = "The doctor stays longer for her")]
    override_reason: Option<Reason>,
}

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
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
        ("If-Match" = Option<String>, Header, description = "The version that you have seen"),
    ),
    request_body = RescheduleRequest,
    responses(
        (status = 200, description = "Moved; the same if it starts then anyway", body = AppointmentState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only patients, doctors and the front desk, and only the front desk to what is not offered", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such appointment, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slot-already-taken`, `doctor-on-leave`, `patient-already-booked`, `patient-already-arrived`, `appointment-already-ended`, `appointment-already-started`, `hold-ended`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`another-doctor`, `another-clinic`, `slot-in-past`, `slot-beyond-horizon`, `slot-outside-hours`, `slot-off-grid`, `doctor-not-verified`, `doctor-suspended`, a value breaks a rule, `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn reschedule_appointment(
    app: Data<App>,
    caller: Access<Attendants>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    submission: Submission<RescheduleRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let moving = moving(Target::new(appointment, expected), submission.body);
    let done = app
        .commands
        .reschedule_appointment(&caller, moving, app.policy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentState::from)))
}

fn moving(appointment: Target<AppointmentId>, request: RescheduleRequest) -> Rescheduling {
    let RescheduleRequest {
        start,
        doctor_id,
        clinic_id,
        reason,
        override_reason,
    } = request;
    Rescheduling {
        appointment,
        start,
        doctor: doctor_id,
        clinic: clinic_id,
        reason,
        override_reason,
    }
}
