//! What forbids a request to an appointment.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::status::AppointmentStatus;

/// Why an appointment says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
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
    /// No bookings are taken for the doctor.
    #[error("the doctor is suspended")]
    DoctorSuspended,
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
    /// The clinic is closed on the day of the visit.
    #[error("the clinic is closed on that day")]
    ClinicClosed,
    /// The visit would not lie within the doctor's hours.
    #[error("the doctor does not see patients at that time")]
    SlotOutsideHours,
    /// The visit would begin between two slots.
    #[error("no slot begins at that time")]
    SlotOffGrid,
    /// Only the staff may take a time that is not offered.
    #[error("only the staff takes a time that is not offered")]
    OverrideNotForThisRole,
    /// With another doctor it is another visit, at another fee: cancel and book.
    #[error("the appointment is with another doctor")]
    WithAnotherDoctor,
    /// At another clinic it is another visit, at another fee: cancel and book.
    #[error("the appointment is at another clinic")]
    AtAnotherClinic,
    /// Another appointment holds the doctor's time. Never decided here: it is the name for the
    /// store's claim on the doctor, which alone sees all appointments at once.
    #[error("the slot is already taken")]
    SlotAlreadyTaken,
    /// The doctor is away at that time. Never decided here: leave is a claim like any other.
    #[error("the doctor is on leave at that time")]
    DoctorOnLeave,
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
    /// Another payment paid for it.
    #[error("the appointment is paid already")]
    AlreadyPaid,
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
    /// A visit follows up one of the same patient.
    #[error("the visit that is followed up is another patient's")]
    FollowsAnotherPatient,
    /// Only a visit at which the patient was seen can be followed up.
    #[error("the visit that is followed up is {status}")]
    NothingToFollow {
        /// Where it stands.
        status: AppointmentStatus,
    },
    /// The role that was acted in does not take this step.
    #[error("the role does not allow this")]
    NotForThisRole,
    /// Whoever acts in the doctor's place says why.
    #[error("somebody who acts in the doctor's place says why")]
    OverrideNeedsReason,
    /// Only somebody who is expected can arrive, or stay away.
    #[error("the appointment is {status} and not confirmed")]
    NotConfirmed {
        /// Where it stands instead.
        status: AppointmentStatus,
    },
    /// Only a patient who is there can be seen.
    #[error("the appointment is {status} and the patient has not arrived")]
    NotArrived {
        /// Where it stands instead.
        status: AppointmentStatus,
    },
    /// Only a visit that was started can be over.
    #[error("the appointment is {status} and not in progress")]
    NotInProgress {
        /// Where it stands instead.
        status: AppointmentStatus,
    },
    /// Nobody arrives on a day before the visit, by the clinic's clock.
    #[error("the visit is on a later day")]
    BeforeDayOfVisit,
    /// Until the slot begins, the patient may still come.
    #[error("the slot has not begun")]
    SlotNotBegun,
    /// Whoever is there did come.
    #[error("the patient has arrived")]
    AlreadyArrived,
}

impl AppointmentRefusal {
    /// Whether another time may do, with everything else as it was.
    pub const fn is_about_time(self) -> bool {
        match self {
            Self::SlotInPast
            | Self::SlotBeyondHorizon { .. }
            | Self::ClinicClosed
            | Self::SlotOutsideHours
            | Self::SlotOffGrid
            | Self::SlotAlreadyTaken
            | Self::DoctorOnLeave
            | Self::PatientAlreadyBooked => true,
            Self::AlreadyExists
            | Self::NotFound
            | Self::DoctorNotVerified
            | Self::DoctorSuspended
            | Self::DoctorNotAtClinic
            | Self::OverrideNotForThisRole
            | Self::WithAnotherDoctor
            | Self::AtAnotherClinic
            | Self::NotAwaitingPayment { .. }
            | Self::AlreadyPaid
            | Self::HoldEnded
            | Self::HoldStillRunning
            | Self::AlreadyEnded { .. }
            | Self::AlreadyStarted
            | Self::FollowsAnotherPatient
            | Self::NothingToFollow { .. }
            | Self::NotForThisRole
            | Self::OverrideNeedsReason
            | Self::NotConfirmed { .. }
            | Self::NotArrived { .. }
            | Self::NotInProgress { .. }
            | Self::BeforeDayOfVisit
            | Self::SlotNotBegun
            | Self::AlreadyArrived => false,
        }
    }
}
