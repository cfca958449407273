//! Execution of a command until its outcome is final.

use std::hash::{BuildHasher as _, RandomState};

use crate::append::Append;
use crate::back_off::BackOff;
use crate::error::{AppendError, DecideError, LoadError};
use crate::{Cursor, EventStore, ReadSet};

/// Maximum number of retries after a command of this process was faster: these cost no round trip.
const OVERTAKEN: u32 = 10_000;

/// The retry policy of commands: bounded, with a growing pause after each conflict.
#[derive(Debug, Default)]
pub struct Retry {
    conflicts: Option<BackOff>,
    overtaken: u32,
}

/// The outcome of a command that was not done. `R` is the caller's refusal.
#[derive(Debug, thiserror::Error)]
pub enum TransactError<R> {
    /// The refusal of the caller; the log has confirmed the state that it was made on.
    #[error("refused")]
    Refused(R),
    /// A outcome or a fault of the log. [`AppendError::Conflict`] and [`AppendError::Overtaken`]
    /// after the last attempt.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// An aggregate could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl<R> From<DecideError<R>> for TransactError<R> {
    fn from(error: DecideError<R>) -> Self {
        match error {
            DecideError::Refused(refusal) => Self::Refused(refusal),
            DecideError::Unserialisable(error) => Self::Append(error),
        }
    }
}

impl Retry {
    /// Waits until a command may run again after a conflict. `false` after another error, or after too many
    /// conflicts.
    pub async fn again(&mut self, error: &AppendError) -> bool {
        match error {
            AppendError::Overtaken if self.overtaken < OVERTAKEN => {
                self.overtaken += 1;
                tokio::task::yield_now().await;
                true
            }
            AppendError::Conflict => {
                let conflicts = self.conflicts.get_or_insert_with(random_back_off);
                conflicts.pause().await.is_ok()
            }
            _ => false,
        }
    }
}

impl EventStore {
    /// Runs a command, again after each conflict, and appends the events that it returns.
    ///
    /// `command` may run several times, each time with an empty read set; it must have no side
    /// effects. Its refusal is returned only if the log confirms the states that it read. The result is
    /// `None` if there was nothing to append.
    ///
    /// # Errors
    /// See [`TransactError`].
    pub async fn transact<R, F>(
        &self,
        command: impl Fn(ReadSet) -> F,
    ) -> Result<Option<Cursor>, TransactError<R>>
    where
        F: Future<Output = Result<Append, TransactError<R>>>,
    {
        let mut retry = Retry::default();
        loop {
            let read = self.read_set();
            let lost = match command(read.clone()).await {
                Ok(mut append) => match read.commit(&mut append).await {
                    Ok(cursor) => return Ok(cursor),
                    Err(error) => error,
                },
                Err(error @ TransactError::Refused(_)) => match read.verify().await {
                    Ok(()) => return Err(error),
                    Err(error) => error,
                },
                Err(error) => return Err(error),
            };
            if !retry.again(&lost).await {
                return Err(lost.into());
            }
        }
    }
}

/// A back-off with a random spread.
fn random_back_off() -> BackOff {
    let [spread, ..] = RandomState::new().hash_one(()).to_ne_bytes();
    BackOff::new(spread)
}
