//! One subscriber's loop: read what is new, hand it over, move the checkpoint, in one transaction.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgConnection;
use tokio::sync::watch;
use tracing::instrument;

use super::horizon::Head;
use super::{DaemonOptions, Progress, SubscribeError, Subscriber, checkpoint, reader};
use crate::{Cursor, EventStore, RecordedEvent};

/// The pause while another node has the checkpoint.
const BUSY_PAUSE: Duration = Duration::from_millis(5);
/// How long a batch may leave the database waiting before it counts as hung.
const LONGEST_SILENCE: &str = "4s";
/// The longest pause after failures in a row.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) struct Runner {
    pub(super) store: EventStore,
    pub(super) subscriber: Arc<dyn Subscriber>,
    pub(super) progress: Progress,
    pub(super) head: watch::Receiver<Head>,
    pub(super) options: DaemonOptions,
}

/// What a round came to.
enum Round {
    Moved(Cursor),
    /// Another node is at it, or was; go on from its checkpoint.
    Elsewhere,
}

impl Runner {
    /// Runs until the watcher of the log's end is gone.
    pub(super) async fn run(mut self) {
        let types: Vec<String> = self
            .subscriber
            .event_types()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut cursor = None;
        let mut failures = 0;
        loop {
            match self.round(&types, cursor).await {
                Ok(next) => {
                    failures = 0;
                    cursor = Some(next);
                    self.progress.advance(self.subscriber.name(), next);
                    if !self.wait_for_more(next).await {
                        return;
                    }
                }
                Err(error) => {
                    failures += 1;
                    self.report(&error, failures);
                    tokio::time::sleep(pause_after(failures)).await;
                    cursor = None;
                }
            }
            if self.head.has_changed().is_err() {
                return;
            }
        }
    }

    async fn round(&self, types: &[String], at: Option<Cursor>) -> Result<Cursor, SubscribeError> {
        let at = match at {
            Some(cursor) => cursor,
            None => self.open().await?,
        };
        let head = self.head.borrow().clone();
        if head.at <= at {
            return Ok(at.max(self.stored().await?));
        }
        let (events, next) = self.new_events(types, at, &head).await?;
        if events.is_empty() {
            return Ok(next);
        }
        match self.take(&events, at, next).await? {
            Round::Moved(cursor) => Ok(cursor),
            Round::Elsewhere => {
                tokio::time::sleep(BUSY_PAUSE).await;
                Ok(at.max(self.stored().await?))
            }
        }
    }

    /// The next batch after `at`, and where the subscriber stands once it has taken it.
    async fn new_events(
        &self,
        types: &[String],
        at: Cursor,
        head: &Head,
    ) -> Result<(Vec<RecordedEvent>, Cursor), SubscribeError> {
        if let Some(tail) = head.tail.as_ref().filter(|tail| tail.after == at) {
            let wanted = tail
                .events
                .iter()
                .filter(|event| types.contains(&event.event_type));
            return Ok((wanted.cloned().collect(), head.at));
        }
        let limit = self.options.batch;
        let events = reader::read(&self.store, (at, head.at), types, limit).await?;
        let full = i64::try_from(events.len()).is_ok_and(|read| read >= limit);
        let next = events
            .last()
            .filter(|_| full)
            .map_or(head.at, |event| event.cursor);
        Ok((events, next))
    }

    /// Applies a batch that follows `at` and moves the checkpoint to `next`.
    ///
    /// The commit does not wait for the disk: after a crash the batch and its checkpoint are gone
    /// together, and the batch is read again.
    #[instrument(
        name = "subscriber.batch",
        level = "debug",
        skip_all,
        fields(subscriber.name = self.subscriber.name(), batch.events = size(events))
    )]
    async fn take(
        &self,
        events: &[RecordedEvent],
        at: Cursor,
        next: Cursor,
    ) -> Result<Round, SubscribeError> {
        let (name, version) = (self.subscriber.name(), self.subscriber.version());
        let mut tx = self
            .store
            .pool()
            .begin()
            .await
            .map_err(SubscribeError::Checkpoint)?;
        begin_batch(&mut tx)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        let stored = checkpoint::take(&mut tx, name, version)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        if stored.is_none_or(|stored| stored > at) {
            tx.rollback().await.map_err(SubscribeError::Checkpoint)?;
            return Ok(Round::Elsewhere);
        }
        self.subscriber
            .apply(events, &mut tx)
            .await
            .map_err(SubscribeError::Apply)?;
        checkpoint::put(&mut tx, name, version, next)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        tx.commit().await.map_err(SubscribeError::Checkpoint)?;
        Ok(Round::Moved(next))
    }

    async fn open(&self) -> Result<Cursor, SubscribeError> {
        checkpoint::open(
            self.store.pool(),
            self.subscriber.name(),
            self.subscriber.version(),
        )
        .await
        .map_err(SubscribeError::Checkpoint)
    }

    async fn stored(&self) -> Result<Cursor, SubscribeError> {
        checkpoint::read(
            self.store.pool(),
            self.subscriber.name(),
            self.subscriber.version(),
        )
        .await
        .map_err(SubscribeError::Checkpoint)
    }

    /// Waits until the log goes on behind `at`. `false` when the daemon stops.
    async fn wait_for_more(&mut self, at: Cursor) -> bool {
        self.head.wait_for(|head| head.at > at).await.is_ok()
    }

    fn report(&self, error: &SubscribeError, failures: u32) {
        tracing::error!(
            subscriber.name = self.subscriber.name(),
            subscriber.failures = failures,
            error = error as &dyn std::error::Error,
            "A subscriber could not go on; it will try again."
        );
    }
}

/// What holds for one batch: its commit does not wait for the disk, and if its node hangs in the middle
/// of it, the database takes the transaction away, so that another node goes on.
pub(crate) async fn begin_batch(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        select
          set_config('synchronous_commit', 'off', true) as commit,
          set_config('idle_in_transaction_session_timeout', $1, true) as idle
        "#,
        LONGEST_SILENCE
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// Signed: OpenTelemetry knows no other whole numbers.
fn size(events: &[RecordedEvent]) -> i64 {
    i64::try_from(events.len()).unwrap_or(i64::MAX)
}

fn pause_after(failures: u32) -> Duration {
    Duration::from_millis(50)
        .saturating_mul(2_u32.saturating_pow(failures.min(8)))
        .min(LONGEST_PAUSE)
}
