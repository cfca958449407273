//! Errors of sealed data. They name locations and epochs, never content or keys.

use std::error::Error;
use std::sync::Arc;

/// A value could not be sealed or opened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SealError {
    /// The stored value is not the one that was sealed there, or its key is not available.
    #[error("{location} can't be opened or sealed")]
    Fault {
        /// The event by its number, aggregate and type, or the cell by its table and row.
        location: String,
        /// The fault.
        #[source]
        fault: SealFault,
    },
    /// The keys could not be read.
    #[error("the keys of persons can't be read")]
    Store(#[source] Arc<sqlx::Error>),
}

/// The fault of a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// It was stored in clear text.
    #[error("it is stored in clear text")]
    Clear,
    /// It is no envelope of a known form.
    #[error("it is no sealed envelope of a known form")]
    NotAnEnvelope,
    /// It was altered or truncated, belongs to another location, or was sealed under another key.
    #[error("it was altered, or was sealed for another place or under another key")]
    Altered,
    /// It opens, but its content is no JSON.
    #[error("its content is unreadable")]
    Unreadable,
    /// It has no valid subject, and so no key.
    #[error("its subject is no UUID")]
    NoSubject,
    /// The subject has no key and was not erased.
    #[error("its subject's key is unknown")]
    UnknownKey,
    /// It was sealed with another version of the subject's key.
    #[error("it was sealed with an unknown version of its subject's key")]
    UnknownKeyVersion,
    /// The master key that wraps the subject's key is not among the settings.
    #[error("its key is wrapped by the master key of epoch {epoch}, which is not set")]
    MissingMasterKey {
        /// The epoch.
        epoch: i16,
    },
    /// The master key that wraps the subject's key was destroyed.
    #[error("its key is wrapped by the master key of epoch {epoch}, which was retired")]
    RetiredEpoch {
        /// The epoch.
        epoch: i16,
    },
    /// The subject's key does not unwrap: it was altered, or another master key wrapped it.
    #[error("its key does not unwrap under the master key of epoch {epoch}")]
    WrongMasterKey {
        /// The epoch.
        epoch: i16,
    },
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

impl SealFault {
    /// Returns whether only this value is faulty. If not, no value can be opened: a master key is not set,
    /// or there are no random numbers.
    pub(crate) fn is_of_one_value(self) -> bool {
        match self {
            Self::Clear
            | Self::NotAnEnvelope
            | Self::Altered
            | Self::Unreadable
            | Self::NoSubject
            | Self::UnknownKey
            | Self::UnknownKeyVersion
            | Self::RetiredEpoch { .. }
            | Self::WrongMasterKey { .. } => true,
            Self::MissingMasterKey { .. } | Self::NoRandomness => false,
        }
    }

    pub(super) fn at(self, location: &impl ToString) -> SealError {
        SealError::Fault {
            location: location.to_string(),
            fault: self,
        }
    }
}

impl SealError {
    /// Returns whether only one value is faulty, so that all others can still be opened.
    pub(crate) fn is_of_one_value(&self) -> bool {
        match self {
            Self::Fault { fault, .. } => fault.is_of_one_value(),
            Self::Store(_) => false,
        }
    }

    /// Returns whether the connection was lost or the statement was rolled back, so that a retry may work.
    pub(super) fn is_transient(&self) -> bool {
        let Self::Store(error) = self else {
            return false;
        };
        match &**error {
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                ["08", "40", "57P"]
                    .iter()
                    .any(|class| code.starts_with(class))
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
            _ => false,
        }
    }
}

impl From<sqlx::Error> for SealError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// Reports a row of a read model that can't be opened as one that can't be decoded.
impl From<SealError> for sqlx::Error {
    fn from(error: SealError) -> Self {
        Self::Decode(Box::new(error))
    }
}

/// Returns whether the cause of an error is sealed data of one person that can't be opened: the person's key is lost,
/// or the data was altered. Asking again does not help, and other persons' data is not affected.
#[must_use]
pub fn is_unreadable(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(SealError::Fault { fault, .. }) = error.downcast_ref::<SealError>() {
            return fault.is_of_one_value();
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoadError;

    #[test]
    fn a_lost_key_of_one_person_is_found_behind_other_errors() {
        let load = |fault: SealFault| LoadError::from(fault.at(&"event 1 of patient 7"));
        let row = |fault: SealFault| sqlx::Error::from(fault.at(&"a row"));
        assert!(is_unreadable(&load(SealFault::UnknownKey)));
        assert!(is_unreadable(&row(SealFault::Altered)));
        let of_all = SealFault::MissingMasterKey { epoch: 3 };
        assert!(!is_unreadable(&load(of_all)) && !is_unreadable(&row(of_all)));
        assert!(!is_unreadable(&sqlx::Error::RowNotFound));
    }
}
