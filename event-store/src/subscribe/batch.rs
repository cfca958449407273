//! One batch of one subscriber in one transaction: its checkpoint is locked, events of parked aggregates are
//! skipped, the others are applied, aggregates with poison events are parked, and the checkpoint moves.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use sqlx::{Connection as _, PgConnection};

use super::checkpoint::{self, CheckpointKey, CheckpointState};
use super::dead_letters::{self, Aggregate};
use super::error::{SubscribeError, SubscriberError};
use super::poison;
use super::subscriber::Subscriber;
use crate::cursor::CursorRange;
use crate::{RecordedEvent, SealError, Upcasters};

/// Maximum number of parked aggregates of a subscriber. Beyond it the events are probably not the cause, and
/// the subscriber waits for an operator.
const MAX_PARKED: u64 = 1_000;
/// Timeout of a hung batch. The database ends its transaction, so that another node can continue.
const IDLE_TIMEOUT: &str = "4s";

/// Events in the order of the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventBatch {
    pub(crate) events: Vec<RecordedEvent>,
    /// Those that can't be opened, by their index.
    pub(crate) unopened: BTreeMap<usize, SealError>,
}

/// The way in which a batch is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApplyMode {
    /// At once. One poison event fails the whole batch.
    Whole,
    /// Event by event, each behind a savepoint. The aggregate of a poison event is parked.
    OneByOne,
}

/// The outcome of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchOutcome {
    /// The batch was applied, and the checkpoint moved.
    Applied(CheckpointState),
    /// Nothing was done: another node holds the checkpoint or has moved it.
    Fenced,
}

/// A subscriber with its checkpoint, to apply batches.
#[derive(Clone, Copy)]
pub(crate) struct BatchApplier<'a> {
    pub(crate) subscriber: &'a dyn Subscriber,
    pub(crate) key: &'a CheckpointKey,
    pub(crate) upcasters: &'a Upcasters,
}

impl BatchApplier<'_> {
    /// Applies a batch in a transaction of its own. See [`apply`](Self::apply).
    pub(crate) async fn apply_in_transaction(
        self,
        connection: &mut PgConnection,
        batch: EventBatch,
        range: CursorRange,
        mode: ApplyMode,
    ) -> Result<BatchOutcome, SubscribeError> {
        let failed = SubscribeError::Checkpoint;
        let mut transaction = connection.begin().await.map_err(failed)?;
        begin(&mut transaction).await.map_err(failed)?;
        let outcome = self.apply(&mut transaction, batch, range, mode).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(outcome)
    }

    /// Applies the events of `range` and moves the checkpoint to its end, in the transaction of `connection`.
    ///
    /// Fenced: if the checkpoint is not at the start of the range, nothing is done.
    async fn apply(
        self,
        connection: &mut PgConnection,
        batch: EventBatch,
        range: CursorRange,
        mode: ApplyMode,
    ) -> Result<BatchOutcome, SubscribeError> {
        let stored = checkpoint::try_lock(connection, self.key)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        let Some(stored) = stored.filter(|stored| stored.at == range.after) else {
            return Ok(BatchOutcome::Fenced);
        };
        let batch = self
            .without_parked(connection, batch, stored.parked)
            .await?;
        let newly_parked = match mode {
            ApplyMode::Whole => self.apply_whole(connection, batch).await?,
            ApplyMode::OneByOne => {
                let capacity = MAX_PARKED.saturating_sub(stored.parked);
                self.apply_one_by_one(connection, batch, capacity).await?
            }
        };
        checkpoint::put(connection, self.key, range.to)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        Ok(BatchOutcome::Applied(CheckpointState {
            at: range.to,
            parked: stored.parked + newly_parked,
        }))
    }

    /// The batch without the events of parked aggregates.
    async fn without_parked(
        self,
        connection: &mut PgConnection,
        batch: EventBatch,
        parked: u64,
    ) -> Result<EventBatch, SubscribeError> {
        if parked == 0 {
            return Ok(batch);
        }
        let parked = dead_letters::parked_among(connection, self.key, &batch.events)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        if parked.is_empty() {
            return Ok(batch);
        }
        Ok(batch.filter(|event| !parked.contains(&aggregate_of(event))))
    }

    async fn apply_whole(
        self,
        connection: &mut PgConnection,
        mut batch: EventBatch,
    ) -> Result<u64, SubscribeError> {
        if let Some((_, error)) = batch.unopened.pop_first() {
            return Err(SubscribeError::Apply(SubscriberError::Sealed(error)));
        }
        if !batch.events.is_empty() {
            self.subscriber
                .apply(&batch.events, connection)
                .await
                .map_err(SubscribeError::Apply)?;
        }
        Ok(0)
    }

    /// Applies the events one by one. Returns the number of aggregates that were parked, at most `capacity`.
    pub(super) async fn apply_one_by_one(
        self,
        connection: &mut PgConnection,
        batch: EventBatch,
        capacity: u64,
    ) -> Result<u64, SubscribeError> {
        let mut parked: BTreeSet<Aggregate> = BTreeSet::new();
        for (index, event) in batch.events.iter().enumerate() {
            let aggregate = aggregate_of(event);
            if parked.contains(&aggregate) {
                continue;
            }
            let applied = match batch.unopened.get(&index) {
                Some(error) => Err(SubscriberError::Sealed(error.clone())),
                None => self.apply_one(connection, event).await?,
            };
            if let Err(error) = applied {
                if parked.len() as u64 >= capacity {
                    return Err(SubscribeError::TooManyParked(error));
                }
                self.park(connection, event, error).await?;
                parked.insert(aggregate);
            }
        }
        Ok(parked.len() as u64)
    }

    /// Applies one event behind a savepoint. The inner error is the subscriber's.
    async fn apply_one(
        self,
        connection: &mut PgConnection,
        event: &RecordedEvent,
    ) -> Result<Result<(), SubscriberError>, SubscribeError> {
        let failed = SubscribeError::Checkpoint;
        let mut savepoint = connection.begin().await.map_err(failed)?;
        let applied = self.subscriber.apply(from_ref(event), &mut savepoint).await;
        match &applied {
            Ok(()) => savepoint.commit().await.map_err(failed)?,
            // If the connection is broken, the error of the subscriber is more specific than one of a rollback.
            Err(error) if !poison::is_poison_event(error) => drop(savepoint),
            Err(_) => savepoint.rollback().await.map_err(failed)?,
        }
        Ok(applied)
    }

    /// Parks the event's aggregate, if it is a poison event.
    async fn park(
        self,
        connection: &mut PgConnection,
        event: &RecordedEvent,
        error: SubscriberError,
    ) -> Result<(), SubscribeError> {
        if self.upcasters.is_of_unknown_version(event) || !poison::is_poison_event(&error) {
            return Err(SubscribeError::Apply(error));
        }
        let reason = poison::reason(&error);
        dead_letters::park(connection, self.key, event, &reason).await?;
        tracing::error!(
            subscriber.name = self.key.name,
            event.r#type = event.event_type,
            event.cursor = %event.cursor,
            aggregate.r#type = event.aggregate_type,
            aggregate.id = event.aggregate_id,
            reason,
            "An event could not be applied: its aggregate is parked, the others go on."
        );
        Ok(())
    }
}

impl EventBatch {
    /// A batch of opened events.
    pub(super) fn opened(events: Vec<RecordedEvent>) -> Self {
        let unopened = BTreeMap::new();
        Self { events, unopened }
    }

    /// The events that `keep` selects.
    pub(crate) fn filter(&self, keep: impl Fn(&RecordedEvent) -> bool) -> Self {
        let mut kept = Self::default();
        for (index, event) in self.events.iter().enumerate() {
            if keep(event) {
                let error = self.unopened.get(&index).cloned();
                kept.unopened
                    .extend(error.map(|error| (kept.events.len(), error)));
                kept.events.push(event.clone());
            }
        }
        kept
    }
}

fn aggregate_of(event: &RecordedEvent) -> Aggregate {
    (event.aggregate_type.clone(), event.aggregate_id.clone())
}

/// Sets up the transaction of a batch: its commit does not wait for the disk, and it has a timeout.
pub(super) async fn begin(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        select
          set_config('synchronous_commit', 'off', true) as commit,
          set_config('idle_in_transaction_session_timeout', $1, true) as idle
        "#,
        IDLE_TIMEOUT
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}
