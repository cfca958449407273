//! The aggregate that a command changes, and the version that the caller has seen.

use cqrs_es::Aggregate;
use event_store::Loaded;

use crate::CommandError;

/// An aggregate to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<I> {
    /// The aggregate.
    pub id: I,
    /// The version that the caller has seen, if it insists on it.
    pub expected_version: Option<i64>,
}

impl<I> Target<I> {
    /// The aggregate in the version that the caller has seen, or in any version.
    pub fn new(id: I, expected_version: Option<i64>) -> Self {
        Self {
            id,
            expected_version,
        }
    }

    /// The aggregate in any version.
    pub fn latest(id: I) -> Self {
        Self::new(id, None)
    }

    /// Compares the versions.
    ///
    /// # Errors
    /// [`CommandError::Stale`] if the aggregate has another version.
    pub(crate) fn check_version<A, R>(&self, loaded: &Loaded<A>) -> Result<(), CommandError<R>>
    where
        A: Aggregate,
    {
        match self.expected_version {
            Some(expected) if expected != loaded.version() => Err(CommandError::Stale),
            _ => Ok(()),
        }
    }
}
