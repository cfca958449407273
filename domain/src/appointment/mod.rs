//! An appointment: one slot of one doctor, for one patient.
//!
//! ```text
//!                    ConfirmByOverride,
//!                    or a fee of zero
//! Unbooked ──Book──▶ BOOKED ──────────▶ CONFIRMED
//!                    │    │                 │
//!         ExpireHold │    │ Cancel          │ Cancel
//!                    ▼    ▼                 │
//!              EXPIRED    CANCELLED ◀───────┘
//! ```
//!
//! A hold ends at its hour, whether or not anybody has noted it: from then on nothing but
//! `ExpireHold` is accepted. That two appointments never share a slot can't be seen from inside one
//! of them; the store's claims see to it.

mod aggregate;
mod command;
mod decide;
mod error;
mod event;
mod policy;
mod state;
mod status;

#[cfg(test)]
mod lifecycle_tests;
#[cfg(test)]
mod tests;

pub use command::{
    AppointmentCommand, BookAppointment, CancelAppointment, ConfirmByOverride, ExpireHold,
};
pub use decide::decide;
pub use error::AppointmentRefusal;
pub use event::{
    AppointmentBooked, AppointmentBookedPhi, AppointmentCancelled, AppointmentCancelledPhi,
    AppointmentConfirmed, AppointmentConfirmedPhi, AppointmentEvent, AppointmentHoldExpired,
    CancelledBy, ConfirmationGrounds,
};
pub use policy::BookingPolicy;
pub use state::{Appointment, Visit, evolve};
pub use status::AppointmentStatus;
