//! `POST /api/v1/appointments/emergency`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Fault;
use commands::appointments::{Emergency, FreeSlot};
use commands::authorization::permit;
use domain::appointment::BookingPolicy;
use domain::{ClinicId, DoctorId, PatientId, Reason, Specialisation};
use projections::ReadError;
use projections::availability::{self, EarliestQuery};
use projections::clinic_directory;
use projections::doctor_directory::{self, DoctorSearch};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentSummary;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::problem::{Flaw, Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::http::schemas;

/// Days from today on in which a slot is looked for.
const DAYS: u64 = 7;
/// The most doctors who are looked at, so that the work is bounded.
const MOST_DOCTORS: i64 = 200;
/// Slots that are tried before they are looked up again.
const MOST_SLOTS: usize = 20;

/// A patient who needs the next free slot.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmergencyRequest {
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The specialisation of the doctor.
    #[schema(value_type = schemas::Specialisation)]
    specialisation: Specialisation,
    /// The patient; a patient may leave it out and mean themselves.
    #[schema(value_type = Option<Uuid>)]
    patient_id: Option<PatientId>,
    /// The reason for the visit; up to 500 characters.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
}

problems!(
    Forbidden,
    NotFound,
    EmergenciesNotAccepted,
    TooManyOpenEmergencies,
    TooManyEmergenciesToday,
    NoSlotForEmergency
);

/// Book the next free slot of a specialisation at a clinic, within seven days, where the clinic takes bookings for
/// emergencies. The visit is confirmed at once; its fee is paid afterwards, until `payBy`.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/emergency",
    tag = "appointments",
    operation_id = "bookForEmergency",
    security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body = EmergencyRequest,
    responses(
        (status = 201, description = "Booked and confirmed", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn book_for_emergency(
    app: Data<App>,
    caller: Access<permit::BookForEmergency>,
    request: CommandRequest<EmergencyRequest>,
) -> Result<HttpResponse, Problem> {
    let clinic = request.body.clinic_id;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let EmergencyRequest {
        specialisation,
        patient_id,
        reason,
        ..
    } = request.body;
    let patient = patient_id
        .or(caller.patient)
        .ok_or_else(|| Problem::invalid(vec![Flaw::at("/patientId", "say for whom you book")]))?;
    let emergency = Emergency {
        clinic,
        patient,
        reason,
    };
    let free_slots = async |policy: BookingPolicy| {
        let found = free_slots(&app, clinic, &specialisation, policy).await;
        found.map_err(Fault::doing("looking for free slots"))
    };
    let done = app
        .commands
        .book_for_emergency(&caller, &emergency, free_slots, app.policy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/appointments/{}", done.reply.appointment);
    Ok(created(&done.map(AppointmentSummary::from), &location))
}

/// Looks up the earliest free slots. The doctors' names stay sealed.
async fn free_slots(
    app: &App,
    clinic: ClinicId,
    specialisation: &Specialisation,
    policy: BookingPolicy,
) -> Result<Vec<FreeSlot>, ReadError> {
    let Some(at) = clinic_directory::get(&app.pool, clinic).await? else {
        return Ok(Vec::new());
    };
    let search = DoctorSearch {
        clinic: Some(clinic),
        specialisation: Some(specialisation.clone()),
        bookable_only: true,
        limit: MOST_DOCTORS,
        ..DoctorSearch::default()
    };
    let doctors = doctor_directory::list(&app.pool, &search).await?;
    let doctors: Vec<DoctorId> = doctors.iter().map(|row| row.row().doctor).collect();
    let query = EarliestQuery {
        clinic,
        zone: at.zone,
        doctors,
        days: DAYS,
        now: app.clock.now(),
        policy,
        limit: MOST_SLOTS,
    };
    let found = availability::earliest(&app.pool, &query).await?;
    let slots = found.into_iter().map(|offered| FreeSlot {
        doctor: offered.doctor,
        slot: offered.slot,
    });
    Ok(slots.collect())
}
