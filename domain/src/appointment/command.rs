//! What can be asked of an appointment.

use chrono::{DateTime, Utc};

use super::event::CancelledBy;
use super::policy::BookingPolicy;
use super::status::AppointmentStatus;
use crate::clinic::ClinicFacts;
use crate::doctor::DoctorFacts;
use crate::values::{
    Actor, AppointmentId, ClinicId, ClinicZone, Holidays, PatientId, PaymentId, Reason,
};

/// A request to an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppointmentCommand {
    /// Hold a slot for a patient.
    Book(BookAppointment),
    /// Confirm without a payment, on the word of the staff.
    ConfirmByOverride(ConfirmByOverride),
    /// Note that the fee was paid.
    RecordPayment(RecordPayment),
    /// Move it to another slot of the same doctor.
    Reschedule(RescheduleAppointment),
    /// Call it off.
    Cancel(CancelAppointment),
    /// Note that the hold is over.
    ExpireHold(ExpireHold),
    /// Note that the patient is there.
    Arrive(MarkArrived),
    /// Begin the visit.
    Start(StartVisit),
    /// End the visit.
    Complete(CompleteVisit),
    /// Note that the patient did not come.
    MarkNoShow(MarkNoShow),
}

/// Holds a slot for a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookAppointment {
    /// The id that the appointment will have.
    pub appointment: AppointmentId,
    /// The clinic, as looked up.
    pub clinic: ClinicFacts,
    /// The days on which the clinic is closed, as looked up.
    pub holidays: Holidays,
    /// The doctor at that clinic, as looked up.
    pub doctor: DoctorFacts,
    /// For whom.
    pub patient: PatientId,
    /// When the visit begins; the doctor's terms say how long it takes.
    pub start: DateTime<Utc>,
    /// What it is about, in the patient's words.
    pub reason: Option<Reason>,
    /// The visit that it follows up, as looked up, if it does.
    pub follows: Option<FollowedVisit>,
    /// Why the staff takes a time that is not offered, if they do.
    pub override_reason: Option<Reason>,
    /// What the clinic group decided about bookings.
    pub policy: BookingPolicy,
    /// Who books.
    pub by: Actor,
    /// When they book.
    pub at: DateTime<Utc>,
}

/// A visit that another one follows up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowedVisit {
    /// Which.
    pub appointment: AppointmentId,
    /// Whose.
    pub patient: PatientId,
    /// Where it stands.
    pub status: AppointmentStatus,
}

/// Confirms on the word of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmByOverride {
    /// Why no payment is waited for.
    pub reason: Reason,
    /// Who confirms.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Notes that the fee was paid, whatever that comes to: the visit is confirmed, or reinstated if its hold had
/// ended, or it was confirmed without and is now paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordPayment {
    /// By which payment. The same one again is no new fact.
    pub payment: PaymentId,
    /// When it is decided, which is what counts beside the hold's end.
    pub at: DateTime<Utc>,
}

/// Moves the visit to another slot of the same doctor at the same clinic. What was agreed stays: the
/// fee, and when the hold ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RescheduleAppointment {
    /// At which clinic.
    pub clinic: ClinicId,
    /// The clinic's holidays, as looked up.
    pub holidays: Holidays,
    /// The doctor at that clinic, as looked up.
    pub doctor: DoctorFacts,
    /// When the visit begins; the doctor's terms of today say how long it takes.
    pub start: DateTime<Utc>,
    /// Why it is moved.
    pub reason: Option<Reason>,
    /// Why the staff takes a time that is not offered, if they do.
    pub override_reason: Option<Reason>,
    /// What the clinic group decided about bookings.
    pub policy: BookingPolicy,
    /// Who moves it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Calls the visit off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAppointment {
    /// On whose part; a receptionist may well note it for the patient.
    pub cancelled_by: CancelledBy,
    /// Why.
    pub reason: Option<Reason>,
    /// Who notes it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Notes that the hold is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpireHold {
    /// When it is noted, which may be well after the hold ended.
    pub at: DateTime<Utc>,
}

/// Notes that the patient is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkArrived {
    /// The clinic's wall clock, as looked up: nobody arrives on another day.
    pub zone: ClinicZone,
    /// Who notes it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Begins the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartVisit {
    /// Why it is not the doctor who says so; the doctor need not say anything.
    pub reason: Option<Reason>,
    /// Who says so.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Ends the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompleteVisit {
    /// Why it is not the doctor who says so; the doctor need not say anything.
    pub reason: Option<Reason>,
    /// Who says so.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Notes that the patient did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkNoShow {
    /// What is known about it.
    pub reason: Option<Reason>,
    /// Who notes it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
