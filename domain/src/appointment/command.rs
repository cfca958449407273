//! Commands of an appointment.

use chrono::{DateTime, Utc};

use super::cancelled_by::CancelledBy;
use super::emergency::EmergencyNumbers;
use super::policy::BookingPolicy;
use super::status::AppointmentStatus;
use crate::clinic::ClinicFacts;
use crate::doctor::DoctorFacts;
use crate::values::{
    Actor, AppointmentId, ClinicId, ClinicZone, Holidays, PatientId, PaymentId, Reason,
};

/// A command to an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppointmentCommand {
    /// Hold a slot for a patient.
    Book(BookAppointment),
    /// Book a slot for an emergency.
    BookForEmergency(BookForEmergency),
    /// Confirm without a payment, decided by the staff.
    ConfirmByOverride(ConfirmByOverride),
    /// Record that the fee was paid.
    RecordPayment(RecordPayment),
    /// Move it to another slot of the same doctor.
    Reschedule(RescheduleAppointment),
    /// Cancel it.
    Cancel(CancelAppointment),
    /// Record that the hold has ended.
    ExpireHold(ExpireHold),
    /// Record that the patient has arrived.
    Arrive(MarkArrived),
    /// Begin the visit.
    Start(StartVisit),
    /// End the visit.
    Complete(CompleteVisit),
    /// Record that the patient did not come.
    MarkNoShow(MarkNoShow),
}

/// Holds a slot for a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookAppointment {
    /// Id of the new appointment.
    pub appointment: AppointmentId,
    /// The clinic's facts, as read from its stream.
    pub clinic: ClinicFacts,
    /// The clinic's holidays, as read from its stream.
    pub holidays: Holidays,
    /// The doctor's facts at that clinic, as read from the doctor's stream.
    pub doctor: DoctorFacts,
    /// The patient.
    pub patient: PatientId,
    /// Start of the visit; the doctor's terms give the length.
    pub start: DateTime<Utc>,
    /// Reason for the visit, in the patient's words.
    pub reason: Option<Reason>,
    /// The earlier visit that this one follows up, as read from its stream.
    pub follows: Option<FollowedVisit>,
    /// Reason of the staff for a time that is not offered.
    pub override_reason: Option<Reason>,
    /// Number that the hold would have among the open holds of the account that books; `None` for the staff, whose
    /// holds are not limited.
    pub hold_number: Option<u16>,
    /// Number that the booking would have among those of the account on that day (UTC); `None` for the staff, whose
    /// bookings are not limited.
    pub daily_number: Option<u16>,
    /// The clinic group's policy for bookings.
    pub policy: BookingPolicy,
    /// The actor who books.
    pub by: Actor,
    /// Time of the booking.
    pub at: DateTime<Utc>,
}

/// Books a slot for an emergency: confirmed at once, paid afterwards. No rule about times is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookForEmergency {
    /// The booking. A reason to override rules and a hold number have no effect.
    pub booking: BookAppointment,
    /// Numbers of the booking among those of its patient and its account.
    pub numbers: EmergencyNumbers,
}

/// An earlier visit that a booking follows up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowedVisit {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The patient.
    pub patient: PatientId,
    /// Its status.
    pub status: AppointmentStatus,
}

/// Confirms a visit without a payment, decided by the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmByOverride {
    /// Reason to confirm without a payment.
    pub reason: Reason,
    /// The actor who confirms.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records that the fee was paid. This confirms a booked visit, reinstates one whose hold has
/// ended, and marks a visit that was confirmed without a payment as paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordPayment {
    /// The payment. Recording the same payment again adds no event.
    pub payment: PaymentId,
    /// Time of the command, which is compared with the end of the hold.
    pub at: DateTime<Utc>,
}

/// Moves the visit to another slot of the same doctor at the same clinic. The fee stays, and the
/// hold ends no later than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RescheduleAppointment {
    /// The clinic.
    pub clinic: ClinicId,
    /// The clinic's holidays, as read from its stream.
    pub holidays: Holidays,
    /// The doctor's facts at that clinic, as read from the doctor's stream.
    pub doctor: DoctorFacts,
    /// New start of the visit; the doctor's terms of today give the length.
    pub start: DateTime<Utc>,
    /// Reason for the move.
    pub reason: Option<Reason>,
    /// Reason of the staff for a time that is not offered.
    pub override_reason: Option<Reason>,
    /// The party on whose behalf it is moved; a move for the patient bounds the refund.
    pub on_behalf_of: CancelledBy,
    /// The clinic group's policy for bookings.
    pub policy: BookingPolicy,
    /// The actor who moves it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Cancels the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAppointment {
    /// The party on whose behalf it is cancelled, which decides the refund.
    pub cancelled_by: CancelledBy,
    /// The reason.
    pub reason: Option<Reason>,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records that the hold has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpireHold {
    /// Time of the command, which may be long after the end of the hold.
    pub at: DateTime<Utc>,
}

/// Records that the patient has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkArrived {
    /// The clinic's time zone, as read from its stream: arrival is refused before the day of the
    /// visit.
    pub zone: ClinicZone,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Begins the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartVisit {
    /// Reason, needed if the actor is not the doctor.
    pub reason: Option<Reason>,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Ends the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompleteVisit {
    /// Reason, needed if the actor is not the doctor.
    pub reason: Option<Reason>,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records that the patient did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkNoShow {
    /// Reason as far as it is known.
    pub reason: Option<Reason>,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
