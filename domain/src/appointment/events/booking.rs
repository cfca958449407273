//! Booking, confirmation, cancellation and the end of a hold.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::VisitRef;
use crate::appointment::cancelled_by::CancelledBy;
use crate::appointment::emergency::EmergencyNumbers;
use crate::appointment::overridden_rule::OverriddenRule;
use crate::phi::Phi;
use crate::values::{Actor, AppointmentId, Money, PaymentId, Reason, Role, Slot, SubjectId};

/// A slot is held for a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentBooked {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// Fee of the visit; later changes of the doctor's fee do not apply to it.
    pub fee: Money,
    /// End of the hold while the payment is due.
    pub hold_until: DateTime<Utc>,
    /// Number of the hold among the open holds of the account that booked, which no other open hold of it has. `None` if
    /// it is not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_number: Option<u16>,
    /// Number of the booking among those that the account made on that day (UTC). `None` if they are not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_number: Option<u16>,
    /// Numbers of a booking for an emergency; `None` for any other booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyNumbers>,
    /// The earlier visit that this one follows up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<AppointmentId>,
    /// The rules that the staff has overridden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<OverriddenRule>,
    /// The actor who booked.
    pub by: Actor,
    /// Time of the booking.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AppointmentBookedPhi>,
}

/// Protected health information of [`AppointmentBooked`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentBookedPhi {
    /// Reason for the visit, in the patient's words.
    pub reason: Option<Reason>,
    /// Reason of the staff to override rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<Reason>,
}

/// The visit will take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentConfirmed {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// Grounds of the confirmation.
    pub grounds: ConfirmationGrounds,
    /// The actor who confirmed.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AppointmentConfirmedPhi>,
}

/// Protected health information of [`AppointmentConfirmed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentConfirmedPhi {
    /// Reason, if the grounds need one.
    pub reason: Option<Reason>,
}

/// Grounds on which a visit was confirmed. Stored as `{"kind": "noFee"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ConfirmationGrounds {
    /// The visit has no fee.
    NoFee,
    /// The staff confirmed without a payment.
    StaffOverride,
    /// It is an emergency: the fee is paid afterwards.
    Emergency,
    /// The fee was paid before the hold ended.
    Paid {
        /// The payment.
        payment: PaymentId,
    },
}

/// The visit was moved to another time. Patient, doctor, clinic and fee stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentRescheduled {
    /// The visit with its new slot.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// Time slot that the visit had.
    pub previous: Slot,
    /// New end of the hold while the payment is due: never later than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<DateTime<Utc>>,
    /// The rules that the staff has overridden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<OverriddenRule>,
    /// The party on whose behalf it was moved; absent before the desk could tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<CancelledBy>,
    /// The actor who moved it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AppointmentRescheduledPhi>,
}

impl AppointmentRescheduled {
    /// Returns the party on whose behalf it was moved. Where the event does not tell it, a doctor
    /// moved it as the doctor, and any other actor for the patient.
    pub const fn party(&self) -> CancelledBy {
        match (self.on_behalf_of, self.by.role()) {
            (Some(party), _) => party,
            (None, Some(Role::Doctor)) => CancelledBy::Doctor,
            (
                None,
                Some(Role::Patient | Role::Receptionist | Role::Admin | Role::Auditor) | None,
            ) => CancelledBy::Patient,
        }
    }
}

/// Protected health information of [`AppointmentRescheduled`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentRescheduledPhi {
    /// Reason, if one was given.
    pub reason: Option<Reason>,
    /// Reason of the staff to override rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<Reason>,
}

/// The visit was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCancelled {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// The party who cancelled.
    pub cancelled_by: CancelledBy,
    /// The actor who recorded it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AppointmentCancelledPhi>,
}

/// Protected health information of [`AppointmentCancelled`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCancelledPhi {
    /// Reason, if one was given.
    pub reason: Option<Reason>,
}

/// The hold has ended, and the slot is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentHoldExpired {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// Time of the event, which may be long after the end of the hold.
    pub at: DateTime<Utc>,
}
