//! Which histories the log has already.

use std::collections::HashSet;

use super::super::outcome::Failure;
use super::super::{ATTEMPTS, StreamAppend};
use super::{Import, ImportOutcome, Ready, pause};
use crate::error::AppendError;

impl Import<'_> {
    /// Those that the log does not have; the others were there.
    pub(super) async fn without_those_there<'h>(
        &mut self,
        ready: Vec<Ready<'h>>,
    ) -> Result<Vec<Ready<'h>>, AppendError> {
        let there = self.find(&ready).await?;
        let is_there = |ready: &Ready<'_>| there.contains(&ready.index);
        let (there, missing): (Vec<_>, Vec<_>) = ready.into_iter().partition(is_there);
        let there = there
            .iter()
            .map(|ready| (ready.index, ImportOutcome::AlreadyPresent));
        self.landings.extend(there);
        Ok(missing)
    }

    /// Asks the log which of them it has: their last event, by the command that led to it.
    async fn find(&mut self, ready: &[Ready<'_>]) -> Result<HashSet<usize>, AppendError> {
        for attempt in 1.. {
            match self.try_to_find(ready).await.map_err(Failure::of) {
                Ok(there) => return Ok(there),
                // A question may be asked as often as one likes.
                Err(Failure::ConnectionLost(_)) if attempt < ATTEMPTS => self.connection.lost(),
                // Without an answer a verdict would be a guess.
                Err(failure) => return Err(failure.into_error(true)),
            }
            tokio::time::sleep(pause(ready, attempt)).await;
        }
        Ok(HashSet::new())
    }

    async fn try_to_find(&mut self, ready: &[Ready<'_>]) -> Result<HashSet<usize>, sqlx::Error> {
        let streams = ready.iter().map(|ready| &ready.history.stream);
        let types: Vec<_> = streams.clone().map(|it| it.aggregate_type).collect();
        let ids: Vec<_> = streams.clone().map(|it| &*it.aggregate_id).collect();
        let last: Vec<_> = streams.map(StreamAppend::next_version).collect();
        let commands = ready.iter().map(|ready| ready.history.last_command());
        let commands: Vec<_> = commands
            .map(|command| command.map(|id| id.to_string()))
            .collect();
        let found = sqlx::query_scalar!(
            r#"
            select asked.ordinal as "ordinal!"
            from unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
              with ordinality as asked (aggregate_type, aggregate_id, sequence, command, ordinal)
            join events e
              on e.aggregate_type = asked.aggregate_type
              and e.aggregate_id = asked.aggregate_id
              and e.sequence = asked.sequence
            where e.metadata ->> 'commandId' = asked.command
            "#,
            &types as _,
            &ids as _,
            &last,
            &commands as _
        )
        .fetch_all(self.connection.get().await?)
        .await?;
        let place = |ordinal: i64| usize::try_from(ordinal - 1).ok();
        let asked = found.into_iter().filter_map(place);
        Ok(asked
            .filter_map(|place| ready.get(place))
            .map(|ready| ready.index)
            .collect())
    }
}
