//! Histories that could not be copied with their neighbours: each is appended as one command, so that its
//! verdict is the one that an append gives.

use futures::future::join_all;

use super::super::outcome::Failure;
use super::{Import, ImportOutcome, Ready};
use crate::Cursor;
use crate::error::AppendError;

/// Histories that are appended at once: they share statements.
const AT_ONCE: usize = 60;

impl Import<'_> {
    /// A verdict for each.
    pub(super) async fn judge(&mut self, mut ready: Vec<Ready<'_>>) -> Result<(), AppendError> {
        while !ready.is_empty() {
            let behind = ready.split_off(ready.len().min(AT_ONCE));
            // One that came twice waits for the other.
            ready = self.judge_together(ready).await?;
            ready.extend(behind);
        }
        Ok(())
    }

    /// Appends them at once. Answers with those whose stream another one of them was about to write.
    async fn judge_together<'h>(
        &mut self,
        ready: Vec<Ready<'h>>,
    ) -> Result<Vec<Ready<'h>>, AppendError> {
        let committer = self.store.committer();
        let appended = ready.iter().map(|ready| {
            let writes = vec![ready.history.stream.write()];
            committer.commit(ready.rows.clone(), writes)
        });
        let appended = join_all(appended).await;
        let (mut refused, mut refusals) = (Vec::new(), Vec::new());
        let (mut overtaken, mut broken) = (Vec::new(), None);
        for (ready, appended) in ready.into_iter().zip(appended) {
            match appended {
                Ok(cursor) => {
                    self.store.announce(cursor.unwrap_or(Cursor::START));
                    self.landings.push((ready.index, ImportOutcome::Imported));
                }
                Err(failure) if failure.is_unstorable() => {
                    let refused = ImportOutcome::Refused(failure.into());
                    self.landings.push((ready.index, refused));
                }
                Err(failure @ Failure::Violation(_)) => {
                    refusals.push((ready.index, failure));
                    refused.push(ready);
                }
                Err(Failure::Overtaken) => overtaken.push(ready),
                Err(failure) => broken = Some(failure),
            }
        }
        if !refused.is_empty() {
            // An earlier import may have brought it.
            let missing = self.without_those_there(refused).await?;
            refusals.retain(|(index, _)| missing.iter().any(|ready| ready.index == *index));
            let refusals = refusals
                .into_iter()
                .map(|(index, failure)| (index, ImportOutcome::Refused(failure.into())));
            self.landings.extend(refusals);
        }
        broken.map_or(Ok(overtaken), |failure| Err(failure.into()))
    }
}
