//! List of clinics, as the public sees it.

mod apply;
mod query;

use domain::clinic::ClinicEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{ClinicCursor, ListedClinic, get, list};

use crate::projection::{Batch, Projection};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "clinic_directory";

/// Keeps the list of clinics.
#[derive(Debug, Clone, Copy)]
pub struct ClinicDirectory;

impl Projection for ClinicDirectory {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 4;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[ClinicEvent::TYPES];
    const TABLES: &'static [ReadModelTable] =
        &[ReadModelTable::new("clinic_directory", &["clinic_id"])];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<ListedClinic>().await
    }
}
