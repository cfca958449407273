//! Runs a command until its outcome is final.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use crate::append::Append;
use crate::error::{AppendError, DecideError, LoadError};
use crate::{Cursor, EventStore, ReadSet};

/// How often a command runs again after a conflict with another process.
const CONFLICTS: u32 = 12;
/// How often it runs again after another task of this process was faster: that costs no round trip.
const OVERTAKEN: u32 = 10_000;

/// The retry policy of commands: bounded, with a growing pause after each conflict.
#[derive(Debug, Default)]
pub struct Retry {
    conflicts: u32,
    overtaken: u32,
}

/// The outcome of a command that was not done. `R` is the caller's refusal.
#[derive(Debug, thiserror::Error)]
pub enum TransactError<R> {
    /// The decision of the caller; the log confirms the state that it was made on.
    #[error("refused")]
    Refused(R),
    /// A verdict of the log, or a fault of it. [`AppendError::Conflict`] and [`AppendError::Overtaken`]
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
    /// Waits until a command that lost a race may run again. `false` if `error` is another error, or if
    /// the race was lost too often.
    pub async fn again(&mut self, error: &AppendError) -> bool {
        match error {
            AppendError::Overtaken if self.overtaken < OVERTAKEN => {
                self.overtaken += 1;
                tokio::task::yield_now().await;
                true
            }
            AppendError::Conflict if self.conflicts < CONFLICTS => {
                tokio::time::sleep(pause(self.conflicts)).await;
                self.conflicts += 1;
                true
            }
            _ => false,
        }
    }
}

impl EventStore {
    /// Runs a command, again after every lost race, and appends what it returns.
    ///
    /// `command` may run several times, each time with an empty read set; it must have no effect of its
    /// own. Its refusal is returned only if the log confirms the states that it read. The result is
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

/// A pause that doubles up to 50 ms, half as long to half as long again at random.
fn pause(conflicts: u32) -> Duration {
    let spread = RandomState::new().hash_one(conflicts) % 256;
    Duration::from_micros((200_u64 << conflicts.min(8)) * (128 + spread) / 256)
}
