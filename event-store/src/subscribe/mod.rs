//! The read seam: subscribers follow the log in its order, each with a checkpoint of its own.

mod checkpoint;
mod daemon;
mod horizon;
mod progress;
mod reader;
mod runner;
mod survey;

use async_trait::async_trait;
use sqlx::PgConnection;

pub(crate) use checkpoint::{open as open_checkpoint, put};
pub use daemon::{Daemon, DaemonOptions};
pub use progress::{BehindError, Progress};
pub(crate) use reader::{cursor, read, safe_head};
pub(crate) use runner::begin_batch;
pub use survey::{HorizonHolder, Lag, LogSurvey};

use crate::RecordedEvent;

/// Something that reacts to events: a read model, a timer, later a saga or a relay.
///
/// Its writes and its checkpoint are one transaction, so a batch takes effect once. Effects outside
/// the database can happen twice and must bear it.
#[async_trait]
pub trait Subscriber: Send + Sync + 'static {
    /// The checkpoint's name; never renamed.
    fn name(&self) -> &'static str;

    /// Counted up when the subscriber must read the log from the start again.
    fn version(&self) -> i32;

    /// The stored types it wants; the others are passed over.
    fn event_types(&self) -> Vec<&'static str>;

    /// Takes a batch, in the order of the log.
    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError>;
}

/// A subscriber could not take a batch; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum SubscriberError {
    /// An event is not what its type says.
    #[error("the event at {cursor} ({event_type}) is unreadable")]
    Unreadable {
        /// Where it stands.
        cursor: crate::Cursor,
        /// Its stored type.
        event_type: String,
        /// What the decoder said.
        #[source]
        source: serde_json::Error,
    },
    /// The database refused the writes or did not answer.
    #[error("writing what a batch means failed")]
    Store(#[from] sqlx::Error),
}

impl SubscriberError {
    /// The event could not be decoded.
    #[must_use]
    pub fn unreadable(event: &RecordedEvent, source: serde_json::Error) -> Self {
        Self::Unreadable {
            cursor: event.cursor,
            event_type: event.event_type.clone(),
            source,
        }
    }
}

/// A round of a subscriber failed; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The log could not be read.
    #[error("reading the log failed")]
    Read(#[source] sqlx::Error),
    /// An event can't be opened.
    #[error("opening what the log holds failed")]
    Seal(#[from] crate::SealError),
    /// The checkpoint could not be read or written.
    #[error("keeping the checkpoint failed")]
    Checkpoint(#[source] sqlx::Error),
    /// The subscriber could not take the batch.
    #[error("a batch was not taken")]
    Apply(#[source] SubscriberError),
}
