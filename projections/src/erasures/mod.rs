//! Erasures of persons: requests, legal holds, certificates.

mod apply;
mod query;

use domain::erasure::ErasureEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{
    Certificate, ErasurePhi, ErasureSearch, LegalHold, ListedErasure, Signed, get, list,
};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "erasures";

/// Keeps the erasures of persons.
#[derive(Debug, Clone, Copy)]
pub struct Erasures;

impl Projection for Erasures {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 1;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[ErasureEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[ReadModelTable::personal(
        ListedErasure::TABLE,
        &["person_id"],
    )];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<ListedErasure>>().await
    }
}
