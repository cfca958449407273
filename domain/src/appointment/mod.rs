//! An appointment: one slot of one doctor, for one patient.
//!
//! ```text
//!                    RecordPayment, ConfirmByOverride,
//!                    or a fee of zero           Arrive           Start               Complete
//! Unbooked ──Book──▶ BOOKED ──────────▶ CONFIRMED ────▶ ARRIVED ─────▶ IN_PROGRESS ────────▶ COMPLETED
//!                    │    │         ▲    │    │            │
//!         ExpireHold │    │ Cancel  │    │    │ MarkNoShow │ Cancel
//!                    ▼    ▼         │    │    ▼            │
//!              EXPIRED ───┼─────────┘    │   NO_SHOW       │
//!                 RecordPayment   Cancel │                 │
//!                         ▼              │                 │
//!                      CANCELLED ◀───────┴─────────────────┘
//! ```
//!
//! A payment after the end of the hold reinstates the visit if the slot is still free and has not
//! begun. One payment pays for a visit; later states keep its id.
//!
//! While it is BOOKED or CONFIRMED it may be rescheduled: it keeps its id, patient, doctor, clinic
//! and fee. Once it is paid it also keeps the shortest notice of any move, since a move does not
//! enlarge the refund.
//!
//! The permitted transitions are one table, `transitions.rs`, printed as `docs/transitions.md`.
//!
//! A booking for an emergency is confirmed without a payment, and its fee is a bill (`emergency.rs`).
//!
//! A hold ends at its time, recorded or not: from then on only `ExpireHold` is accepted, and a
//! payment after that. One appointment can't see that another has the same slot; the slot claims of
//! the store prevent it.

mod book;
mod cancelled_by;
mod command;
mod decide;
mod emergency;
mod error;
mod events;
mod notice;
mod overridden_rule;
mod policy;
mod record_payment;
mod recurrence;
mod reschedule;
mod slot_request;
mod state;
mod status;
mod transition_request;
mod transitions;
mod transitions_page;

#[cfg(test)]
mod attendance_tests;
#[cfg(test)]
mod emergency_tests;
#[cfg(test)]
mod follow_up_tests;
#[cfg(test)]
mod lifecycle_tests;
#[cfg(test)]
mod record_payment_tests;
#[cfg(test)]
mod reschedule_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transitions_tests;

pub use cancelled_by::CancelledBy;
pub use command::{
    AppointmentCommand, BookAppointment, BookForEmergency, CancelAppointment, CompleteVisit,
    ConfirmByOverride, ExpireHold, FollowedVisit, MarkArrived, MarkNoShow, RecordPayment,
    RescheduleAppointment, StartVisit,
};
pub use decide::decide;
pub use emergency::{BILL_DAYS, EmergencyNumbers, LimitNumbers, bill_until};
pub use error::AppointmentRefusal;
pub use events::{
    AppointmentArrived, AppointmentBooked, AppointmentBookedPhi, AppointmentCancelled,
    AppointmentCancelledPhi, AppointmentCompleted, AppointmentCompletedPhi, AppointmentConfirmed,
    AppointmentConfirmedPhi, AppointmentEvent, AppointmentFeePaid, AppointmentHoldExpired,
    AppointmentNoShow, AppointmentNoShowPhi, AppointmentReinstated, AppointmentRescheduled,
    AppointmentRescheduledPhi, AppointmentStarted, AppointmentStartedPhi, ConfirmationGrounds,
    VisitRef,
};
pub use notice::Notice;
pub use overridden_rule::OverriddenRule;
pub use policy::{BookingPolicy, EmergencyPolicy};
pub use recurrence::{InvalidRecurrence, Recurrence};
pub use state::{Appointment, Visit, evolve};
pub use status::AppointmentStatus;
pub use transitions::{
    ActorKind, Permission, STATUSES, Step, TRANSITIONS, TimeCondition, Transition, TransitionRule,
    transition,
};
pub use transitions_page::TransitionsPage;
