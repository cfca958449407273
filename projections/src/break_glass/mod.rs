//! Emergency accesses to charts.

mod apply;
mod query;

use domain::break_glass::BreakGlassEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{
    BreakGlassPhi, BreakGlassSearch, ListedBreakGlass, OpenAccess, get, list, open_accesses,
};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "break_glass_accesses";

/// Keeps the emergency accesses to charts.
#[derive(Debug, Clone, Copy)]
pub struct BreakGlassAccesses;

impl Projection for BreakGlassAccesses {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 1;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[BreakGlassEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[ReadModelTable::personal(
        ListedBreakGlass::TABLE,
        &["break_glass_id"],
    )];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<ListedBreakGlass>>().await
    }
}
