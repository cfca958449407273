//! Errors of commands.

use event_store::{AppendError, DecideError, LoadError, StoreError};

use crate::Fault;

/// The error of a command. `R` is the aggregate's own refusal.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<R> {
    /// A rule forbids it.
    #[error("refused")]
    Refused(R),
    /// The thing does not exist, or the caller may not know that it does.
    #[error("not found")]
    NotFound,
    /// The caller may know that the thing exists, but may not do this to it.
    #[error("forbidden")]
    Forbidden,
    /// The caller's version of the thing is not the current one.
    #[error("the version is stale")]
    Stale,
    /// The idempotency key belongs to another request.
    #[error("the idempotency key belongs to another request")]
    KeyReused,
    /// It lost every race against other commands; a repeated request may succeed.
    #[error("other commands were faster too often")]
    Contended,
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl<R> CommandError<R> {
    /// The same error for a command without refusals; `None` if this is a refusal.
    pub(crate) fn into_non_refusal<S>(self) -> Option<CommandError<S>> {
        match self {
            Self::Refused(_) => None,
            Self::NotFound => Some(CommandError::NotFound),
            Self::Forbidden => Some(CommandError::Forbidden),
            Self::Stale => Some(CommandError::Stale),
            Self::KeyReused => Some(CommandError::KeyReused),
            Self::Contended => Some(CommandError::Contended),
            Self::Fault(fault) => Some(CommandError::Fault(fault)),
        }
    }

    /// The same error under another refusal.
    pub fn map<S>(self, refusal: impl FnOnce(R) -> S) -> CommandError<S> {
        match self {
            Self::Refused(own) => CommandError::Refused(refusal(own)),
            Self::NotFound => CommandError::NotFound,
            Self::Forbidden => CommandError::Forbidden,
            Self::Stale => CommandError::Stale,
            Self::KeyReused => CommandError::KeyReused,
            Self::Contended => CommandError::Contended,
            Self::Fault(fault) => CommandError::Fault(fault),
        }
    }
}

impl<R> From<LoadError> for CommandError<R> {
    fn from(error: LoadError) -> Self {
        Self::Fault(Fault::new("loading an aggregate", error))
    }
}

impl<R> From<StoreError> for CommandError<R> {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::new("asking the log", error))
    }
}

impl<R> From<AppendError> for CommandError<R> {
    fn from(error: AppendError) -> Self {
        match error {
            // Another process kept a lock for longer than a caller should wait.
            AppendError::Busy(_) => Self::Contended,
            error => Self::Fault(Fault::new("appending events", error)),
        }
    }
}

impl<R> From<DecideError<R>> for CommandError<R> {
    fn from(error: DecideError<R>) -> Self {
        match error {
            DecideError::Refused(refusal) => Self::Refused(refusal),
            DecideError::Unserialisable(error) => error.into(),
        }
    }
}
