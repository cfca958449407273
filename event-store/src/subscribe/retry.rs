//! What was parked is tried again, from the event on that was not taken, up to where the subscriber is.

use sqlx::PgConnection;

use super::batch::{Reading, Taker};
use super::runner::begin_batch;
use super::{DeadLetter, Seat, SubscribeError, Subscriber, checkpoint, dead_letters, reader};
use crate::EventStore;

/// Events that are read at once.
const PAGE: i64 = 1_000;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// All its events are taken; it is parked no longer.
    Taken {
        /// How many events that were.
        events: u64,
    },
    /// An event was not taken, this one or a later one: it stays parked from there on.
    StillParked,
    /// It was not parked any more.
    Gone,
}

impl EventStore {
    /// Hands a parked aggregate's events to its subscriber again, in their order, in one transaction that
    /// holds the subscriber's checkpoint. Those that are taken stay taken, also if a later one is not.
    ///
    /// # Errors
    /// [`SubscribeError`] if it is not for an event's sake that it could not be done; all is as before.
    pub async fn retry(
        &self,
        subscriber: &dyn Subscriber,
        letter: &DeadLetter,
    ) -> Result<Retried, SubscribeError> {
        let seat = Seat::of(subscriber);
        let lost = SubscribeError::Checkpoint;
        let mut tx = self.pool().begin().await.map_err(lost)?;
        begin_batch(&mut tx).await.map_err(lost)?;
        let retried = self.retry_in(&mut tx, subscriber, &seat, letter).await?;
        tx.commit().await.map_err(lost)?;
        Ok(retried)
    }

    async fn retry_in(
        &self,
        connection: &mut PgConnection,
        subscriber: &dyn Subscriber,
        seat: &Seat,
        letter: &DeadLetter,
    ) -> Result<Retried, SubscribeError> {
        let lost = SubscribeError::Checkpoint;
        let aggregate = (&*letter.aggregate_type, &*letter.aggregate_id);
        let held = checkpoint::wait_and_take(connection, seat).await;
        let Some(upto) = held.map_err(lost)? else {
            return Ok(Retried::Gone);
        };
        let first = dead_letters::first_waiting(&mut *connection, seat, aggregate).await;
        let Some(mut from) = first.map_err(lost)? else {
            return Ok(Retried::Gone);
        };
        let taker = Taker {
            subscriber,
            seat,
            upcasters: self.upcasters(),
        };
        let types = subscriber.event_types();
        let mut events = 0;
        loop {
            let stretch = (from, upto);
            let metadata = subscriber.wants_metadata();
            let page = reader::read_stream(self, aggregate, stretch, metadata, PAGE).await?;
            let Some(newest) = page.events.last().map(|event| event.sequence) else {
                dead_letters::release(connection, seat, aggregate)
                    .await
                    .map_err(lost)?;
                return Ok(Retried::Taken { events });
            };
            from = newest + 1;
            let page = page.of_types(&types);
            events += page.events.len() as u64;
            if taker.one_by_one(connection, page, 1).await? > 0 {
                return Ok(Retried::StillParked);
            }
        }
    }
}

impl Reading {
    fn of_types(self, types: &[&str]) -> Self {
        self.filtered(|event| types.contains(&&*event.event_type))
    }
}
