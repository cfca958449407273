//! Read side: queries, and the read models that answer them.
//!
//! One folder per question. Its `mod.rs` is a [`Projection`]: name, version, event types, tables.
//! `apply.rs` says how events change its rows, `query.rs` how they are queried. Each projection has tables of
//! its own, so that any of them can be rebuilt alone; the one other table that is read is the log's
//! `slot_claims`, which alone knows what is taken.
//!
//! This crate decides nothing, checks no rights, reads no clock (`now` is an argument) and has no effect
//! but on its own rows. Personal data is one sealed column `phi` beside its `subject` (`sealed.rs`), and
//! each row type says what it shows once that was erased.
//!
//! To add a question: a folder, its tables in a migration, and a line in [`read_models`]. See
//! `docs/adding-a-projection.md`.

pub mod account_directory;
mod affiliation;
pub mod availability;
pub mod break_glass;
pub mod chart;
pub mod clinic_directory;
pub mod consents;
mod cursor;
pub mod day_sheet;
pub mod doctor_directory;
pub mod erasures;
mod error;
mod fold;
mod hold;
pub mod leaves;
pub mod patient_appointments;
pub mod patient_card;
pub mod payments;
mod projection;
mod sealed;
mod stored;

use std::sync::Arc;

use event_store::{ReadModel, Sealing, Subscriber};

pub use cursor::TimeCursor;
pub use error::ReadError;
pub use projection::{Projection, Projector};
pub use sealed::{Personal, SealedRow, open_all};

/// Every projection, to be run by a daemon.
#[must_use]
pub fn all(sealing: &Sealing) -> Vec<Arc<dyn Subscriber>> {
    let models = read_models(sealing).into_iter();
    models.map(|model| model as Arc<dyn Subscriber>).collect()
}

/// Every projection, to be rebuilt.
#[must_use]
pub fn read_models(sealing: &Sealing) -> Vec<Arc<dyn ReadModel>> {
    vec![
        projector::<account_directory::AccountDirectory>(sealing),
        projector::<availability::Availability>(sealing),
        projector::<break_glass::BreakGlassAccesses>(sealing),
        projector::<chart::ChartEntries>(sealing),
        projector::<clinic_directory::ClinicDirectory>(sealing),
        projector::<consents::Consents>(sealing),
        projector::<day_sheet::DaySheet>(sealing),
        projector::<doctor_directory::DoctorDirectory>(sealing),
        projector::<erasures::Erasures>(sealing),
        projector::<leaves::DoctorLeaves>(sealing),
        projector::<patient_appointments::PatientAppointments>(sealing),
        projector::<patient_card::PatientCards>(sealing),
        projector::<payments::Payments>(sealing),
    ]
}

fn projector<P: Projection>(sealing: &Sealing) -> Arc<dyn ReadModel> {
    Arc::new(Projector::<P>::new(sealing))
}
