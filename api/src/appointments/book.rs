//! `POST /api/v1/appointments`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::appointments::Booking;
use commands::authorization::permit;
use domain::{AppointmentId, ClinicId, DoctorId, PatientId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentSummary;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::instant::instant;
use crate::http::problem::{Flaw, Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::http::schemas;

/// A slot to book.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BookRequest {
    /// The clinic.
    #[schema(value_type = Uuid)]
    pub(super) clinic_id: ClinicId,
    /// The doctor.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The patient; a patient may leave it out and mean themselves.
    #[schema(value_type = Option<Uuid>)]
    patient_id: Option<PatientId>,
    /// The start of the slot, as availability offers it.
    #[schema(example = "2026-12-01T04:30:00Z")]
    #[serde(deserialize_with = "instant")]
    start: DateTime<Utc>,
    /// The reason for the visit; up to 500 characters.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// The patient's visit that this one follows up.
    #[schema(value_type = Option<Uuid>)]
    follows: Option<AppointmentId>,
    /// The reason for taking a time that is not offered: outside the hours, between two slots, too far ahead, or
    /// begun already. Only the clinic's front desk may say so; a slot that is taken is never given twice.
    #[schema(value_type = Option<schemas::Reason>)]
    override_reason: Option<Reason>,
}

problems!(
    Forbidden,
    NotFound,
    SlotAlreadyTaken,
    DoctorOnLeave,
    PatientAlreadyBooked,
    NothingToFollow,
    SlotInPast,
    SlotBeyondHorizon,
    ClinicClosed,
    SlotOutsideHours,
    SlotOffGrid,
    DoctorNotVerified,
    DoctorSuspended,
    DoctorNotAtClinic,
    TooManyHolds,
    TooManyBookings
);

/// Book a slot. Of all who try for one, one gets it.
#[utoipa::path(
    post,
    path = "/api/v1/appointments",
    tag = "appointments",
    operation_id = "bookAppointment",
    security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body = BookRequest,
    responses(
        (status = 201, description = "Booked; the slot is held until `holdUntil`, or for good without a fee", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn book_appointment(
    app: Data<App>,
    caller: Access<permit::BookAppointment>,
    request: CommandRequest<BookRequest>,
) -> Result<HttpResponse, Problem> {
    let clinic = Some(request.body.clinic_id);
    let (context, _flight) = request.context(&app, &caller, clinic)?;
    let booking = booking(request.body, caller.patient)?;
    let done = app
        .commands
        .book_appointment(&caller, booking, app.policy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/appointments/{}", done.reply.appointment);
    Ok(created(&done.map(AppointmentSummary::from), &location))
}

pub(super) fn booking(request: BookRequest, caller: Option<PatientId>) -> Result<Booking, Problem> {
    let BookRequest {
        clinic_id,
        doctor_id,
        patient_id,
        start,
        reason,
        follows,
        override_reason,
    } = request;
    let patient = patient_id
        .or(caller)
        .ok_or_else(|| Problem::invalid(vec![Flaw::at("/patientId", "say for whom you book")]))?;
    Ok(Booking {
        clinic: clinic_id,
        doctor: doctor_id,
        patient,
        start,
        reason,
        follows,
        override_reason,
    })
}
