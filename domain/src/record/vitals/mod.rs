//! Vital signs: one stream for each set, measured at one time.
//!
//! ```text
//! Unrecorded ──Record──▶ Recorded ──Correct──▶ Recorded
//!                        Recorded ──EnterInError──▶ EnteredInError
//! ```
//!
//! Staff records what it measures, and a patient or a proxy what was measured at home. These may correct what they
//! recorded themselves; a doctor may correct everything. A value is stored as it was entered, in its unit. What is
//! derived from it (degrees Celsius, the body mass index) is computed when it is read, exactly, and never stored.
//!
//! To add a vital sign: a line in `vital_sign.rs`, and its unit in `unit.rs`.

mod command;
mod decide;
mod error;
mod event;
mod measurements;
mod quantity;
mod state;
mod unit;
mod vital_sign;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use command::{CorrectVitals, EnterVitalsInError, RecordVitals, VitalsCommand};
pub use decide::decide;
pub use error::VitalsRefusal;
pub use event::{
    VitalsCorrected, VitalsCorrectedPhi, VitalsEnteredInError, VitalsEvent, VitalsRecorded,
    VitalsRecordedPhi,
};
pub use measurements::{InvalidMeasurement, Measurements};
pub use quantity::{InvalidValue, MeasuredValue, Quantity};
pub use state::{RecordedVitals, Vitals, evolve};
pub use unit::{Unit, UnknownUnit};
pub use vital_sign::{DerivedSign, PlausibleRange, VitalSign};
