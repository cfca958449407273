//! One batch of one subscriber, inside one transaction: its checkpoint is taken, what is parked is left
//! out, the rest is applied, what can't be is parked, and the checkpoint moves.

use std::collections::BTreeSet;
use std::slice::from_ref;

use sqlx::{Connection as _, PgConnection};

use super::dead_letters::{self, Aggregate};
use super::{
    CheckpointState, Seat, SubscribeError, Subscriber, SubscriberError, blame, checkpoint,
};
use crate::{Cursor, RecordedEvent, SealError, Upcasters};

/// Aggregates that a subscriber parks at most. Beyond that it is not the events that are wrong, and it
/// waits for somebody to look.
const PARKED_AT_MOST: u64 = 1_000;

/// Events in the order of the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    pub(crate) events: Vec<RecordedEvent>,
    /// Those that can't be opened, by their place in the list.
    pub(crate) sealed: Vec<(usize, SealError)>,
}

/// How a batch is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// At once. One event that can't be taken fails all.
    Whole,
    /// Event by event, each behind a savepoint. One that can't be taken is parked with its aggregate.
    OneByOne,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Moved(CheckpointState),
    /// The checkpoint is somebody else's, or stands elsewhere: go on from there.
    Elsewhere,
}

/// Who takes a batch, and under which checkpoint.
#[derive(Clone, Copy)]
pub(crate) struct Taker<'t> {
    pub(crate) subscriber: &'t dyn Subscriber,
    pub(crate) seat: &'t Seat,
    pub(crate) upcasters: &'t Upcasters,
}

impl Taker<'_> {
    /// Takes the batch that follows `at` and moves the checkpoint to `next`, in the transaction that
    /// `connection` is in.
    ///
    /// Fenced: whoever's checkpoint is not at `at` does nothing, however late they come.
    pub(crate) async fn take(
        self,
        connection: &mut PgConnection,
        reading: Reading,
        (at, next): (Cursor, Cursor),
        manner: Manner,
    ) -> Result<Taken, SubscribeError> {
        let stored = checkpoint::take(connection, self.seat)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        let Some(stored) = stored.filter(|stored| stored.at == at) else {
            return Ok(Taken::Elsewhere);
        };
        let reading = self.unparked(connection, reading, stored.parked).await?;
        let newly_parked = match manner {
            Manner::Whole => self.whole(connection, reading).await?,
            Manner::OneByOne => {
                let room = PARKED_AT_MOST.saturating_sub(stored.parked);
                self.one_by_one(connection, reading, room).await?
            }
        };
        checkpoint::put(connection, self.seat, next)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        Ok(Taken::Moved(CheckpointState {
            at: next,
            parked: stored.parked + newly_parked,
        }))
    }

    /// What is left without the events of aggregates that are parked.
    async fn unparked(
        self,
        connection: &mut PgConnection,
        reading: Reading,
        parked: u64,
    ) -> Result<Reading, SubscribeError> {
        if parked == 0 {
            return Ok(reading);
        }
        let parked = dead_letters::among(connection, self.seat, &reading.events)
            .await
            .map_err(SubscribeError::Checkpoint)?;
        Ok(reading.without(&parked))
    }

    async fn whole(
        self,
        connection: &mut PgConnection,
        reading: Reading,
    ) -> Result<u64, SubscribeError> {
        if let Some((_, error)) = reading.sealed.into_iter().next() {
            return Err(SubscribeError::Apply(SubscriberError::Sealed(error)));
        }
        if !reading.events.is_empty() {
            self.subscriber
                .apply(&reading.events, connection)
                .await
                .map_err(SubscribeError::Apply)?;
        }
        Ok(0)
    }

    /// How many aggregates were parked, at most `room`.
    pub(super) async fn one_by_one(
        self,
        connection: &mut PgConnection,
        reading: Reading,
        room: u64,
    ) -> Result<u64, SubscribeError> {
        let mut sealed = reading.sealed.into_iter().peekable();
        let mut parked: BTreeSet<Aggregate> = BTreeSet::new();
        for (index, event) in reading.events.iter().enumerate() {
            let unopened = sealed.next_if(|(at, _)| *at == index);
            let aggregate = aggregate_of(event);
            if parked.contains(&aggregate) {
                continue;
            }
            let taken = match unopened {
                Some((_, error)) => Err(SubscriberError::Sealed(error)),
                None => self.one(connection, event).await?,
            };
            if let Err(error) = taken {
                if parked.len() as u64 >= room {
                    return Err(SubscribeError::TooMuchParked(error));
                }
                self.park(connection, event, error).await?;
                parked.insert(aggregate);
            }
        }
        Ok(parked.len() as u64)
    }

    /// Takes one event behind a savepoint. The inner error is the subscriber's.
    async fn one(
        self,
        connection: &mut PgConnection,
        event: &RecordedEvent,
    ) -> Result<Result<(), SubscriberError>, SubscribeError> {
        let lost = SubscribeError::Checkpoint;
        let mut savepoint = connection.begin().await.map_err(lost)?;
        let taken = self.subscriber.apply(from_ref(event), &mut savepoint).await;
        match &taken {
            Ok(()) => savepoint.commit().await.map_err(lost)?,
            // If the connection is what is wrong, the subscriber's error says more than this one.
            Err(error) if !blame::is_of_the_event(error) => drop(savepoint),
            Err(_) => savepoint.rollback().await.map_err(lost)?,
        }
        Ok(taken)
    }

    /// Parks the event's aggregate, if it is the event's fault that it was not taken.
    async fn park(
        self,
        connection: &mut PgConnection,
        event: &RecordedEvent,
        error: SubscriberError,
    ) -> Result<(), SubscribeError> {
        if self.upcasters.is_foreign(event) || !blame::is_of_the_event(&error) {
            return Err(SubscribeError::Apply(error));
        }
        let reason = blame::reason(&error);
        dead_letters::park(connection, self.seat, event, &reason).await?;
        tracing::error!(
            subscriber.name = self.seat.name,
            event.r#type = event.event_type,
            event.cursor = %event.cursor,
            aggregate.r#type = event.aggregate_type,
            aggregate.id = event.aggregate_id,
            reason,
            "An event could not be taken: its aggregate is parked, the others go on."
        );
        Ok(())
    }
}

impl Reading {
    /// Events that are all opened.
    pub(super) fn opened(events: Vec<RecordedEvent>) -> Self {
        let sealed = Vec::new();
        Self { events, sealed }
    }

    fn without(self, parked: &BTreeSet<Aggregate>) -> Self {
        self.filtered(|event| !parked.contains(&aggregate_of(event)))
    }

    pub(super) fn filtered(self, keep: impl Fn(&RecordedEvent) -> bool) -> Self {
        let mut sealed = self.sealed.into_iter().peekable();
        let mut left = Self::default();
        for (index, event) in self.events.into_iter().enumerate() {
            let unopened = sealed.next_if(|(at, _)| *at == index);
            if !keep(&event) {
                continue;
            }
            if let Some((_, error)) = unopened {
                left.sealed.push((left.events.len(), error));
            }
            left.events.push(event);
        }
        left
    }
}

fn aggregate_of(event: &RecordedEvent) -> Aggregate {
    (event.aggregate_type.clone(), event.aggregate_id.clone())
}
