//! Appointments: book one, a series or an emergency, confirm, move, cancel, attend, look.

mod arrive;
mod book;
mod book_for_emergency;
mod cancel;
mod complete;
mod confirm;
mod get;
mod list;
mod no_show;
mod refund_preview;
mod refusal;
mod reschedule;
mod series;
mod start;

use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use commands::appointments::AppointmentReply;
use domain::appointment::{AppointmentStatus, CancelledBy};
use domain::{AppointmentId, ClinicId, DoctorId, Money, PatientId, PaymentId, Reason, Slot};
use projections::patient_appointments::PatientAppointment;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {
    arrive::*, book::*, book_for_emergency::*, cancel::*, complete::*, confirm::*, get::*, list::*,
    no_show::*, refund_preview::*, refusal::refusal, reschedule::*, series::*, start::*,
};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/appointments", web::post().to(book_appointment))
        .route("/appointments", web::get().to(list_appointments))
        .route("/appointments/series", web::post().to(book_series))
        .route(
            "/appointments/emergency",
            web::post().to(book_for_emergency),
        )
        .route("/appointments/{id}", web::get().to(get_appointment))
        .route(
            "/appointments/{id}/confirm",
            web::post().to(confirm_appointment),
        )
        .route(
            "/appointments/{id}/cancel",
            web::post().to(cancel_appointment),
        )
        .route(
            "/appointments/{id}/reschedule",
            web::post().to(reschedule_appointment),
        )
        .route(
            "/appointments/{id}/refund-preview",
            web::get().to(preview_refund),
        )
        .route("/appointments/{id}/arrive", web::post().to(mark_arrived))
        .route("/appointments/{id}/start", web::post().to(start_visit))
        .route(
            "/appointments/{id}/complete",
            web::post().to(complete_visit),
        )
        .route("/appointments/{id}/no-show", web::post().to(mark_no_show));
}

/// An appointment after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentSummary {
    /// The appointment.
    #[schema(value_type = Uuid)]
    pub id: AppointmentId,
    /// The clinic.
    #[schema(value_type = Uuid)]
    pub clinic_id: ClinicId,
    /// The doctor.
    #[schema(value_type = Uuid)]
    pub doctor_id: DoctorId,
    /// The patient.
    #[schema(value_type = Uuid)]
    pub patient_id: PatientId,
    /// The slot.
    #[schema(value_type = schemas::SlotBody)]
    pub slot: Slot,
    /// The status.
    #[schema(value_type = schemas::AppointmentStatus)]
    pub status: AppointmentStatus,
    /// The time until which the payment must have arrived; absent if none is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<DateTime<Utc>>,
    /// The time until which the fee of an emergency can be paid; absent if it is paid, or none is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<DateTime<Utc>>,
    /// Its version, as in the `ETag`.
    pub version: i64,
}

/// An appointment in full.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentBody {
    /// The appointment.
    #[schema(value_type = Uuid)]
    pub id: AppointmentId,
    /// The clinic.
    #[schema(value_type = Uuid)]
    pub clinic_id: ClinicId,
    /// The doctor.
    #[schema(value_type = Uuid)]
    pub doctor_id: DoctorId,
    /// The patient.
    #[schema(value_type = Uuid)]
    pub patient_id: PatientId,
    /// The slot.
    #[schema(value_type = schemas::SlotBody)]
    pub slot: Slot,
    /// The fee, as agreed when it was booked.
    #[schema(value_type = schemas::MoneyBody)]
    pub fee: Money,
    /// The status at present.
    #[schema(value_type = schemas::AppointmentStatus)]
    pub status: AppointmentStatus,
    /// The time until which the payment must have arrived; absent if none is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<DateTime<Utc>>,
    /// Set if it was booked for an emergency. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub emergency: bool,
    /// The time until which the fee of an emergency can be paid; absent if it is paid, or none is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<DateTime<Utc>>,
    /// The payment that paid for it, if one did; also of a visit that was cancelled since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub paid_by: Option<PaymentId>,
    /// On whose part it was cancelled, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::CancelledBy>)]
    pub cancelled_by: Option<CancelledBy>,
    /// The patient's reason for the visit; absent if none was given, or once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    pub reason: Option<Reason>,
    /// The visit that it follows up, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub follows: Option<AppointmentId>,
    /// The time at which it was booked.
    pub booked_at: DateTime<Utc>,
    /// Its version, as in the `ETag`.
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

impl AppointmentBody {
    /// Shows a row as of `now`.
    fn as_of(row: &PatientAppointment, now: DateTime<Utc>) -> Self {
        let status = row.status_at(now);
        Self {
            unreadable: row.phi.is_unreadable(),
            id: row.appointment,
            clinic_id: row.clinic,
            doctor_id: row.doctor,
            patient_id: row.patient,
            slot: row.slot,
            fee: row.fee,
            status,
            hold_until: (status == AppointmentStatus::Booked).then_some(row.hold_until),
            emergency: row.is_emergency(),
            pay_by: row.bill_until(),
            paid_by: row.paid_by,
            cancelled_by: row.cancelled_by,
            reason: row.reason().cloned(),
            follows: row.follows,
            booked_at: row.booked_at,
            version: row.version,
            parked: false,
        }
    }
}

impl Versioned for AppointmentSummary {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<AppointmentReply> for AppointmentSummary {
    fn from(reply: AppointmentReply) -> Self {
        Self {
            id: reply.appointment,
            clinic_id: reply.clinic,
            doctor_id: reply.doctor,
            patient_id: reply.patient,
            slot: reply.slot,
            status: reply.status,
            hold_until: reply.hold_until,
            pay_by: reply.pay_by,
            version: reply.version,
        }
    }
}
