//! Business rules of the clinic, without I/O.
//!
//! Each aggregate is a folder: its commands (`command`), events (`event`), refusals (`error`),
//! state (`state`) and decisions (`decide`). `decide` is a pure function of state and command; the
//! time, ids and facts of other aggregates are part of the command.
//!
//! This crate does no I/O, reads no clock and uses no randomness, so that replaying a stream always
//! gives the same state. It also checks no rights to a particular patient or visit: the callers do
//! that before they send a command. Permissions by *role* for each step of an appointment are a
//! rule, and part of its transition table.
//!
//! To add an aggregate, copy the layout of [`clinic`] and add its line to `aggregates.rs`. To add an
//! event, give it a literal type name, a line in its `TYPES` and a file in `corpus/`; tests fail if
//! one of them is missing.

#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]
#![expect(
    clippy::must_use_candidate,
    reason = "every function here is pure, so the attribute would stand on each and tell nothing"
)]

pub mod account;
mod aggregates;
pub mod appointment;
pub mod availability;
pub mod break_glass;
pub mod clinic;
pub mod consent;
mod decision;
pub mod doctor;
pub mod erasure;
mod event_types;
pub mod leave;
pub mod patient;
pub mod payment;
pub mod phi;
pub mod receipt_book;
pub mod record;
pub mod values;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod test_fixtures;

pub use aggregates::current_version;
pub use availability::{
    NotOffered, Offer, Partition, Taken, TakenBy, Timetable, UnavailableReason, Unoffered, day_on,
};
pub use clinic::ClinicFacts;
pub use decision::Decision;
pub use doctor::{Affiliation, DoctorFacts};
pub use phi::Phi;
pub use record::{allergy_list, health_summary, medication_list, note, prescription, vitals};
pub use values::*;
