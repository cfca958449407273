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
use domain::appointment::{Appointment, AppointmentRefusal, AppointmentStatus};
use domain::{AppointmentId, ClinicId, DoctorId, PatientId, Slot};
use serde::{Deserialize, Serialize};

pub use attend::Attended;
pub use book::Booking;
pub use reschedule::Rescheduling;
pub use series::{Clash, OnClash, Series, SeriesRefusal, SeriesReply};

use crate::{CommandError, Done};

type Answer = Result<Done<AppointmentReply>, CommandError<AppointmentRefusal>>;

/// What a command on an appointment is answered: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentReply {
    /// The appointment.
    pub appointment: AppointmentId,
    /// Where.
    pub clinic: ClinicId,
    /// With whom.
    pub doctor: DoctorId,
    /// For whom.
    pub patient: PatientId,
    /// When.
    pub slot: Slot,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// Until when the payment must have arrived; `None` where none is awaited.
    pub hold_until: Option<DateTime<Utc>>,
    /// Its version.
    pub version: i64,
}

/// The reply for an appointment as it is. `None` for one that was never booked, which no successful
/// command leaves behind.
fn reply(appointment: &Appointment, version: i64) -> Option<AppointmentReply> {
    let (visit, status) = appointment.visit().zip(appointment.status())?;
    Some(AppointmentReply {
        appointment: visit.appointment,
        clinic: visit.clinic,
        doctor: visit.doctor,
        patient: visit.patient,
        slot: visit.slot,
        status,
        hold_until: appointment.hold_until(),
        version,
    })
}

/// Unwraps the reply of a successful command.
fn answered(done: Done<Option<AppointmentReply>>) -> Answer {
    let Done {
        reply,
        cursor,
        replayed,
    } = done;
    let reply = reply.ok_or(CommandError::NotFound)?;
    Ok(Done {
        reply,
        cursor,
        replayed,
    })
}
