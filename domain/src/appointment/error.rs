//! Reasons to refuse a command to an appointment.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::status::AppointmentStatus;

/// Reason to refuse a command to an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AppointmentRefusal {
    /// An appointment with this id was booked already.
    #[error("the appointment already exists")]
    AlreadyExists,
    /// No appointment has this id.
    #[error("there is no such appointment")]
    NotFound,
    /// The doctor's qualification was not verified yet.
    #[error("the doctor is not verified")]
    DoctorNotVerified,
    /// The doctor is suspended.
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
        /// Days ahead that can be booked.
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
    /// Only the staff may book a time that is not offered.
    #[error("only the staff takes a time that is not offered")]
    OverrideNotForThisRole,
    /// A visit with another doctor may have another fee: cancel and book instead.
    #[error("the appointment is with another doctor")]
    WithAnotherDoctor,
    /// A visit at another clinic may have another fee: cancel and book instead.
    #[error("the appointment is at another clinic")]
    AtAnotherClinic,
    /// Another appointment has the doctor's time. `decide` never returns it: it names a conflict of
    /// slot claims, which only the store can see.
    #[error("the slot is already taken")]
    SlotAlreadyTaken,
    /// The account has as many open holds as it may have. `decide` never returns it: only the store can see the others.
    #[error("at most {max} slots are held at a time")]
    TooManyHolds {
        /// The most that is accepted.
        max: u16,
    },
    /// The account has booked as often as it may on a day. `decide` never returns it: only the store can see the others.
    #[error("at most {max} bookings are made on a day")]
    TooManyBookings {
        /// The most that is accepted.
        max: u16,
    },
    /// The clinic takes no bookings for emergencies.
    #[error("the clinic takes no bookings for emergencies")]
    EmergenciesNotAccepted,
    /// The patient or the account has as many open emergency visits as it may have.
    #[error("at most {max} emergency visits are open at a time")]
    TooManyOpenEmergencies {
        /// The most that is accepted.
        max: u16,
    },
    /// The patient or the account has booked for as many emergencies today as it may.
    #[error("at most {max} emergencies are booked a day")]
    TooManyEmergenciesToday {
        /// The most that is accepted.
        max: u16,
    },
    /// No slot is free for an emergency. `decide` never returns it: it names a search without a result.
    #[error("no slot is free for an emergency")]
    NoSlotForEmergency,
    /// A patient does not move an emergency visit that is not paid for.
    #[error("an emergency visit is paid for before the patient moves it")]
    EmergencyUnpaid,
    /// The time to pay the bill online is over.
    #[error("the bill can no longer be paid online")]
    BillOverdue,
    /// The doctor is on leave at that time. `decide` never returns it: it names a conflict of slot
    /// claims, which only the store can see.
    #[error("the doctor is on leave at that time")]
    DoctorOnLeave,
    /// The patient has another appointment at that time. `decide` never returns it: it names a
    /// conflict of slot claims, which only the store can see.
    #[error("the patient already has an appointment at that time")]
    PatientAlreadyBooked,
    /// Only a booked appointment awaits a payment.
    #[error("the appointment is {status} and does not await a payment")]
    NotAwaitingPayment {
        /// Its present status.
        status: AppointmentStatus,
    },
    /// Another payment has paid for it.
    #[error("the appointment is paid already")]
    AlreadyPaid,
    /// The hold has ended, recorded or not; the slot may have been booked by another patient.
    #[error("the hold has ended")]
    HoldEnded,
    /// The hold has not ended yet.
    #[error("the hold is still running")]
    HoldStillRunning,
    /// An ended appointment can't be cancelled.
    #[error("the appointment is already {status}")]
    AlreadyEnded {
        /// Its final status.
        status: AppointmentStatus,
    },
    /// A visit that has begun can't be cancelled.
    #[error("the appointment has already started")]
    AlreadyStarted,
    /// A follow-up belongs to the patient of the earlier visit.
    #[error("the visit that is followed up is another patient's")]
    FollowsAnotherPatient,
    /// Only a visit at which the patient was seen can be followed up.
    #[error("the visit that is followed up is {status}")]
    NothingToFollow {
        /// Its status.
        status: AppointmentStatus,
    },
    /// The actor's role may not take this step.
    #[error("the role does not allow this")]
    NotForThisRole,
    /// An actor other than the doctor gives a reason for this step.
    #[error("an actor other than the doctor gives a reason")]
    OverrideNeedsReason,
    /// The staff names the party on whose behalf it cancels, since the refund depends on it.
    #[error("the staff names the party on whose behalf it cancels")]
    PartyNotNamed,
    /// Only a confirmed visit can have an arrival or a no-show.
    #[error("the appointment is {status} and not confirmed")]
    NotConfirmed {
        /// Its present status.
        status: AppointmentStatus,
    },
    /// Only a visit whose patient has arrived can begin.
    #[error("the appointment is {status} and the patient has not arrived")]
    NotArrived {
        /// Its present status.
        status: AppointmentStatus,
    },
    /// Only a visit that was started can be completed.
    #[error("the appointment is {status} and not in progress")]
    NotInProgress {
        /// Its present status.
        status: AppointmentStatus,
    },
    /// Arrival is recorded on the day of the visit at the earliest, in the clinic's time zone.
    #[error("the visit is on a later day")]
    BeforeDayOfVisit,
    /// A no-show is recorded after the slot has begun.
    #[error("the slot has not begun")]
    SlotNotBegun,
    /// A patient who has arrived is no no-show.
    #[error("the patient has arrived")]
    AlreadyArrived,
}

impl AppointmentRefusal {
    /// True if a booking of another slot may succeed: the time is refused, or its doctor.
    pub const fn is_about_slot(self) -> bool {
        self.is_about_time()
            || matches!(
                self,
                Self::DoctorNotVerified | Self::DoctorSuspended | Self::DoctorNotAtClinic
            )
    }

    /// True if the same command may succeed at another time.
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
            | Self::TooManyHolds { .. }
            | Self::TooManyBookings { .. }
            | Self::EmergenciesNotAccepted
            | Self::TooManyOpenEmergencies { .. }
            | Self::TooManyEmergenciesToday { .. }
            | Self::NoSlotForEmergency
            | Self::EmergencyUnpaid
            | Self::BillOverdue
            | Self::HoldStillRunning
            | Self::AlreadyEnded { .. }
            | Self::AlreadyStarted
            | Self::FollowsAnotherPatient
            | Self::NothingToFollow { .. }
            | Self::NotForThisRole
            | Self::OverrideNeedsReason
            | Self::PartyNotNamed
            | Self::NotConfirmed { .. }
            | Self::NotArrived { .. }
            | Self::NotInProgress { .. }
            | Self::BeforeDayOfVisit
            | Self::SlotNotBegun
            | Self::AlreadyArrived => false,
        }
    }
}
