//! One subscriber's loop: read what is new, hand it over, move the checkpoint; or see how another node
//! does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::instrument;

use super::batch::{Manner, Reading, Taken, Taker};
use super::horizon::Head;
use super::pace::{LIVE, Pace};
use super::question::{Batch, Question, Types};
use super::way::{Way, stored_types};
use super::{
    CheckpointState, DaemonOptions, Progress, Seat, SubscribeError, Subscriber, blame, checkpoint,
    reader,
};
use crate::back_off::{BackOff, RetryPolicy};
use crate::{Cursor, EventStore};

/// How long a batch may leave the database waiting before it counts as hung.
const LONGEST_SILENCE: &str = "4s";
/// How long a checkpoint may stand still, with events before it, until a node without the lease goes on
/// in the other's place: it may be alive and hang all the same.
const STANDSTILL: Duration = Duration::from_secs(4);
/// How often a batch with an event that can't be taken is tried as a whole: what fails may pass.
const WHOLE_TRIES: u32 = 3;

/// A subscriber on this node. Clones begin where the database says it is.
#[derive(Clone)]
pub(super) struct Runner {
    pub(super) store: EventStore,
    pub(super) subscriber: Arc<dyn Subscriber>,
    pub(super) progress: Progress,
    pub(super) head: watch::Receiver<Head>,
    pub(super) leases: watch::Receiver<BTreeSet<Seat>>,
    pub(super) options: DaemonOptions,
}

/// What a runner knows of its subscriber.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The checkpoint, as the database has it.
    checkpoint: Cursor,
    /// Up to where nothing more is to be taken, at or beyond it; and what is parked.
    standing: CheckpointState,
}

/// How things stand between rounds.
#[derive(Debug)]
struct Run {
    /// Unknown at first and after a failure.
    place: Option<Place>,
    /// Pauses after rounds in a row that failed.
    back_off: BackOff,
    /// Rounds in a row that failed for an event's sake.
    poisoned: u32,
    /// Another node has the lease but does not move.
    in_place_of_another: bool,
    /// How the next batch is read.
    way: Way,
    /// How large it is at most.
    pace: Pace,
    /// What was read already while the database took the batch before.
    ahead: Option<Batch>,
}

impl Place {
    fn at_checkpoint(standing: CheckpointState) -> Self {
        Self {
            checkpoint: standing.at,
            standing,
        }
    }

    /// There is nothing to take up to `at`.
    fn passed_over(self, at: Cursor) -> Self {
        let standing = CheckpointState {
            at,
            ..self.standing
        };
        Self { standing, ..self }
    }
}

impl Runner {
    /// Runs until the watcher of the log's end is gone.
    pub(super) async fn run(mut self) {
        let seat = Seat::of(&*self.subscriber);
        let types: Types = stored_types(self.subscriber.event_types()).into();
        let mut run = Run::new(Pace::of(self.options.batch, LIVE));
        loop {
            match self.round(&seat, &types, &mut run).await {
                Ok(place) => {
                    run.back_off.reset();
                    run.poisoned = 0;
                    run.place = Some(place);
                    self.progress.stands(self.subscriber.name(), place.standing);
                    if !self.wait_for_more(place.standing.at).await {
                        return;
                    }
                }
                Err(error) => {
                    run.failed(&error);
                    self.report(&error, run.back_off.attempts() + 1);
                    // Its attempts do not end.
                    let _ = run.back_off.pause().await;
                }
            }
            if self.head.has_changed().is_err() {
                return;
            }
        }
    }

    async fn round(
        &self,
        seat: &Seat,
        types: &Types,
        run: &mut Run,
    ) -> Result<Place, SubscribeError> {
        let place = match run.place {
            Some(place) => place,
            None => self.open(seat).await?,
        };
        let head = self.head.borrow().clone();
        if head.at <= place.standing.at {
            return Ok(place);
        }
        if !self.leads(seat) && !run.in_place_of_another {
            return self.follow(seat, types, place, (head.at, run)).await;
        }
        let ahead = run.ahead.take();
        let batch = match ahead.filter(|batch| batch.after == place.standing.at) {
            Some(batch) => batch,
            None => {
                self.new_events(types, (place.standing.at, run), &head)
                    .await?
            }
        };
        if batch.reading.events.is_empty() {
            return Ok(place.passed_over(batch.next));
        }
        match self
            .take_and_read_on(seat, types, batch, (place, &head), run)
            .await?
        {
            Taken::Moved(standing) => Ok(Place::at_checkpoint(standing)),
            Taken::Elsewhere => {
                run.in_place_of_another = false;
                let _ = BackOff::with(RetryPolicy::TAKEN, 128).pause().await;
                self.open(seat).await
            }
        }
    }

    /// Takes a batch. Behind a full one there is more: it is read and opened while the database works.
    async fn take_and_read_on(
        &self,
        seat: &Seat,
        types: &Types,
        batch: Batch,
        (place, head): (Place, &Head),
        run: &mut Run,
    ) -> Result<Taken, SubscribeError> {
        let Batch {
            reading,
            next,
            full,
            ..
        } = batch;
        run.way = Way::after((place.standing.at, next), reading.events.len());
        let more = full && next < head.at;
        let taking = self.take(seat, reading, (place.checkpoint, next), run.manner());
        if !more {
            return taking.await;
        }
        // On its own: what it opens need not wait for what is sealed meanwhile.
        let mut reading_on = JoinSet::new();
        reading_on.spawn(self.question(types, (next, run), head).answer());
        let begun = Instant::now();
        let taken = taking.await?;
        run.pace.took(begun.elapsed());
        // Whoever waits for it need not wait for the next batch to be read.
        if let Taken::Moved(standing) = taken {
            self.progress.stands(self.subscriber.name(), standing);
        }
        // If that failed, it is read again, and then whoever waits for it is told.
        let ahead = reading_on.join_next().await;
        run.ahead = ahead.and_then(Result::ok).and_then(Result::ok);
        Ok(taken)
    }

    /// Another node takes what there is: waits until it has, or until it is this node's turn.
    async fn follow(
        &self,
        seat: &Seat,
        types: &Types,
        place: Place,
        (head, run): (Cursor, &mut Run),
    ) -> Result<Place, SubscribeError> {
        let at = place.standing.at;
        if !reader::any(self.store.pool(), (at, head), types).await? {
            return Ok(place.passed_over(head));
        }
        let since = Instant::now();
        let mut back_off = BackOff::with(RetryPolicy::TAKEN, 128);
        loop {
            let stored = self.open(seat).await?;
            if stored.checkpoint > at || self.leads(seat) {
                return Ok(stored);
            }
            if since.elapsed() >= STANDSTILL {
                tracing::warn!(
                    subscriber.name = seat.name,
                    "The node that runs a subscriber does not move it; this one does."
                );
                run.in_place_of_another = true;
                return Ok(stored);
            }
            let _ = back_off.pause().await;
            if self.head.has_changed().is_err() {
                return Ok(stored);
            }
        }
    }

    fn leads(&self, seat: &Seat) -> bool {
        self.leases.borrow().contains(seat)
    }

    /// The next batch after `at`.
    async fn new_events(
        &self,
        types: &Types,
        (at, run): (Cursor, &Run),
        head: &Head,
    ) -> Result<Batch, SubscribeError> {
        if let Some(tail) = head.tail.as_ref().filter(|tail| tail.after == at) {
            return Ok(Batch::of_tail(tail, head.at, types));
        }
        self.question(types, (at, run), head).answer().await
    }

    fn question(&self, types: &Types, (at, run): (Cursor, &Run), head: &Head) -> Question {
        Question {
            store: self.store.clone(),
            way: run.way,
            stretch: (at, head.at),
            types: types.clone(),
            metadata: self.subscriber.wants_metadata(),
            limit: run.pace.size(),
        }
    }

    /// Takes a batch in a transaction of its own.
    ///
    /// The commit does not wait for the disk: after a crash the batch and its checkpoint are gone
    /// together, and the batch is read again.
    #[instrument(
        name = "subscriber.batch",
        level = "debug",
        skip_all,
        fields(subscriber.name = seat.name, batch.events = size(&reading))
    )]
    async fn take(
        &self,
        seat: &Seat,
        reading: Reading,
        (at, next): (Cursor, Cursor),
        manner: Manner,
    ) -> Result<Taken, SubscribeError> {
        let lost = SubscribeError::Checkpoint;
        let taker = Taker {
            subscriber: &*self.subscriber,
            seat,
            upcasters: self.store.upcasters(),
        };
        let mut connection = self.store.pool().acquire().await.map_err(lost)?;
        let outcome = take_on(&mut connection, taker, reading, (at, next), manner).await;
        if matches!(&outcome, Err(SubscribeError::Apply(error)) if blame::is_of_an_old_plan(error))
        {
            // It would say so for ever. The next try has a new one.
            drop(connection.detach());
        }
        outcome
    }

    /// Where the checkpoint is, which is made if there is none.
    async fn open(&self, seat: &Seat) -> Result<Place, SubscribeError> {
        let lost = SubscribeError::Checkpoint;
        let mut connection = self.store.pool().acquire().await.map_err(lost)?;
        let standing = checkpoint::open(&mut connection, seat).await;
        standing.map(Place::at_checkpoint).map_err(lost)
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

impl Run {
    fn new(pace: Pace) -> Self {
        Self {
            place: None,
            back_off: BackOff::with(RetryPolicy::TASK, 128),
            poisoned: 0,
            in_place_of_another: false,
            way: Way::default(),
            pace,
            ahead: None,
        }
    }

    fn failed(&mut self, error: &SubscribeError) {
        self.place = None;
        self.ahead = None;
        self.pace.reset();
        match error {
            SubscribeError::Apply(error) if blame::is_of_the_event(error) => self.poisoned += 1,
            _ => self.poisoned = 0,
        }
    }

    fn manner(&self) -> Manner {
        if self.poisoned < WHOLE_TRIES {
            Manner::Whole
        } else {
            Manner::OneByOne
        }
    }
}

async fn take_on(
    connection: &mut PgConnection,
    taker: Taker<'_>,
    reading: Reading,
    between: (Cursor, Cursor),
    manner: Manner,
) -> Result<Taken, SubscribeError> {
    let lost = SubscribeError::Checkpoint;
    let mut tx = connection.begin().await.map_err(lost)?;
    begin_batch(&mut tx).await.map_err(lost)?;
    let outcome = taker.take(&mut tx, reading, between, manner).await?;
    tx.commit().await.map_err(lost)?;
    Ok(outcome)
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
fn size(reading: &Reading) -> i64 {
    i64::try_from(reading.events.len()).unwrap_or(i64::MAX)
}
