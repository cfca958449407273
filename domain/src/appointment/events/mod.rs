//! Events of an appointment.
//!
//! Each event repeats appointment, clinic, doctor, patient and slot, so that a subscriber needs no
//! earlier event.

mod attendance;
mod booking;
mod payment;
mod visit_ref;

use serde::{Deserialize, Serialize};

pub use attendance::{
    AppointmentArrived, AppointmentCompleted, AppointmentCompletedPhi, AppointmentNoShow,
    AppointmentNoShowPhi, AppointmentStarted, AppointmentStartedPhi,
};
pub use booking::{
    AppointmentBooked, AppointmentBookedPhi, AppointmentCancelled, AppointmentCancelledPhi,
    AppointmentConfirmed, AppointmentConfirmedPhi, AppointmentHoldExpired, AppointmentRescheduled,
    AppointmentRescheduledPhi, ConfirmationGrounds,
};
pub use payment::{AppointmentFeePaid, AppointmentReinstated};
pub use visit_ref::VisitRef;

use crate::event_types::event_types;

/// An event of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AppointmentEvent {
    /// A slot is held for a patient.
    #[serde(rename = "appointment.booked")]
    Booked(AppointmentBooked),
    /// The visit will take place.
    #[serde(rename = "appointment.confirmed")]
    Confirmed(AppointmentConfirmed),
    /// The visit takes place at another time.
    #[serde(rename = "appointment.rescheduled")]
    Rescheduled(AppointmentRescheduled),
    /// The visit was cancelled.
    #[serde(rename = "appointment.cancelled")]
    Cancelled(AppointmentCancelled),
    /// The hold has ended, and the slot is free.
    #[serde(rename = "appointment.hold_expired")]
    HoldExpired(AppointmentHoldExpired),
    /// The fee was paid after the hold had ended, and the slot was still free.
    #[serde(rename = "appointment.reinstated")]
    Reinstated(AppointmentReinstated),
    /// The fee was paid for a visit that was confirmed without a payment.
    #[serde(rename = "appointment.fee_paid")]
    FeePaid(AppointmentFeePaid),
    /// The patient has arrived.
    #[serde(rename = "appointment.arrived")]
    Arrived(AppointmentArrived),
    /// The visit has begun.
    #[serde(rename = "appointment.started")]
    Started(AppointmentStarted),
    /// The visit is over.
    #[serde(rename = "appointment.completed")]
    Completed(AppointmentCompleted),
    /// The patient did not come, and the slot is free.
    #[serde(rename = "appointment.no_show")]
    NoShow(AppointmentNoShow),
}

event_types!(AppointmentEvent {
    Booked => "appointment.booked",
    Confirmed => "appointment.confirmed",
    Rescheduled => "appointment.rescheduled",
    Cancelled => "appointment.cancelled",
    HoldExpired => "appointment.hold_expired",
    Reinstated => "appointment.reinstated",
    FeePaid => "appointment.fee_paid",
    Arrived => "appointment.arrived",
    Started => "appointment.started",
    Completed => "appointment.completed",
    NoShow => "appointment.no_show",
});
