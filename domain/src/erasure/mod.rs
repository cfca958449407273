//! Erasure of a person, through two people, and the legal hold that forbids it.
//!
//! ```text
//!      ┌── Withdraw, Refuse ──┐
//!      ▼                      │
//! None ──────Request─────▶ Requested ──Approve──▶ Approved ──Certify──▶ Erased
//!      └───────────Order (an operator)─────────────▲
//! ```
//!
//! One stream per person, under the person's id. A legal hold is placed and lifted beside it: while one is in force,
//! nothing is requested, approved or ordered. From the approval on the erasure is carried out, whatever happens. Its
//! events claim nothing.

mod command;
mod counts;
mod decide;
mod error;
mod event;
mod fingerprint;
mod state;
mod status;

#[cfg(test)]
mod tests;

pub use command::{
    ApproveErasure, CertifyErasure, ErasureCommand, LiftLegalHold, OrderErasure, PlaceLegalHold,
    RefuseErasure, RequestErasure, WithdrawErasure,
};
pub use counts::{Counts, ErasedCounts, KeptCounts};
pub use decide::decide;
pub use error::ErasureRefusal;
pub use event::{
    ErasureApproved, ErasureCarriedOut, ErasureEvent, ErasureOrdered, ErasureReasonPhi,
    ErasureRefused, ErasureRequested, ErasureWithdrawn, LegalHoldLifted, LegalHoldPlaced,
};
pub use fingerprint::{InvalidFingerprint, KeyFingerprint};
pub use state::{Erasure, ErasureStage, evolve};
pub use status::ErasureStatus;
