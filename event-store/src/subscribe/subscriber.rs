//! The interface of subscribers.

use async_trait::async_trait;
use sqlx::PgConnection;

use super::error::SubscriberError;
use crate::RecordedEvent;

/// A reaction to events: a read model, a timer, a process manager.
///
/// Its writes and its checkpoint are one transaction, so a batch takes effect exactly once. Effects outside
/// the database can happen twice and must be idempotent.
#[async_trait]
pub trait Subscriber: Send + Sync + 'static {
    /// The name of the checkpoint; never renamed.
    fn name(&self) -> &'static str;

    /// The version. A new version reads the log from the start.
    fn version(&self) -> i32;

    /// The stored types that it applies; the others are skipped.
    fn event_types(&self) -> Vec<&'static str>;

    /// Returns whether it needs the metadata of events, which is null otherwise.
    fn wants_metadata(&self) -> bool {
        false
    }

    /// Applies a batch, in the order of the log.
    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError>;
}
