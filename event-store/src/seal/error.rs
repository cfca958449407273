//! What can go wrong with sealed data. Names places and epochs, never content or keys.

use std::sync::Arc;

/// Something could not be sealed or opened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SealError {
    /// What is stored is not what was sealed there, or its key can't be had.
    #[error("{place} can't be opened or sealed")]
    Fault {
        /// The event by its number, aggregate and type, or the cell by its table and row.
        place: String,
        /// What is wrong.
        #[source]
        fault: SealFault,
    },
    /// The keys could not be asked for.
    #[error("the keys of persons can't be read")]
    Store(#[source] Arc<sqlx::Error>),
}

/// What is wrong with something sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// It was stored in clear.
    #[error("it stands in clear")]
    Clear,
    /// It is no envelope that this program knows.
    #[error("it is no sealed envelope of a known form")]
    NotAnEnvelope,
    /// It was altered or cut, comes from another place, or was sealed under another key.
    #[error("it was altered, or was sealed for another place or under another key")]
    Altered,
    /// It opens, but not to what was sealed.
    #[error("its content is unreadable")]
    Unreadable,
    /// Nobody's key could seal it.
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
        /// Which one.
        epoch: i16,
    },
    /// The master key that wraps the subject's key was destroyed.
    #[error("its key is wrapped by the master key of epoch {epoch}, which was retired")]
    RetiredEpoch {
        /// Which one.
        epoch: i16,
    },
    /// The subject's key does not unwrap: it was altered, or another master key wrapped it.
    #[error("its key does not unwrap under the master key of epoch {epoch}")]
    WrongMasterKey {
        /// Which one.
        epoch: i16,
    },
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

impl SealFault {
    /// Whether it is the fault of this one thing. If not, nothing can be opened here at the moment: a
    /// master key is not set, or there are no random numbers.
    pub(crate) fn is_of_its_place(self) -> bool {
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

    pub(super) fn at(self, place: &impl ToString) -> SealError {
        SealError::Fault {
            place: place.to_string(),
            fault: self,
        }
    }
}

impl SealError {
    /// Whether it is the fault of one sealed thing, so that all others can still be opened.
    pub(crate) fn is_of_its_place(&self) -> bool {
        match self {
            Self::Fault { fault, .. } => fault.is_of_its_place(),
            Self::Store(_) => false,
        }
    }

    /// Whether only the connection was lost or the statement gave way, and asking again may help.
    pub(super) fn may_pass(&self) -> bool {
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

/// A row of a read model that can't be opened is one that can't be decoded.
impl From<SealError> for sqlx::Error {
    fn from(error: SealError) -> Self {
        Self::Decode(Box::new(error))
    }
}

/// Sealing may not begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenSealingError {
    /// The master key is not the one that was used under this epoch.
    #[error("the master key of epoch {epoch} is not the one that this database was sealed with")]
    WrongMasterKey {
        /// Which one.
        epoch: i16,
    },
    /// Keys are wrapped by a master key that is not set.
    #[error("the master key of epoch {epoch} is missing: keys of persons are wrapped by it")]
    MissingMasterKey {
        /// Which one.
        epoch: i16,
    },
    /// A master key that should have been destroyed is still set.
    #[error(
        "the master key of epoch {epoch} was retired: take it out of the settings and destroy it"
    )]
    RetiredEpoch {
        /// Which one.
        epoch: i16,
    },
    /// The log holds personal data in clear.
    #[error(
        "this log was written before personal data was sealed and can't be used any more: stop the \
         program, move the data folder away (or drop and create the database that DATABASE_URL names), \
         and start again with an empty one"
    )]
    ClearLog,
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The database did not answer.
    #[error("checking the master keys failed")]
    Store(#[from] sqlx::Error),
}

/// Keys were not all rewrapped, or an epoch was not retired. Asking again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Sealing is off.
    #[error("sealing is off")]
    Off,
    /// A key can't be rewrapped.
    #[error("the key of {subject} can't be rewrapped")]
    Key {
        /// Whose.
        subject: uuid::Uuid,
        /// What is wrong.
        #[source]
        fault: SealFault,
    },
    /// Keys are still wrapped by what was to be retired.
    #[error("{keys} keys are still wrapped by earlier master keys: rotate first")]
    KeysLeft {
        /// How many.
        keys: i64,
    },
    /// The certificate could not be written to the log.
    #[error("certifying the end of an epoch failed")]
    Certificate(#[source] crate::AppendError),
    /// The database did not answer.
    #[error("working on the keys of persons failed")]
    Store(#[from] sqlx::Error),
}
