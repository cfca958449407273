//! List of doctors, with the clinics at which they work and on what terms.
//!
//! A doctor who was erased stays in the list without a name: appointments still refer to the doctor.

mod apply;
mod query;

use domain::doctor::DoctorEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{DoctorPhi, DoctorSearch, ListedDoctor, get, list, some};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "doctor_directory";

/// Keeps the list of doctors.
#[derive(Debug, Clone, Copy)]
pub struct DoctorDirectory;

impl Projection for DoctorDirectory {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 3;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[DoctorEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[
        ReadModelTable::personal(ListedDoctor::TABLE, &["doctor_id"]),
        ReadModelTable::new("doctor_affiliations", &["doctor_id", "clinic_id"]),
    ];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<ListedDoctor>>().await
    }
}
