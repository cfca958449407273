//! Errors of subscribers, and of running them.

use crate::{Cursor, DecodeError, RecordedEvent, SealError};

/// A subscriber could not apply a batch; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum SubscriberError {
    /// An event does not match its type.
    #[error("the event at {cursor} ({event_type}) is unreadable")]
    Unreadable {
        /// Its position.
        cursor: Cursor,
        /// Its stored type.
        event_type: String,
        /// The reason.
        #[source]
        source: DecodeError,
    },
    /// An event can't be opened.
    #[error("an event can't be opened")]
    Sealed(#[source] SealError),
    /// The database refused the writes or did not respond.
    #[error("writing the changes of a batch failed")]
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

/// A round of a subscriber failed; it is retried.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The log could not be read.
    #[error("reading the log failed")]
    Read(#[source] sqlx::Error),
    /// An event can't be opened.
    #[error("opening events of the log failed")]
    Seal(#[from] SealError),
    /// The checkpoint could not be read or written.
    #[error("reading or writing the checkpoint failed")]
    Checkpoint(#[source] sqlx::Error),
    /// The subscriber could not apply the batch.
    #[error("a batch was not applied")]
    Apply(#[source] SubscriberError),
    /// An event could not be applied, and the maximum number of aggregates is parked already, so the event
    /// is probably not the cause.
    #[error("too many aggregates are parked")]
    TooManyParked(#[source] SubscriberError),
}
