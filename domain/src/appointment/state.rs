//! State of an appointment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::cancelled_by::CancelledBy;
use super::emergency::bill_until;
use super::events::{
    AppointmentBooked, AppointmentEvent, AppointmentRescheduled, ConfirmationGrounds, VisitRef,
};
use super::notice::Notice;
use super::status::AppointmentStatus;
use crate::values::{AppointmentId, ClinicId, DoctorId, Money, PatientId, PaymentId, Slot};

/// An appointment, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Appointment {
    /// Nothing has happened yet.
    #[default]
    Unbooked,
    /// The slot is held; the payment is due.
    Booked {
        /// The visit.
        visit: Visit,
        /// End of the hold.
        hold_until: DateTime<Utc>,
    },
    /// The visit will take place.
    Confirmed(Visit),
    /// The patient has arrived.
    Arrived(Visit),
    /// The visit has begun.
    InProgress(Visit),
    /// The visit took place.
    Completed(Visit),
    /// The patient did not come.
    NoShow(Visit),
    /// It was cancelled.
    Cancelled {
        /// The visit as it was booked.
        visit: Visit,
        /// The party who cancelled, which decides the refund.
        cancelled_by: CancelledBy,
        /// Time of the event.
        at: DateTime<Utc>,
    },
    /// The hold ended, and the end was recorded.
    Expired(Visit),
}

/// Patient, doctor, clinic, slot and fee of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The patient.
    pub patient: PatientId,
    /// Time slot of the visit.
    pub slot: Slot,
    /// Fee of the visit.
    pub fee: Money,
    /// The payment that paid for it; kept when the visit is cancelled.
    pub paid_by: Option<PaymentId>,
    /// True if it was booked for an emergency: its fee is a bill.
    #[serde(default)]
    pub emergency: bool,
    /// The shortest notice at which the patient moved it since it was paid. It bounds the refund.
    pub shortest_move: Option<Notice>,
}

impl Appointment {
    /// Returns the visit once it was booked.
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

    /// Returns the clinic.
    pub fn clinic(&self) -> Option<ClinicId> {
        self.visit().map(|visit| visit.clinic)
    }

    /// Returns the doctor.
    pub fn doctor(&self) -> Option<DoctorId> {
        self.visit().map(|visit| visit.doctor)
    }

    /// Returns the patient.
    pub fn patient(&self) -> Option<PatientId> {
        self.visit().map(|visit| visit.patient)
    }

    /// Returns the time slot.
    pub fn slot(&self) -> Option<Slot> {
        self.visit().map(|visit| visit.slot)
    }

    /// Returns the end of the hold while the payment is due.
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

    /// Returns the time until which the fee can be paid: the end of the hold, or of the time to pay the bill of an
    /// emergency. `None` if no payment is awaited.
    pub fn pay_until(&self) -> Option<DateTime<Utc>> {
        self.hold_until().or(self.bill_until())
    }

    /// Returns the time until which the bill of an emergency can be paid; `None` if there is none, or none any more.
    pub fn bill_until(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Confirmed(visit)
            | Self::Arrived(visit)
            | Self::InProgress(visit)
            | Self::Completed(visit)
            | Self::NoShow(visit) => visit.is_bill_open().then(|| bill_until(visit.slot)),
            Self::Unbooked | Self::Booked { .. } | Self::Cancelled { .. } | Self::Expired(_) => {
                None
            }
        }
    }

    /// Returns the status by the events alone: a hold that has ended without `ExpireHold` is
    /// still booked.
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

    /// Returns the status at an instant: a hold that has ended is expired, recorded or not.
    pub fn status_at(&self, now: DateTime<Utc>) -> Option<AppointmentStatus> {
        if self.is_overdue(now) {
            Some(AppointmentStatus::Expired)
        } else {
            self.status()
        }
    }

    /// True if the hold has ended and that is not recorded yet.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.hold_until()
            .is_some_and(|hold_until| now >= hold_until)
    }
}

impl Visit {
    /// True if it was booked for an emergency and its fee is not paid yet. A cancelled visit has no bill any more.
    pub const fn is_bill_open(&self) -> bool {
        self.emergency && self.paid_by.is_none() && !self.fee.is_zero()
    }

    fn moved(self, moved: &AppointmentRescheduled) -> Self {
        let counts = self.paid_by.is_some() && moved.party() == CancelledBy::Patient;
        let notice = counts.then(|| Notice {
            at: moved.at,
            start: moved.previous.start(),
        });
        let shortest_move = match (self.shortest_move, notice) {
            (Some(earlier), Some(notice)) => Some(earlier.shorter(notice)),
            (earlier, notice) => earlier.or(notice),
        };
        Self {
            slot: moved.visit.slot,
            shortest_move,
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
            ConfirmationGrounds::NoFee
            | ConfirmationGrounds::StaffOverride
            | ConfirmationGrounds::Emergency => self,
            ConfirmationGrounds::Paid { payment } => self.paid_by(payment),
        }
    }
}

impl From<&AppointmentBooked> for Visit {
    fn from(booked: &AppointmentBooked) -> Self {
        let VisitRef {
            appointment,
            clinic,
            doctor,
            patient,
            slot,
        } = booked.visit;
        Self {
            appointment,
            clinic,
            doctor,
            patient,
            slot,
            fee: booked.fee,
            paid_by: None,
            emergency: booked.emergency.is_some(),
            shortest_move: None,
        }
    }
}

impl From<&Visit> for VisitRef {
    fn from(visit: &Visit) -> Self {
        let &Visit {
            appointment,
            clinic,
            doctor,
            patient,
            slot,
            ..
        } = visit;
        Self {
            appointment,
            clinic,
            doctor,
            patient,
            slot,
        }
    }
}

/// Returns the appointment after one more event. An event that can't follow changes nothing.
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
