//! The read seam: subscribers follow the log in its order, each with a checkpoint of its own.
//!
//! - `horizon.rs` finds the end of the settled log, `reader.rs` reads it, along it or by type (`way.rs`).
//! - `daemon.rs` runs subscribers, each by a `runner.rs`, on the node that has its `lease.rs`. What it asks of the log is
//!   a `question.rs`.
//! - `pace.rs` says how many events make a batch. `batch.rs` is one transaction: checkpoint, writes, and what
//!   could not be taken (`blame.rs` says whose fault that is) goes to the `dead_letters.rs`, from where
//!   `retry.rs` takes it.
//! - `progress.rs` tells readers of this node how far it is, `survey.rs` operators.

mod batch;
mod blame;
mod checkpoint;
mod daemon;
mod dead_letters;
mod horizon;
mod lease;
mod pace;
mod progress;
mod question;
mod reader;
mod retry;
mod runner;
mod seat;
mod survey;
mod way;

use async_trait::async_trait;
use sqlx::PgConnection;

pub(crate) use batch::{Manner, Reading, Taken, Taker};
pub(crate) use blame::is_of_the_event;
pub(crate) use checkpoint::{
    open as open_checkpoint, read as read_checkpoint, wait_and_take as hold_checkpoint,
};
pub use daemon::{Daemon, DaemonOptions};
pub use dead_letters::{DeadLetter, WaitingEvent};
pub(crate) use pace::{BESIDE, Pace};
pub use progress::{BehindError, Progress};
pub(crate) use reader::{Wanted, any, cursor, read, safe_head};
pub use retry::Retried;
pub(crate) use runner::begin_batch;
pub use seat::CheckpointState;
pub(crate) use seat::Seat;
pub use survey::{HorizonHolder, Lag, LogSurvey};
pub(crate) use way::{Way, stored_types};

use crate::{DecodeError, RecordedEvent, SealError};

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

    /// Whether it looks at the metadata of events, which is null otherwise.
    fn wants_metadata(&self) -> bool {
        false
    }

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
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// An event can't be opened.
    #[error("an event can't be opened")]
    Sealed(#[source] SealError),
    /// The database refused the writes or did not answer.
    #[error("writing what a batch means failed")]
    Store(#[from] sqlx::Error),
}

impl SubscriberError {
    /// The event could not be decoded.
    #[must_use]
    pub fn unreadable(event: &RecordedEvent, source: impl Into<DecodeError>) -> Self {
        Self::Unreadable {
            cursor: event.cursor,
            event_type: event.event_type.clone(),
            source: source.into(),
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
    /// An event could not be taken, and so many aggregates are parked already that it is not for their
    /// sake.
    #[error("too many aggregates are parked")]
    TooMuchParked(#[source] SubscriberError),
}
