//! Commands on appointments.

mod attend;
mod book;
mod cancel;
mod confirm;
mod expire;
mod pay;
mod reschedule;
mod series;

use chrono::{DateTime, Utc};
use domain::appointment::{Appointment, AppointmentRefusal, AppointmentStatus, Visit};
use domain::clinic::{Clinic, ClinicFacts};
use domain::doctor::{Doctor, DoctorFacts};
use domain::patient::Patient;
use domain::{AppointmentId, ClinicId, DoctorId, Holidays, PatientId, Slot};
use event_store::{Decided, LoadError, ReadSet};
use serde::{Deserialize, Serialize};

pub use book::Booking;
pub use cancel::Cancelling;
pub use reschedule::Rescheduling;
pub use series::{Clash, OnClash, Series, SeriesRefusal, SeriesReply};

use crate::access::capacity;
use crate::proposal::Proposal;
use crate::slot_claims::TimeClaim;
use crate::{Caller, CommandError, Done};

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

/// Returns what a booking depends on: the clinic, the doctor's terms there, and the clinic's holidays.
async fn facts<R>(
    read: &ReadSet,
    clinic: ClinicId,
    doctor: DoctorId,
) -> Result<(ClinicFacts, DoctorFacts, Holidays), CommandError<R>> {
    let doctor: Doctor = read.require(doctor).await?;
    let doctor = doctor.facts_at(clinic).ok_or(CommandError::NotFound)?;
    let clinic: Clinic = read.require(clinic).await?;
    let facts = clinic.facts().ok_or(CommandError::NotFound)?;
    Ok((facts, doctor, clinic.holidays().clone()))
}

/// Returns whether the caller is a proxy of the visit's patient. Looked up only for a caller who has no
/// other capacity, and in the log: a proxy may have been added or removed on another node.
pub(crate) async fn is_proxy(
    read: &ReadSet,
    caller: &Caller,
    visit: &Visit,
) -> Result<bool, LoadError> {
    if capacity(caller, visit, false).is_some() {
        return Ok(false);
    }
    let patient = read.load_from_log::<Patient>(visit.patient).await?;
    Ok(patient.aggregate().is_proxy(caller.account))
}
