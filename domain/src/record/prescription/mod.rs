//! A prescription: one or several drugs that a doctor orders for a patient.
//!
//! ```text
//! Unissued ──Issue──▶ Active ──Cancel──▶ Cancelled ──┐
//!                     │  ▲ │                         ├─MarkEnteredInError─▶ EnteredInError
//!                     └──┘ └─────────────────────────┘
//!                    Amend
//! ```
//!
//! Warnings about allergies and duplicate drugs are a function of contents ([`warnings`]), which no state holds. The
//! command reads the contents and hands the warnings to `decide`, which refuses until each is overridden.

mod command;
mod decide;
mod dose;
mod drug_names;
mod error;
mod event;
mod line;
mod state;
mod view;
mod warning;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod warning_tests;

pub use command::{
    AmendPrescription, CancelPrescription, IssuePrescription, MarkPrescriptionEnteredInError,
    Prescribed, PrescriptionCommand,
};
pub use decide::decide;
pub use dose::{
    CourseDays, Dose, DoseAmount, DoseUnit, Frequency, InvalidAmount, InvalidCourse, InvalidTimes,
    Period, Route, Times,
};
pub use error::PrescriptionRefusal;
pub use event::{
    PrescriptionAmended, PrescriptionAmendedPhi, PrescriptionCancelled, PrescriptionCancelledPhi,
    PrescriptionEnteredInError, PrescriptionEvent, PrescriptionIssued, PrescriptionIssuedPhi,
};
pub use line::{
    Ingredients, InvalidIngredients, InvalidLines, PrescriptionLine, PrescriptionLines,
};
pub use state::{IssuedPrescription, Prescription, PrescriptionStatus, evolve};
pub use view::{Ending, PrescriptionView};
pub use warning::{CurrentDrug, KnownAllergy, OverriddenWarnings, Warning, warnings};
