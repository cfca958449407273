//! `GET /api/v1/doctors/{id}/day-sheet`

use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use commands::authorization::{Action, Resource, ResourceClinics, authorized, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::appointment::AppointmentStatus;
use domain::{AppointmentId, ClinicId, DoctorId, PatientId, PersonName, Reason, Slot};
use projections::day_sheet::{self, DaySheetQuery, DaySheetRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::calendar_day;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// A day, and how much of it.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DaySheetParameters {
    /// The day, on the calendar of each visit's clinic.
    #[serde(deserialize_with = "calendar_day")]
    date: NaiveDate,
    /// Only the visits at this clinic; only the doctor and admins of the whole group may leave it out.
    #[param(value_type = Option<Uuid>)]
    clinic_id: Option<ClinicId>,
    /// Adds the visits that were cancelled or have expired; left out if not given.
    #[serde(default)]
    #[param(default = false)]
    include_ended: bool,
}

/// A doctor's day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DaySheetBody {
    /// The doctor.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The day.
    date: NaiveDate,
    /// The visits, in the order of their slots.
    entries: Vec<DaySheetEntry>,
    /// Set if some events could not be applied: something may be missing or as it was before. Absent if
    /// not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

/// One visit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DaySheetEntry {
    /// The appointment.
    #[schema(value_type = Uuid)]
    appointment_id: AppointmentId,
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The slot.
    #[schema(value_type = schemas::SlotBody)]
    slot: Slot,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The patient's name; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PersonName>)]
    patient_name: Option<PersonName>,
    /// The patient's reason for the visit; absent if none was given, or once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    unreadable: bool,
    /// Set if it was booked for an emergency. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    emergency: bool,
    /// The status at present.
    #[schema(value_type = schemas::AppointmentStatus)]
    status: AppointmentStatus,
    /// The appointment's version, as in its `ETag`.
    version: i64,
}

impl From<DaySheetRow> for DaySheetEntry {
    fn from(row: DaySheetRow) -> Self {
        Self {
            appointment_id: row.appointment,
            clinic_id: row.clinic,
            slot: row.slot,
            patient_id: row.patient,
            patient_name: row.patient_name,
            reason: row.reason,
            unreadable: row.unreadable,
            emergency: row.emergency,
            status: row.status,
            version: row.version,
        }
    }
}

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// The visits of a doctor on a day: the doctor may know, and the staff of the clinic.
#[utoipa::path(
    get,
    path = "/api/v1/doctors/{id}/day-sheet",
    tag = "doctors",
    operation_id = "getDaySheet",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        DaySheetParameters,
        Position,
    ),
    responses(
        (status = 200, description = "The day; without entries if no patient comes", body = DaySheetBody),
        Problems,
    ),
)]
pub async fn get_day_sheet(
    app: Data<App>,
    caller: Access<permit::ReadDaySheet>,
    Id(doctor): Id<DoctorId>,
    Query(parameters): Query<DaySheetParameters>,
    position: Position,
) -> Result<Json<DaySheetBody>, Problem> {
    let DaySheetParameters {
        date,
        clinic_id: clinic,
        include_ended,
    } = parameters;
    let sheet = Resource::of_doctor(doctor);
    let sheet = match clinic {
        Some(clinic) => sheet.with_clinics(ResourceClinics::One(clinic)),
        None => sheet,
    };
    let authorized = authorized(&caller, Action::ReadDaySheet, &sheet)?;
    let parked = position.wait_for(&app, day_sheet::NAME).await?;
    let now = app.clock.now();
    let query = DaySheetQuery {
        doctor,
        clinic,
        date,
        include_ended,
        now,
    };
    let day = day_sheet::rows(&app.pool, &query).await?;
    let item = AccessedItem::new(ItemKind::DaySheet, doctor.as_uuid());
    let disclosure = caller
        .disclose_of(&day.patients(), Ok(authorized), item)
        .await?;
    let rows = day.open(disclosure.sealing()).await?;
    let entries = rows.into_iter().map(DaySheetEntry::from).collect();
    Ok(Json(DaySheetBody {
        doctor_id: doctor,
        date,
        entries,
        parked: parked.any(),
    }))
}
