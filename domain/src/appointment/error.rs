//! What forbids a request to an appointment.

use thiserror::Error;

use super::status::AppointmentStatus;

/// Why an appointment says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AppointmentRefusal {
    /// An appointment with this id was booked already.
    #[error("the appointment already exists")]
    AlreadyExists,
    /// No appointment was ever booked with this id.
    #[error("there is no such appointment")]
    NotFound,
    /// The doctor's papers were not checked yet.
    #[error("the doctor is not verified")]
    DoctorNotVerified,
    /// The doctor does not work at the clinic.
    #[error("the doctor does not work at this clinic")]
    DoctorNotAtClinic,
    /// The visit would begin now or earlier.
    #[error("the slot has already begun")]
    SlotInPast,
    /// The visit lies further ahead than bookings are taken.
    #[error("the slot lies more than {horizon_days} days ahead")]
    SlotBeyondHorizon {
        /// How many days ahead bookings are taken.
        horizon_days: u16,
    },
    /// The visit would not lie within the doctor's hours.
    #[error("the doctor does not see patients at that time")]
    SlotOutsideHours,
    /// The visit would begin between two slots.
    #[error("no slot begins at that time")]
    SlotOffGrid,
    /// Another appointment holds the doctor's time. Never decided here: it is the name for the
    /// store's claim on the doctor, which alone sees all appointments at once.
    #[error("the slot is already taken")]
    SlotAlreadyTaken,
    /// The patient is somewhere else at that time. Never decided here: it is the name for the
    /// store's claim on the patient, which alone sees all appointments at once.
    #[error("the patient already has an appointment at that time")]
    PatientAlreadyBooked,
    /// Only a booked appointment waits for a payment.
    #[error("the appointment is {status} and does not await a payment")]
    NotAwaitingPayment {
        /// Where it stands instead.
        status: AppointmentStatus,
    },
    /// The hold is over, noted or not; the slot may be somebody else's by now.
    #[error("the hold has ended")]
    HoldEnded,
    /// The hold is not over yet.
    #[error("the hold is still running")]
    HoldStillRunning,
    /// Nothing is left to call off.
    #[error("the appointment is already {status}")]
    AlreadyEnded {
        /// How it ended.
        status: AppointmentStatus,
    },
    /// A visit that has begun can't be called off.
    #[error("the appointment has already started")]
    AlreadyStarted,
}
