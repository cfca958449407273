//! Which histories the log has already.

use super::super::find::find;
use super::super::outcome::Failure;
use super::{Import, ImportOutcome, Ready};
use crate::Cursor;
use crate::back_off::{BackOff, RetryPolicy};
use crate::error::AppendError;

impl Import<'_> {
    /// Those that the log does not have; the others were there.
    pub(super) async fn without_those_there<'h>(
        &mut self,
        ready: Vec<Ready<'h>>,
    ) -> Result<Vec<Ready<'h>>, AppendError> {
        let found = self.find(&ready).await?;
        let mut missing = Vec::new();
        for (ready, found) in ready.into_iter().zip(found) {
            match found {
                Some(_) => self.is_there(&ready),
                None => missing.push(ready),
            }
        }
        Ok(missing)
    }

    /// Asks the log for the last event of each.
    async fn find(&mut self, ready: &[Ready<'_>]) -> Result<Vec<Option<Cursor>>, AppendError> {
        let mut back_off = BackOff::with(RetryPolicy::LOST_CONNECTION, 128);
        loop {
            match self.try_to_find(ready).await.map_err(Failure::from) {
                Ok(found) => return Ok(found),
                // A question may be asked as often as one likes.
                Err(Failure::ConnectionLost(_)) if back_off.pause().await.is_ok() => {
                    self.connection.lost();
                }
                // Without an answer a verdict would be a guess.
                Err(failure) => return Err(failure.unknown()),
            }
        }
    }

    async fn try_to_find(
        &mut self,
        ready: &[Ready<'_>],
    ) -> Result<Vec<Option<Cursor>>, sqlx::Error> {
        let rows = ready.iter().map(|ready| &*ready.rows);
        find(self.connection.get().await?, rows).await
    }

    fn is_there(&mut self, ready: &Ready<'_>) {
        self.landings
            .push((ready.index, ImportOutcome::AlreadyPresent));
    }
}
