//! The meaning of a failed append.

use std::sync::Arc;

use sqlx::Error;
use sqlx::error::DatabaseError;

use crate::error::AppendError;
use crate::outage::is_read_only;

const EVENTS_KEY: &str = "events_pkey";
/// The check of the streams that a decision depends on; the name of a domain in the database.
pub(super) const UNMOVED: &str = "stream_unmoved";
const IDEMPOTENCY_KEY: &str = "idempotency_keys_pkey";

/// A failed statement, classified by its consequence.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// Never sent: decided on a state that is outdated, or that failed to be written.
    Overtaken,
    /// A constraint was violated; everything was rolled back.
    Violation(String),
    /// A deadlock, a serialization failure or a lock timeout; everything was rolled back.
    Contention(Arc<Error>),
    /// No reply arrived: the statement may have committed, or may still commit.
    ConnectionLost(Arc<Error>),
    /// The database reported another error, or was not reached; nothing was written.
    Other(Arc<Error>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let error = Arc::new(error);
        match &*error {
            Error::Database(database) => match database.code().as_deref() {
                Some("40001" | "40P01" | "55P03") => Self::Contention(error),
                // The server is shutting down or terminated the session, before or after the commit.
                Some("57P01" | "57P02" | "57P03" | "57P05") => Self::ConnectionLost(error),
                Some(code) if code.starts_with("08") => Self::ConnectionLost(error),
                Some(code) if code.starts_with("23") => {
                    Self::Violation(database.constraint().unwrap_or(code).to_owned())
                }
                _ => Self::Other(error),
            },
            Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => {
                Self::ConnectionLost(error)
            }
            _ => Self::Other(error),
        }
    }
}

impl Failure {
    /// No connection was available: nothing was sent.
    pub(super) fn unreached(error: Error) -> Self {
        Self::Other(Arc::new(error))
    }

    /// The writer ended before it sent the outcome.
    pub(super) fn abandoned() -> Self {
        Self::ConnectionLost(Arc::new(Error::WorkerCrashed))
    }

    /// Returns whether the database takes no writes.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self, Self::Other(error) if is_read_only(error))
    }

    /// Returns whether the values can never be stored (SQLSTATE class 22), so that a retry is useless.
    pub(super) fn is_unstorable(&self) -> bool {
        let Self::Other(error) = self else {
            return false;
        };
        let code = error.as_database_error().and_then(DatabaseError::code);
        code.is_some_and(|code| code.starts_with("22"))
    }
}

impl From<Failure> for AppendError {
    /// The outcome for the caller, after the last attempt.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Overtaken => Self::Overtaken,
            Failure::Violation(constraint) => match constraint.as_str() {
                EVENTS_KEY | UNMOVED => Self::Conflict,
                IDEMPOTENCY_KEY => Self::KeyUsed,
                _ => Self::Refused { constraint },
            },
            Failure::Contention(error) => Self::Busy(error),
            Failure::ConnectionLost(error) => Self::OutcomeUnknown(error),
            Failure::Other(error) => Self::Store(error),
        }
    }
}
