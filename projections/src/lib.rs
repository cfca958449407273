//! Read side: what can be asked, and how events change the answers.
//!
//! One folder per question. Its `mod.rs` says what it answers and registers it as a
//! [`Subscriber`], `apply.rs` says how events change its tables, `query.rs` how they are asked.
//! Each projection stands on tables of its own, so that any of them can be rebuilt alone; the one
//! table read besides is the log's `slot_claims`, which alone knows what is taken.
//!
//! This crate refuses to decide anything, to check who may ask, to read a clock (`now` is an
//! argument) and to react: nothing here has effects but on its own rows. Personal data stands in
//! one `phi` column beside its `subject`, sealed (`sealed.rs`), and each row type says what it
//! answers once that was erased.
//!
//! To add a question: a folder, its tables in a migration, and a line in [`read_models`]. Implement the
//! fold (`fold.rs`) for what a row knows of one aggregate: batches that come twice are then harmless.
//! To change what a table holds: count the subscriber's version up, in one commit with a migration
//! that empties the table. The log is read again from its start, and a row that were still
//! there would take every event for one that it knows.

pub mod account_directory;
mod affiliation;
pub mod availability;
pub mod clinic_directory;
mod columns;
pub mod day_sheet;
pub mod doctor_directory;
mod error;
mod fold;
mod hold;
pub mod leaves;
pub mod patient_appointments;
pub mod patient_card;
pub mod payments;
mod sealed;

use std::sync::Arc;

use event_store::{ReadModel, Sealing, Subscriber};

pub use error::ReadError;
pub use sealed::{Closed, Personal, open_all};

/// Every projection, to be run by a daemon. Those that tell of persons seal it.
#[must_use]
pub fn all(sealing: &Sealing) -> Vec<Arc<dyn Subscriber>> {
    let models = read_models(sealing).into_iter();
    models.map(|model| model as Arc<dyn Subscriber>).collect()
}

/// The same, to be rebuilt: each says which tables are its own.
#[must_use]
pub fn read_models(sealing: &Sealing) -> Vec<Arc<dyn ReadModel>> {
    vec![
        Arc::new(account_directory::AccountDirectory::new(sealing)),
        Arc::new(availability::Availability),
        Arc::new(clinic_directory::ClinicDirectory),
        Arc::new(day_sheet::DaySheet::new(sealing)),
        Arc::new(doctor_directory::DoctorDirectory::new(sealing)),
        Arc::new(leaves::DoctorLeaves::new(sealing)),
        Arc::new(patient_appointments::PatientAppointments::new(sealing)),
        Arc::new(patient_card::PatientCards::new(sealing)),
        Arc::new(payments::Payments),
    ]
}
