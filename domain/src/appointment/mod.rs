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
//! A payment that comes after the hold has ended reinstates the visit until its slot begins, if the slot is
//! still free. One payment pays for a visit; which one it was is remembered in whatever becomes of it.
//!
//! While it is BOOKED or CONFIRMED it may be rescheduled: it stays what it is, at another time.
//!
//! Who may take which step when is one table, `transitions.rs`, printed as `docs/transitions.md`.
//!
//! A hold ends at its hour, whether or not anybody has noted it: from then on nothing but
//! `ExpireHold` is accepted, and a payment only after that. That two appointments never share a slot can't be seen from inside one
//! of them; the store's claims see to it.

mod aggregate;
mod attendance;
mod book;
mod command;
mod decide;
mod error;
mod event;
mod paid;
mod policy;
mod recurrence;
mod reschedule;
mod state;
mod status;
mod transition_request;
mod transitions;
mod transitions_page;
mod wish;

#[cfg(test)]
mod attendance_tests;
#[cfg(test)]
mod follow_up_tests;
#[cfg(test)]
mod lifecycle_tests;
#[cfg(test)]
mod paid_tests;
#[cfg(test)]
mod reschedule_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transitions_tests;

pub use attendance::{
    AppointmentArrived, AppointmentCompleted, AppointmentCompletedPhi, AppointmentNoShow,
    AppointmentNoShowPhi, AppointmentStarted, AppointmentStartedPhi,
};
pub use command::{
    AppointmentCommand, BookAppointment, CancelAppointment, CompleteVisit, ConfirmByOverride,
    ExpireHold, FollowedVisit, MarkArrived, MarkNoShow, RecordPayment, RescheduleAppointment,
    StartVisit,
};
pub use decide::decide;
pub use error::AppointmentRefusal;
pub use event::{
    AppointmentBooked, AppointmentBookedPhi, AppointmentCancelled, AppointmentCancelledPhi,
    AppointmentConfirmed, AppointmentConfirmedPhi, AppointmentEvent, AppointmentHoldExpired,
    CancelledBy, ConfirmationGrounds,
};
pub use paid::{AppointmentFeePaid, AppointmentReinstated};
pub use policy::BookingPolicy;
pub use recurrence::{InvalidRecurrence, Recurrence};
pub use reschedule::{AppointmentRescheduled, AppointmentRescheduledPhi};
pub use state::{Appointment, Visit, evolve};
pub use status::AppointmentStatus;
pub use transitions::{
    ActorKind, Permission, STATUSES, Step, TRANSITIONS, TimeCondition, Transition, TransitionRule,
    transition,
};
pub use transitions_page::TransitionsPage;
pub use wish::OverriddenRule;
