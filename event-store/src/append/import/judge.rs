//! Histories that could not be copied with their neighbours: each is appended as one command, so that its
//! verdict is the one that an append gives.

use futures::future::join_all;
use tokio::sync::watch;

use super::super::ATTEMPTS;
use super::super::outcome::Failure;
use super::{Import, ImportOutcome, Ready, pause};
use crate::error::AppendError;
use crate::stage::Outcome;
use crate::{Cursor, EventStore};

/// Histories that are appended at once: they share statements.
const AT_ONCE: usize = 60;

impl Import<'_> {
    /// A verdict for each.
    pub(super) async fn judge(&mut self, mut ready: Vec<Ready<'_>>) -> Result<(), AppendError> {
        while !ready.is_empty() {
            let behind = ready.split_off(ready.len().min(AT_ONCE));
            for (one, _) in self.judge_together(ready).await? {
                self.judge_alone(one).await?;
            }
            ready = behind;
        }
        Ok(())
    }

    /// Appends them at once. Answers with those that have no verdict yet, and why.
    async fn judge_together<'h>(
        &mut self,
        ready: Vec<Ready<'h>>,
    ) -> Result<Vec<(Ready<'h>, Failure)>, AppendError> {
        let appended = ready.iter().map(|ready| append(self.store, ready));
        let appended = join_all(appended).await;
        let mut doubtful = Vec::new();
        let mut failures = Vec::new();
        for (ready, appended) in ready.into_iter().zip(appended) {
            match appended {
                Ok(cursor) => {
                    self.store.announce(cursor.unwrap_or(Cursor::START));
                    self.landings.push((ready.index, ImportOutcome::Imported));
                }
                Err(failure) => {
                    failures.push((ready.index, failure));
                    doubtful.push(ready);
                }
            }
        }
        if doubtful.is_empty() {
            return Ok(Vec::new());
        }
        let missing = self.without_those_there(doubtful).await?;
        let mut undecided = Vec::new();
        failures.retain(|(index, _)| missing.iter().any(|ready| ready.index == *index));
        for (ready, (_, failure)) in missing.into_iter().zip(failures) {
            if matches!(failure, Failure::Violation(_)) {
                let refused = ImportOutcome::Refused(failure.into_error(false));
                self.landings.push((ready.index, refused));
            } else {
                undecided.push((ready, failure));
            }
        }
        Ok(undecided)
    }

    /// Appends one, without neighbours that could fail with it.
    async fn judge_alone(&mut self, mut one: Ready<'_>) -> Result<(), AppendError> {
        let mut may_be_in = false;
        for attempt in 1.. {
            let undecided = self.judge_together(vec![one]).await?.pop();
            let Some((again, failure)) = undecided else {
                break;
            };
            may_be_in |= matches!(failure, Failure::ConnectionLost(_));
            if failure.is_unstorable() {
                let refused = ImportOutcome::Refused(failure.into_error(false));
                self.landings.push((again.index, refused));
                break;
            }
            if attempt >= ATTEMPTS {
                return Err(failure.into_error(may_be_in));
            }
            one = again;
            tokio::time::sleep(pause(std::slice::from_ref(&one), attempt)).await;
        }
        Ok(())
    }
}

/// One history as one command.
async fn append(store: &EventStore, ready: &Ready<'_>) -> Result<Option<Cursor>, Failure> {
    let (ended, ending) = watch::channel(None);
    let writes = vec![ready.history.stream.write()];
    let committed = store
        .committer()
        .commit(ready.rows.clone(), writes, &ending);
    let committed = committed.await;
    let outcome = match &committed {
        Ok(_) => Outcome::Committed,
        Err(Failure::ConnectionLost(_)) => Outcome::Unknown,
        Err(_) => Outcome::Refused,
    };
    ended.send_replace(Some(outcome));
    committed
}
