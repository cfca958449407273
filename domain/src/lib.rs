//! The rules of the clinic, and nothing but the rules.
//!
//! Each aggregate is a folder: what can be asked of it (`command`), what can happen to it
//! (`event`), what forbids it (`error`), what it remembers (`state`) and how it makes up its mind
//! (`decide`). Deciding is a pure function of state and command; the time, the ids and everything
//! looked up elsewhere arrive in the command.
//!
//! This crate refuses to do I/O, to read a clock and to roll dice, so that a history replays to the
//! same state for ever. It also refuses to look people up: whose thing it is, and whether they may
//! know of it, is settled before a command gets here. Which *role* takes which step of an appointment
//! is a rule, and stands in its table.
//!
//! To add an aggregate, copy the layout of [`clinic`], the smallest. To add an event, give it a
//! literal type name, a line in its `TYPES` and a file in `corpus/`; the tests say so when one of
//! them is missing.

#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]
#![expect(
    clippy::must_use_candidate,
    reason = "every function here is pure, so the attribute would stand on each and tell nothing"
)]

pub mod account;
pub mod appointment;
pub mod availability;
pub mod clinic;
pub mod doctor;
mod event_types;
pub mod leave;
pub mod patient;
pub mod payment;
pub mod phi;
pub mod receipt_book;
pub mod values;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod test_fixtures;

pub use availability::{
    NotOffered, Offer, Partition, Taken, TakenBy, Timetable, UnavailableReason, Unoffered, day_on,
};
pub use clinic::ClinicFacts;
pub use doctor::{Affiliation, DoctorFacts};
pub use event_types::current_version;
pub use phi::Phi;
pub use values::*;
