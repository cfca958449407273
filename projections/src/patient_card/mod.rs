//! Patients: name, contact, and the accounts that may act for them.

mod apply;
mod query;

use domain::patient::PatientEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{PatientCard, PatientPhi, get, list, patients_of_proxy};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "patient_card";

/// Keeps the cards of patients.
#[derive(Debug, Clone, Copy)]
pub struct PatientCards;

impl Projection for PatientCards {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 2;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[PatientEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[ReadModelTable::personal(
        PatientCard::TABLE,
        &["patient_id"],
    )];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<PatientCard>>().await
    }
}
