//! What an appointment remembers of its history.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{AppointmentBooked, AppointmentEvent, CancelledBy, ConfirmationGrounds};
use super::reschedule::AppointmentRescheduled;
use super::status::AppointmentStatus;
use crate::values::{AppointmentId, ClinicId, DoctorId, Money, PatientId, PaymentId, Slot};

/// An appointment, as far as its rules care: what can be is what the variants say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Appointment {
    /// Not there yet.
    #[default]
    Unbooked,
    /// The slot is held; the payment is due.
    Booked {
        /// Who, where and when.
        visit: Visit,
        /// When the hold ends.
        hold_until: DateTime<Utc>,
    },
    /// The visit will take place.
    Confirmed(Visit),
    /// The patient is there.
    Arrived(Visit),
    /// The doctor sees the patient.
    InProgress(Visit),
    /// The visit took place.
    Completed(Visit),
    /// The patient did not come.
    NoShow(Visit),
    /// Somebody called it off.
    Cancelled {
        /// Who, where and when it would have been.
        visit: Visit,
        /// On whose part, which is what a refund goes by.
        cancelled_by: CancelledBy,
        /// When.
        at: DateTime<Utc>,
    },
    /// The hold ended, and that was noted.
    Expired(Visit),
}

/// Who meets whom, where and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when.
    pub slot: Slot,
    /// For how much.
    pub fee: Money,
    /// The payment that paid for it, if one did; it stays so when the visit is called off.
    pub paid_by: Option<PaymentId>,
}

impl Appointment {
    /// Who meets whom, where and when, once it was booked.
    pub const fn visit(&self) -> Option<&Visit> {
        match self {
            Self::Unbooked => None,
            Self::Booked { visit, .. }
            | Self::Cancelled { visit, .. }
            | Self::Confirmed(visit)
            | Self::Arrived(visit)
            | Self::InProgress(visit)
            | Self::Completed(visit)
            | Self::NoShow(visit)
            | Self::Expired(visit) => Some(visit),
        }
    }

    /// At which clinic.
    pub fn clinic(&self) -> Option<ClinicId> {
        self.visit().map(|visit| visit.clinic)
    }

    /// With which doctor.
    pub fn doctor(&self) -> Option<DoctorId> {
        self.visit().map(|visit| visit.doctor)
    }

    /// For which patient.
    pub fn patient(&self) -> Option<PatientId> {
        self.visit().map(|visit| visit.patient)
    }

    /// From when to when.
    pub fn slot(&self) -> Option<Slot> {
        self.visit().map(|visit| visit.slot)
    }

    /// When the hold ends, while the payment is due.
    pub const fn hold_until(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Booked { hold_until, .. } => Some(*hold_until),
            Self::Unbooked
            | Self::Confirmed(_)
            | Self::Arrived(_)
            | Self::InProgress(_)
            | Self::Completed(_)
            | Self::NoShow(_)
            | Self::Cancelled { .. }
            | Self::Expired(_) => None,
        }
    }

    /// Where it stands by its history alone: a hold that nobody expired still reads as booked.
    pub const fn status(&self) -> Option<AppointmentStatus> {
        match self {
            Self::Unbooked => None,
            Self::Booked { .. } => Some(AppointmentStatus::Booked),
            Self::Confirmed(_) => Some(AppointmentStatus::Confirmed),
            Self::Arrived(_) => Some(AppointmentStatus::Arrived),
            Self::InProgress(_) => Some(AppointmentStatus::InProgress),
            Self::Completed(_) => Some(AppointmentStatus::Completed),
            Self::NoShow(_) => Some(AppointmentStatus::NoShow),
            Self::Cancelled { .. } => Some(AppointmentStatus::Cancelled),
            Self::Expired(_) => Some(AppointmentStatus::Expired),
        }
    }

    /// Where it stands at an instant: a hold that has ended reads as expired, noted or not.
    pub fn status_at(&self, now: DateTime<Utc>) -> Option<AppointmentStatus> {
        if self.is_overdue(now) {
            Some(AppointmentStatus::Expired)
        } else {
            self.status()
        }
    }

    /// Whether the hold has ended and nobody has noted it yet.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.hold_until()
            .is_some_and(|hold_until| now >= hold_until)
    }
}

impl Visit {
    fn moved(self, moved: &AppointmentRescheduled) -> Self {
        Self {
            slot: moved.slot,
            ..self
        }
    }

    fn paid_by(self, payment: PaymentId) -> Self {
        Self {
            paid_by: Some(payment),
            ..self
        }
    }

    fn confirmed_on(self, grounds: ConfirmationGrounds) -> Self {
        match grounds {
            ConfirmationGrounds::NoFee | ConfirmationGrounds::StaffOverride => self,
            ConfirmationGrounds::Paid { payment } => self.paid_by(payment),
        }
    }
}

impl From<&AppointmentBooked> for Visit {
    fn from(booked: &AppointmentBooked) -> Self {
        Self {
            appointment: booked.appointment,
            clinic: booked.clinic,
            doctor: booked.doctor,
            patient: booked.patient,
            slot: booked.slot,
            fee: booked.fee,
            paid_by: None,
        }
    }
}

/// The appointment after one more event. An event that can't follow leaves it as it is.
#[must_use]
pub fn evolve(state: Appointment, event: &AppointmentEvent) -> Appointment {
    use Appointment as State;
    use AppointmentEvent as Event;
    match (event, state) {
        (Event::Booked(booked), State::Unbooked) => State::Booked {
            visit: booked.into(),
            hold_until: booked.hold_until,
        },
        (Event::Confirmed(confirmed), State::Booked { visit, .. }) => {
            State::Confirmed(visit.confirmed_on(confirmed.grounds))
        }
        (Event::Reinstated(back), State::Expired(visit)) => {
            State::Confirmed(visit.paid_by(back.payment))
        }
        (Event::FeePaid(paid), State::Confirmed(visit)) => {
            State::Confirmed(visit.paid_by(paid.payment))
        }
        (Event::FeePaid(paid), State::Arrived(visit)) => {
            State::Arrived(visit.paid_by(paid.payment))
        }
        (Event::FeePaid(paid), State::InProgress(visit)) => {
            State::InProgress(visit.paid_by(paid.payment))
        }
        (Event::FeePaid(paid), State::Completed(visit)) => {
            State::Completed(visit.paid_by(paid.payment))
        }
        (Event::FeePaid(paid), State::NoShow(visit)) => State::NoShow(visit.paid_by(paid.payment)),
        (Event::Rescheduled(moved), State::Booked { visit, hold_until }) => State::Booked {
            visit: visit.moved(moved),
            hold_until: moved.hold_until.unwrap_or(hold_until),
        },
        (Event::Rescheduled(moved), State::Confirmed(visit)) => {
            State::Confirmed(visit.moved(moved))
        }
        (
            Event::Cancelled(cancelled),
            State::Booked { visit, .. } | State::Confirmed(visit) | State::Arrived(visit),
        ) => State::Cancelled {
            visit,
            cancelled_by: cancelled.cancelled_by,
            at: cancelled.at,
        },
        (Event::HoldExpired(_), State::Booked { visit, .. }) => State::Expired(visit),
        (Event::Arrived(_), State::Confirmed(visit)) => State::Arrived(visit),
        (Event::Started(_), State::Arrived(visit)) => State::InProgress(visit),
        (Event::Completed(_), State::InProgress(visit)) => State::Completed(visit),
        (Event::NoShow(_), State::Confirmed(visit)) => State::NoShow(visit),
        (
            Event::Booked(_)
            | Event::Confirmed(_)
            | Event::Rescheduled(_)
            | Event::Cancelled(_)
            | Event::HoldExpired(_)
            | Event::Reinstated(_)
            | Event::FeePaid(_)
            | Event::Arrived(_)
            | Event::Started(_)
            | Event::Completed(_)
            | Event::NoShow(_),
            state @ (State::Unbooked
            | State::Booked { .. }
            | State::Confirmed(_)
            | State::Arrived(_)
            | State::InProgress(_)
            | State::Completed(_)
            | State::NoShow(_)
            | State::Cancelled { .. }
            | State::Expired(_)),
        ) => state,
    }
}
