//! The list of a patient's current prescriptions, by their ids.
//!
//! The warnings about a new prescription depend on all prescriptions of the patient that are in force. Every command
//! that issues, amends or ends one writes this stream as well, so that two of them at the same moment conflict, and the
//! second is decided with the first in view. Prescriptions whose courses are over leave the list with the next command.
//!
//! The id of the stream is the patient's.

mod command;
mod decide;
mod event;
mod state;

#[cfg(test)]
mod tests;

pub use command::{ListPrescription, MedicationListCommand, RemovePrescription};
pub use decide::decide;
pub use event::{MedicationListEvent, PrescriptionListed, PrescriptionRemoved};
pub use state::{MedicationList, MedicationListRefusal, evolve};
