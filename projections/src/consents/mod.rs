//! Consents of patients.

mod apply;
mod query;

use domain::consent::ConsentEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{ConsentPhi, GivenConsent, PatientConsents, get};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "patient_consents";

/// Keeps the consents of patients.
#[derive(Debug, Clone, Copy)]
pub struct Consents;

impl Projection for Consents {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 1;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[ConsentEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[ReadModelTable::personal(
        PatientConsents::TABLE,
        &["patient_id"],
    )];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<PatientConsents>>().await
    }
}
