//! What can happen to an appointment.
//!
//! Each event repeats who, where and when, so that whoever listens understands it without the ones
//! before.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attendance::{
    AppointmentArrived, AppointmentCompleted, AppointmentNoShow, AppointmentStarted,
};
use super::paid::{AppointmentFeePaid, AppointmentReinstated};
use super::reschedule::AppointmentRescheduled;
use super::wish::OverriddenRule;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{
    Actor, AppointmentId, ClinicId, DoctorId, Money, PatientId, PaymentId, Reason, Slot, SubjectId,
};

/// A fact about an appointment.
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
    /// The visit was called off.
    #[serde(rename = "appointment.cancelled")]
    Cancelled(AppointmentCancelled),
    /// The hold is over, and the slot is free.
    #[serde(rename = "appointment.hold_expired")]
    HoldExpired(AppointmentHoldExpired),
    /// The hold had ended, but the money came and the slot was still free.
    #[serde(rename = "appointment.reinstated")]
    Reinstated(AppointmentReinstated),
    /// The fee was paid of a visit that was confirmed without it.
    #[serde(rename = "appointment.fee_paid")]
    FeePaid(AppointmentFeePaid),
    /// The patient is there.
    #[serde(rename = "appointment.arrived")]
    Arrived(AppointmentArrived),
    /// The doctor sees the patient.
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

/// A slot is held for a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentBooked {
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
    /// What the visit costs; later changes of the doctor's fee do not touch it.
    pub fee: Money,
    /// Until when the slot is held while the payment is due.
    pub hold_until: DateTime<Utc>,
    /// The visit that it follows up, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<AppointmentId>,
    /// The rules that the staff set aside for it, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<OverriddenRule>,
    /// Who booked.
    pub by: Actor,
    /// When they booked.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What the visit is about.
    pub phi: Phi<AppointmentBookedPhi>,
}

/// What a visit is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentBookedPhi {
    /// In the patient's words, if they said.
    pub reason: Option<Reason>,
    /// Why the staff set rules aside, if they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<Reason>,
}

/// The visit will take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentConfirmed {
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
    /// What it was confirmed on.
    pub grounds: ConfirmationGrounds,
    /// Who confirmed.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What was said about it.
    pub phi: Phi<AppointmentConfirmedPhi>,
}

/// What was said when a visit was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentConfirmedPhi {
    /// Why, where somebody had to say.
    pub reason: Option<Reason>,
}

/// What a visit was confirmed on. Stored as `{"kind": "noFee"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ConfirmationGrounds {
    /// There is nothing to pay.
    NoFee,
    /// The staff did not wait for a payment.
    StaffOverride,
    /// The fee was paid while the hold ran.
    Paid {
        /// By which payment.
        payment: PaymentId,
    },
}

/// The visit was called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCancelled {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when it would have been.
    pub slot: Slot,
    /// On whose part.
    pub cancelled_by: CancelledBy,
    /// Who noted it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What was said about it.
    pub phi: Phi<AppointmentCancelledPhi>,
}

/// What was said when a visit was called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCancelledPhi {
    /// Why, if they said.
    pub reason: Option<Reason>,
}

/// On whose part a visit was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelledBy {
    /// The patient, or somebody for them.
    Patient,
    /// The doctor.
    Doctor,
    /// The clinic.
    Clinic,
}

/// The hold is over, and the slot is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentHoldExpired {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when it would have been.
    pub slot: Slot,
    /// When it was noted, which may be well after the hold ended.
    pub at: DateTime<Utc>,
}
