//! What can go wrong, told apart by who must act.

use std::error::Error;
use std::sync::Arc;

use cqrs_es::persist::PersistenceError;

use crate::{DecodeError, SealError};

/// An append that did not take place, or whose outcome cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended to one of the streams first: load, decide and append again.
    #[error("a stream moved on since it was loaded")]
    Conflict,
    /// The same, found out without asking the database: another command of this process is on its
    /// way. Load, decide and append again at once.
    #[error("another command of this process was faster")]
    Overtaken,
    /// A claim or a name belongs to somebody else.
    #[error("the constraint {constraint} forbids it")]
    Refused {
        /// The constraint's name; it is the verdict.
        constraint: String,
    },
    /// The idempotency key has been used: look its reply up.
    #[error("the idempotency key has been used")]
    KeyUsed,
    /// Something that identifies a person, and nobody whose key could seal it.
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
    /// The connection was lost and the log could not be asked in time whether the append took
    /// place. Asking again with the same idempotency key is safe.
    #[error("whether the append took place is not known yet")]
    OutcomeUnknown(#[source] Arc<sqlx::Error>),
    /// Another process holds a lock that the append needs, and kept it; nothing was appended. Asking again
    /// may work.
    #[error("the append waited too long for another process")]
    Busy(#[source] Arc<sqlx::Error>),
    /// The database refused or is away; nothing was appended.
    #[error("the append failed")]
    Store(#[source] Arc<sqlx::Error>),
}

/// An aggregate that decided on no events. `R` is its own refusal.
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
    /// The same error under another refusal.
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
    /// The database did not answer.
    #[error("loading an aggregate failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
    /// A stored event's `phi` can't be opened.
    #[error("opening an event failed")]
    Seal(#[from] SealError),
    /// A stream has lost events: the log was damaged, or put back in part.
    #[error(
        "{aggregate_type} {aggregate_id} has a gap: event {expected} is missing before event {found}"
    )]
    Gap {
        /// The kind of aggregate.
        aggregate_type: String,
        /// The aggregate.
        aggregate_id: String,
        /// The number of the first event that is missing.
        expected: i64,
        /// The number of the next one that is there.
        found: usize,
    },
    /// A stored event is not what its type and version say.
    #[error("event {sequence} of {aggregate_type} {aggregate_id} ({event_type}) is unreadable")]
    Unreadable {
        /// The kind of aggregate.
        aggregate_type: String,
        /// The aggregate.
        aggregate_id: String,
        /// The event's number in it.
        sequence: usize,
        /// The event's stored type.
        event_type: String,
        /// What is wrong with it.
        #[source]
        source: Box<DecodeError>,
    },
}

impl From<PersistenceError> for LoadError {
    /// Keeps the database's own error as the source; the wrapper hides it.
    fn from(error: PersistenceError) -> Self {
        Self::Store(match error {
            PersistenceError::ConnectionError(inner)
            | PersistenceError::DeserializationError(inner)
            | PersistenceError::UnknownError(inner) => inner,
            error @ PersistenceError::OptimisticLockError => Box::new(error),
        })
    }
}

/// A read of the log or of what is written with it failed.
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

/// The log may not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Events of the current epoch come from a cluster that was further on: this database was
    /// restored without opening a new epoch, and new events would sort before old ones.
    #[error(
        "the log holds transaction {stored} but this cluster is only at {next}: it was restored \
         by something else than `caresync restore`, and new events would sort before old ones; \
         restore a folder that `caresync backup` wrote with `caresync restore` into an empty database"
    )]
    XidsBehind {
        /// The highest transaction id of this epoch in the log.
        stored: u64,
        /// The next one that this cluster will give out.
        next: u64,
    },
    /// The database did not answer.
    #[error("opening the log failed")]
    Store(#[source] sqlx::Error),
}
