//! Consents of a patient: the purposes for which others may use the record.
//!
//! ```text
//! Grant ──▶ in force ──Withdraw──▶ withdrawn
//!               └──── its end ───▶ over
//! ```
//!
//! One stream per patient, under the patient's id. A purpose can tell of an illness, so it stands in `phi`, and the
//! state knows consents by their ids only.

mod command;
mod decide;
mod error;
mod event;
mod purpose;
mod state;

#[cfg(test)]
mod tests;

pub use command::{ConsentCommand, GrantConsent, WithdrawConsent};
pub use decide::{MAX_CONSENTS, decide};
pub use error::ConsentRefusal;
pub use event::{ConsentEvent, ConsentGranted, ConsentGrantedPhi, ConsentWithdrawn};
pub use purpose::{ConsentGiver, ConsentPurpose};
pub use state::{Consents, evolve};
