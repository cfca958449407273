//! Errors of the log.

use std::error::Error;
use std::sync::Arc;

use cqrs_es::persist::PersistenceError;

use crate::{DecodeError, SealError};

/// An append that did not take place, or whose outcome is unknown.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Another command appended to one of the streams first: load, decide and append again.
    #[error("a stream moved on since it was loaded")]
    Conflict,
    /// A conflict with a pending command of this process, found without the database: load, decide and append
    /// again at once.
    #[error("another command of this process was faster")]
    Overtaken,
    /// A claim or a name is already taken.
    #[error("the constraint {constraint} forbids it")]
    Refused {
        /// The name of the violated constraint.
        constraint: String,
    },
    /// The idempotency key has been used: look up its reply.
    #[error("the idempotency key has been used")]
    KeyUsed,
    /// An event has personal data and no subject with whose key it could be sealed.
    #[error("the event {event_type} carries phi without a subject")]
    PhiWithoutSubject {
        /// The event's stored type.
        event_type: String,
    },
    /// An event's `phi` could not be sealed; nothing was appended.
    #[error("sealing an event failed")]
    Seal(#[source] SealError),
    /// The event has no JSON form.
    #[error("an event could not be serialised")]
    Unserialisable(#[source] serde_json::Error),
    /// The connection was lost, and the command could not be looked up in the log in time. Repeating the
    /// request with the same idempotency key is safe.
    #[error("the outcome of the append is not known yet")]
    OutcomeUnknown(#[source] Arc<sqlx::Error>),
    /// Another process held a lock for too long; nothing was appended. A retry may work.
    #[error("the append waited too long for another process")]
    Busy(#[source] Arc<sqlx::Error>),
    /// The database reported an error or is unavailable; nothing was appended.
    #[error("the append failed")]
    Store(#[source] Arc<sqlx::Error>),
}

/// A decision without events. `R` is its own refusal.
#[derive(Debug, thiserror::Error)]
pub enum DecideError<R> {
    /// A rule of the aggregate forbids the command.
    #[error("refused")]
    Refused(R),
    /// An event has no stored form.
    #[error(transparent)]
    Unserialisable(AppendError),
}

impl<R> DecideError<R> {
    /// Maps the refusal.
    pub fn map<S>(self, refusal: impl FnOnce(R) -> S) -> DecideError<S> {
        match self {
            Self::Refused(own) => DecideError::Refused(refusal(own)),
            Self::Unserialisable(error) => DecideError::Unserialisable(error),
        }
    }
}

/// An aggregate that could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database did not respond.
    #[error("loading an aggregate failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
    /// A stored event's `phi` can't be opened.
    #[error("opening an event failed")]
    Seal(#[from] SealError),
    /// A stream has lost events: the log was damaged, or restored in part.
    #[error(
        "{aggregate_type} {aggregate_id} has a gap: event {expected} is missing before event {found}"
    )]
    Gap {
        /// The kind of aggregate.
        aggregate_type: String,
        /// The aggregate.
        aggregate_id: String,
        /// The sequence number of the first missing event.
        expected: i64,
        /// The sequence number of the next event.
        found: usize,
    },
    /// A stored event does not match its type and version.
    #[error("event {sequence} of {aggregate_type} {aggregate_id} ({event_type}) is unreadable")]
    Unreadable {
        /// The kind of aggregate.
        aggregate_type: String,
        /// The aggregate.
        aggregate_id: String,
        /// The event's sequence number.
        sequence: usize,
        /// The event's stored type.
        event_type: String,
        /// The reason.
        #[source]
        source: Box<DecodeError>,
    },
}

impl From<PersistenceError> for LoadError {
    /// Keeps the error of the database as the source; the wrapper hides it.
    fn from(error: PersistenceError) -> Self {
        Self::Store(match error {
            PersistenceError::ConnectionError(inner)
            | PersistenceError::DeserializationError(inner)
            | PersistenceError::UnknownError(inner) => inner,
            error @ PersistenceError::OptimisticLockError => Box::new(error),
        })
    }
}

/// A query on the tables of the log failed.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
pub struct StoreError {
    pub(crate) doing: &'static str,
    #[source]
    pub(crate) source: sqlx::Error,
}

impl StoreError {
    pub(crate) fn doing(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self { doing, source }
    }
}

/// The log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Events of the current epoch have higher transaction ids than this cluster: the database was
    /// restored without opening a new epoch, and new events would sort before old ones.
    #[error(
        "the log holds transaction {stored} but this cluster is only at {next}: it was restored \
         by something else than `caresync restore`, and new events would sort before old ones; \
         restore a folder that `caresync backup` wrote with `caresync restore` into an empty database"
    )]
    XidsBehind {
        /// The highest transaction id of this epoch in the log.
        stored: u64,
        /// The next one of this cluster.
        next: u64,
    },
    /// The database did not respond.
    #[error("opening the log failed")]
    Store(#[source] sqlx::Error),
}
