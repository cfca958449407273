//! Commands on appointments.

mod attend;
mod book;
mod booking_numbers;
mod cancel;
mod confirm;
mod emergency;
mod expire;
mod pay;
mod reschedule;
mod series;

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentRefusal, AppointmentStatus, BookingPolicy, CancelledBy, Visit,
};
use domain::clinic::{Clinic, ClinicFacts};
use domain::doctor::{Doctor, DoctorFacts};
use domain::{Actor, AppointmentId, ClinicId, DoctorId, Holidays, PatientId, Role, Slot};
use event_store::{Decided, Loaded, ReadSet};
use serde::{Deserialize, Serialize};

pub use book::Booking;
pub(crate) use booking_numbers::BookingNumbers;
pub use cancel::Cancelling;
pub use emergency::{Emergency, FreeSlot};
pub use reschedule::Rescheduling;
pub use series::{Clash, OnClash, Series, SeriesRefusal, SeriesReply};

use crate::authorization::{Action, Resource, authorize_or_proxy};
use crate::proposal::Proposal;
use crate::slot_claims::TimeClaim;
use crate::{Caller, CommandError, Done, Target};

type Refused = CommandError<AppointmentRefusal>;
type Answer = Result<Done<AppointmentReply>, Refused>;

/// The reply of a command on an appointment: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentReply {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The patient.
    pub patient: PatientId,
    /// The time.
    pub slot: Slot,
    /// The status.
    pub status: AppointmentStatus,
    /// The time until which the payment must have arrived; `None` where none is awaited.
    pub hold_until: Option<DateTime<Utc>>,
    /// The time until which the bill of an emergency can be paid; `None` where there is none.
    #[serde(default)]
    pub pay_by: Option<DateTime<Utc>>,
    /// The version.
    pub version: i64,
}

/// The reply for an appointment. `None` for one that was never booked, which no successful command
/// leaves behind.
fn reply(decided: &Decided<Appointment>) -> Option<AppointmentReply> {
    let appointment = &decided.aggregate;
    let (visit, status) = appointment.visit().zip(appointment.status())?;
    Some(AppointmentReply {
        appointment: visit.appointment,
        clinic: visit.clinic,
        doctor: visit.doctor,
        patient: visit.patient,
        slot: visit.slot,
        status,
        hold_until: appointment.hold_until(),
        pay_by: appointment.bill_until(),
        version: decided.version(),
    })
}

/// Proposes what was decided about an appointment.
fn propose(
    decided: Decided<Appointment>,
) -> Result<Proposal<AppointmentReply, AppointmentRefusal>, Refused> {
    let reply = reply(&decided).ok_or(CommandError::NotFound)?;
    let time = decided.aggregate.visit().map(TimeClaim::from);
    Ok(Proposal::new(reply)
        .claiming(time)
        .on_conflict(|refusal| refusal)
        .with(decided))
}

/// Facts that a booking depends on.
struct BookingFacts {
    clinic: ClinicFacts,
    doctor: DoctorFacts,
    holidays: Holidays,
    policy: BookingPolicy,
}

/// Returns the facts of a clinic and a doctor there. `group` is the policy where the clinic has no own one.
async fn facts<R>(
    read: &ReadSet,
    clinic: ClinicId,
    doctor: DoctorId,
    group: BookingPolicy,
) -> Result<BookingFacts, CommandError<R>> {
    let doctor: Doctor = read.require(doctor).await?;
    let doctor = doctor.facts_at(clinic).ok_or(CommandError::NotFound)?;
    let state: Clinic = read.require(clinic).await?;
    Ok(BookingFacts {
        clinic: state.facts().ok_or(CommandError::NotFound)?,
        doctor,
        holidays: state.holidays().clone(),
        policy: state.booking_settings().policy(group),
    })
}

/// Loads an appointment and the actor that the caller is in an action on it.
async fn load_authorized<R>(
    read: &ReadSet,
    caller: &Caller,
    action: Action,
    target: Target<AppointmentId>,
) -> Result<(Loaded<Appointment>, Visit, Actor), CommandError<R>> {
    let appointment = read.load::<Appointment>(target.id).await?;
    let visit = appointment.aggregate().visit();
    let visit = *visit.ok_or(CommandError::NotFound)?;
    let by = authorize_or_proxy(read, caller, action, Resource::from(&visit)).await?;
    target.check_version(&appointment)?;
    Ok((appointment, visit, by))
}

/// The capacity of an actor in an appointment, by the role.
pub(crate) fn capacity(by: Actor) -> CancelledBy {
    match by.role() {
        Some(Role::Patient) => CancelledBy::Patient,
        Some(Role::Doctor) => CancelledBy::Doctor,
        Some(Role::Receptionist | Role::Admin | Role::Auditor) | None => CancelledBy::Clinic,
    }
}
