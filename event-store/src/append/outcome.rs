//! What a failed append means.

use std::sync::Arc;

use sqlx::Error;
use sqlx::error::DatabaseError;

use crate::error::AppendError;

const EVENTS_KEY: &str = "events_pkey";
/// What the decision rested on has changed; a domain of that name says so.
pub(super) const BASIS: &str = "stream_unmoved";
const IDEMPOTENCY_KEY: &str = "idempotency_keys_pkey";

/// A failed statement, by what must happen next.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// Never sent: decided on a state that this process has left behind, or that will never be.
    Overtaken,
    /// A constraint spoke; all was rolled back.
    Violation(String),
    /// The database chose this statement to give way, or it waited too long for a lock of another; all
    /// was rolled back.
    Contention(Arc<Error>),
    /// No answer came: the statement may have committed, or may yet.
    ConnectionLost(Arc<Error>),
    /// The database refused for another reason, or was never reached; nothing was written.
    Other(Arc<Error>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let error = Arc::new(error);
        match &*error {
            Error::Database(database) => match database.code().as_deref() {
                Some("40001" | "40P01" | "55P03") => Self::Contention(error),
                // The server is going down or took the session away: it does not say whether
                // before or after the commit.
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
    /// No connection could be had: nothing was sent.
    pub(super) fn unreached(error: Error) -> Self {
        Self::Other(Arc::new(error))
    }

    /// The writer ended before it told the verdict.
    pub(super) fn abandoned() -> Self {
        Self::ConnectionLost(Arc::new(Error::WorkerCrashed))
    }

    /// Whether the database can't take in what was sent, whoever sends it and however often: SQLSTATE
    /// class 22.
    pub(super) fn is_unstorable(&self) -> bool {
        let Self::Other(error) = self else {
            return false;
        };
        let code = error.as_database_error().and_then(DatabaseError::code);
        code.is_some_and(|code| code.starts_with("22"))
    }
}

impl From<Failure> for AppendError {
    /// The verdict for the caller, once no further attempt is made.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Overtaken => Self::Overtaken,
            Failure::Violation(constraint) => match constraint.as_str() {
                EVENTS_KEY | BASIS => Self::Conflict,
                IDEMPOTENCY_KEY => Self::KeyUsed,
                _ => Self::Refused { constraint },
            },
            Failure::Contention(error) => Self::Busy(error),
            Failure::ConnectionLost(error) => Self::OutcomeUnknown(error),
            Failure::Other(error) => Self::Store(error),
        }
    }
}
