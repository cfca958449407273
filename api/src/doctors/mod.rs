//! Doctors: register, verify, where they work and when; what of that is free, and whom they see.

mod affiliate;
mod availability;
mod clear_date_hours;
mod day_sheet;
mod get;
mod list;
mod patients;
mod refusal;
mod register;
mod set_date_hours;
mod set_hours;
mod set_terms;
mod verify;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDate;
use commands::authorization::{Resource, ResourceClinics};
use commands::doctors::DoctorReply;
use domain::{
    Affiliation, ClinicId, ClinicZone, DayHours, DoctorId, Language, Money, PersonName, SlotLength,
    Specialisation, WeeklyHours,
};
use projections::doctor_directory::ListedDoctor;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::ids::segment;
use crate::http::problem::Problem;
use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {
    affiliate::*, availability::*, clear_date_hours::*, day_sheet::*, get::*, list::*, patients::*,
    register::*, set_date_hours::*, set_hours::*, set_terms::*, verify::*,
};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/doctors", web::post().to(register_doctor))
        .route("/doctors", web::get().to(list_doctors))
        .route("/doctors/{id}", web::get().to(get_doctor))
        .route(
            "/doctors/{id}/patients",
            web::get().to(list_patients_of_doctor),
        )
        .route("/doctors/{id}/verify", web::post().to(verify_doctor))
        .route(
            "/doctors/{id}/affiliations",
            web::post().to(affiliate_doctor),
        )
        .route(
            "/doctors/{id}/affiliations/{clinicId}/terms",
            web::put().to(set_terms),
        )
        .route(
            "/doctors/{id}/affiliations/{clinicId}/hours",
            web::put().to(set_hours),
        )
        .route(
            "/doctors/{id}/affiliations/{clinicId}/hours/{date}",
            web::put().to(set_date_hours),
        )
        .route(
            "/doctors/{id}/affiliations/{clinicId}/hours/{date}",
            web::delete().to(clear_date_hours),
        )
        .route(
            "/doctors/{id}/availability",
            web::get().to(get_availability),
        )
        .route("/doctors/{id}/day-sheet", web::get().to(get_day_sheet));
}

/// A doctor's hours at a clinic as a resource.
fn schedule(doctor: DoctorId, clinic: ClinicId) -> Resource {
    Resource::of_doctor(doctor).with_clinics(ResourceClinics::One(clinic))
}

/// A doctor at a clinic, from the path.
pub struct AffiliationPath {
    doctor: DoctorId,
    clinic: ClinicId,
}

impl FromRequest for AffiliationPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, "id").and_then(|doctor| {
            let clinic = segment(request, "clinicId")?;
            Ok(Self { doctor, clinic })
        }))
    }
}

/// A doctor after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorState {
    /// The doctor.
    #[schema(value_type = Uuid)]
    pub id: DoctorId,
    /// The doctor's version, as in the `ETag`.
    pub version: i64,
}

/// A doctor, as everyone sees them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the answer"
)]
pub struct DoctorBody {
    /// The doctor.
    #[schema(value_type = Uuid)]
    pub id: DoctorId,
    /// The full name; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PersonName>)]
    pub name: Option<PersonName>,
    /// Fields of medicine.
    #[schema(value_type = Vec<schemas::Specialisation>)]
    pub specialisations: Vec<Specialisation>,
    /// Languages of consultations.
    #[schema(value_type = Vec<schemas::Language>)]
    pub languages: Vec<Language>,
    /// Set once their papers were checked; only then can they be booked.
    pub verified: bool,
    /// Set while no bookings are taken: their sign-in was disabled.
    pub suspended: bool,
    /// The clinics at which they work.
    pub affiliations: Vec<AffiliationBody>,
    /// The doctor's version, as in the `ETag`.
    pub version: i64,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub unreadable: bool,
    /// Set if a later event of it could not be applied: it is shown as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

/// The terms of a doctor at a clinic.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AffiliationBody {
    /// The clinic.
    #[schema(value_type = Uuid)]
    pub clinic_id: ClinicId,
    /// The fee of a visit.
    #[schema(value_type = schemas::MoneyBody)]
    pub fee: Money,
    /// The length of a visit.
    #[schema(value_type = schemas::SlotMinutes)]
    pub slot_minutes: SlotLength,
    /// The IANA time zone that the hours are in.
    #[schema(value_type = schemas::TimeZone)]
    pub time_zone: ClinicZone,
    /// The regular week, Monday first; empty until it is set.
    #[schema(value_type = Vec<OpeningBody>, max_items = 42)]
    pub weekly_hours: WeeklyHours,
    /// The days on which other hours hold, earliest first. Those that are long over are dropped
    /// sooner or later.
    pub dated_hours: Vec<DateHoursBody>,
}

/// The hours of one day, on the clinic's calendar.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DateHoursBody {
    /// The day.
    pub date: NaiveDate,
    /// The openings, earliest first; none on a day off.
    #[schema(value_type = Vec<DayOpeningBody>, max_items = 6)]
    pub openings: DayHours,
}

/// An opening of one day, on the clinic's clock.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayOpeningBody {
    /// Its begin.
    #[schema(value_type = schemas::TimeOfDay)]
    pub from: String,
    /// The end of the last visit, later on the same day.
    #[schema(value_type = schemas::TimeOfDay)]
    pub to: String,
}

/// An opening of a regular week, on the clinic's clock.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpeningBody {
    /// The day of the week.
    #[schema(value_type = schemas::DayOfWeek)]
    pub day: String,
    /// Its begin.
    #[schema(value_type = schemas::TimeOfDay)]
    pub from: String,
    /// The end of the last visit, later on the same day.
    #[schema(value_type = schemas::TimeOfDay)]
    pub to: String,
}

impl Versioned for DoctorState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for DoctorBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<DoctorReply> for DoctorState {
    fn from(reply: DoctorReply) -> Self {
        let DoctorReply { doctor, version } = reply;
        Self {
            id: doctor,
            version,
        }
    }
}

impl From<ListedDoctor> for DoctorBody {
    fn from(row: ListedDoctor) -> Self {
        Self {
            unreadable: row.phi.is_unreadable(),
            id: row.doctor,
            name: row.name().cloned(),
            specialisations: row.specialisations.into_iter().collect(),
            languages: row.languages.into_iter().collect(),
            verified: row.verified,
            suspended: row.suspended,
            affiliations: row
                .affiliations
                .into_iter()
                .map(AffiliationBody::from)
                .collect(),
            version: row.version,
            parked: false,
        }
    }
}

impl From<(ClinicId, Affiliation)> for AffiliationBody {
    fn from((clinic, affiliation): (ClinicId, Affiliation)) -> Self {
        let Affiliation {
            fee,
            slot_length,
            zone,
            hours,
            dated_hours,
        } = affiliation;
        let dated_hours = dated_hours.iter().map(|(date, openings)| DateHoursBody {
            date,
            openings: openings.clone(),
        });
        Self {
            clinic_id: clinic,
            fee,
            slot_minutes: slot_length,
            time_zone: zone,
            weekly_hours: hours,
            dated_hours: dated_hours.collect(),
        }
    }
}
