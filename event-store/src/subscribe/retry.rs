//! Retries of parked aggregates, from their first event that was not applied up to the checkpoint.

use sqlx::PgConnection;

use super::batch::{self, BatchApplier};
use super::checkpoint::{self, CheckpointKey};
use super::dead_letters::{self, DeadLetter};
use super::error::SubscribeError;
use super::reader;
use super::subscriber::Subscriber;
use crate::EventStore;

/// Number of events that are read at once.
const PAGE: i64 = 1_000;

/// The outcome of a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOutcome {
    /// All its events are applied; it is no longer parked.
    Applied {
        /// Number of events.
        events: u64,
    },
    /// An event could not be applied, this one or a later one: it stays parked from there on.
    StillParked,
    /// It was not parked any more.
    NotParked,
}

impl EventStore {
    /// Applies the events of a parked aggregate again, in order, in one transaction that locks the
    /// subscriber's checkpoint. Applied events are kept, also if a later one fails.
    ///
    /// # Errors
    /// [`SubscribeError`] if an error is not caused by an event; then nothing is changed.
    pub async fn retry(
        &self,
        subscriber: &dyn Subscriber,
        letter: &DeadLetter,
    ) -> Result<RetryOutcome, SubscribeError> {
        let failed = SubscribeError::Checkpoint;
        let mut transaction = self.pool().begin().await.map_err(failed)?;
        batch::begin(&mut transaction).await.map_err(failed)?;
        let outcome = self.retry_in(&mut transaction, subscriber, letter).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(outcome)
    }

    async fn retry_in(
        &self,
        connection: &mut PgConnection,
        subscriber: &dyn Subscriber,
        letter: &DeadLetter,
    ) -> Result<RetryOutcome, SubscribeError> {
        let failed = SubscribeError::Checkpoint;
        let key = &CheckpointKey::from_subscriber(subscriber);
        let locked = checkpoint::lock(connection, key).await;
        let Some(head) = locked.map_err(failed)? else {
            return Ok(RetryOutcome::NotParked);
        };
        let first = dead_letters::first_sequence(&mut *connection, key, letter).await;
        let Some(mut from) = first.map_err(failed)? else {
            return Ok(RetryOutcome::NotParked);
        };
        let applier = BatchApplier {
            subscriber,
            key,
            upcasters: self.upcasters(),
        };
        let types = subscriber.event_types();
        let metadata = subscriber.wants_metadata();
        let mut events = 0;
        loop {
            let page = reader::read_stream(
                self,
                &letter.aggregate_type,
                &letter.aggregate_id,
                from,
                head,
                metadata,
                PAGE,
            )
            .await?;
            let Some(newest) = page.events.last().map(|event| event.sequence) else {
                dead_letters::release(connection, key, letter)
                    .await
                    .map_err(failed)?;
                return Ok(RetryOutcome::Applied { events });
            };
            from = newest + 1;
            let page = page.filter(|event| types.contains(&&*event.event_type));
            events += page.events.len() as u64;
            if applier.apply_one_by_one(connection, page, 1).await? > 0 {
                return Ok(RetryOutcome::StillParked);
            }
        }
    }
}
