//! The loop of one subscriber: read the next batch, apply it and move the checkpoint, or follow the node that
//! does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::instrument;

use super::batch::{ApplyMode, BatchApplier, BatchOutcome, EventBatch};
use super::batch_size::{AdaptiveBatchSize, LIVE};
use super::checkpoint::{self, CheckpointKey, CheckpointState};
use super::error::SubscribeError;
use super::fetch::{FetchRequest, FetchedBatch, Types};
use super::horizon::{DaemonOptions, Head};
use super::progress::Progress;
use super::scan_strategy::ScanStrategy;
use super::subscriber::Subscriber;
use super::{poison, reader};
use crate::back_off::{BackOff, RetryPolicy};
use crate::cursor::CursorRange;
use crate::outage::report_outage;
use crate::{Cursor, EventStore};

/// Time that a checkpoint may stand still, with events after it, until a node without the lease continues: the
/// holder of the lease may hang.
const STANDSTILL: Duration = Duration::from_secs(4);
/// Number of attempts to apply a batch with a poison event as a whole: the error may be transient.
const WHOLE_ATTEMPTS: u32 = 3;

/// A subscriber on this node. Clones start at the stored checkpoint.
#[derive(Clone)]
pub(super) struct Runner {
    pub(super) store: EventStore,
    pub(super) subscriber: Arc<dyn Subscriber>,
    pub(super) key: CheckpointKey,
    pub(super) types: Types,
    pub(super) progress: Progress,
    pub(super) head: watch::Receiver<Head>,
    pub(super) leases: watch::Receiver<BTreeSet<CheckpointKey>>,
    pub(super) options: DaemonOptions,
}

/// The position of a subscriber.
#[derive(Debug, Clone, Copy)]
struct Position {
    /// The stored checkpoint.
    checkpoint: Cursor,
    /// The state, at or after the checkpoint: no event in between is for the subscriber.
    state: CheckpointState,
}

/// The state of a runner between rounds.
#[derive(Debug)]
struct RunState {
    /// `None` at first and after a failure.
    position: Option<Position>,
    /// Pauses after failed rounds.
    back_off: BackOff,
    /// Number of consecutive rounds that failed by a poison event.
    poisoned: u32,
    /// True if another node has the lease but does not move the checkpoint.
    ignores_lease: bool,
    strategy: ScanStrategy,
    batch_size: AdaptiveBatchSize,
    /// The next batch, which was read while the previous one was applied.
    prefetched: Option<FetchedBatch>,
}

impl Position {
    fn from_checkpoint(state: CheckpointState) -> Self {
        Self {
            checkpoint: state.at,
            state,
        }
    }

    /// The position after skipping all events up to `at`.
    fn skipped_to(self, at: Cursor) -> Self {
        let state = CheckpointState { at, ..self.state };
        Self { state, ..self }
    }
}

impl Runner {
    /// Runs until the horizon watcher has ended.
    pub(super) async fn run(mut self) {
        let mut run = RunState::new(self.options.batch);
        loop {
            match self.round(&mut run).await {
                Ok(position) => {
                    run.back_off.reset();
                    run.poisoned = 0;
                    run.position = Some(position);
                    let state = position.state;
                    self.progress.set(self.subscriber.name(), state);
                    if !self.wait_for_events(state.at).await {
                        return;
                    }
                }
                Err(error) => {
                    run.failed(&error);
                    self.report(&error, run.back_off.attempts() + 1);
                    // The attempts of this policy are unlimited.
                    let _ = run.back_off.pause().await;
                }
            }
            if self.head.has_changed().is_err() {
                return;
            }
        }
    }

    async fn round(&self, run: &mut RunState) -> Result<Position, SubscribeError> {
        let position = match run.position {
            Some(position) => position,
            None => self.load_position().await?,
        };
        let at = position.state.at;
        let head = self.head.borrow().clone();
        if head.at <= at {
            return Ok(position);
        }
        if !self.has_lease() && !run.ignores_lease {
            return self.follow(position, head.at, run).await;
        }
        let prefetched = run.prefetched.take();
        let fetched = match prefetched.filter(|fetched| fetched.range.after == at) {
            Some(fetched) => fetched,
            None => self.fetch(at, &head, run).await?,
        };
        if fetched.batch.events.is_empty() {
            return Ok(position.skipped_to(fetched.range.to));
        }
        let checkpoint = position.checkpoint;
        match self
            .apply_and_prefetch(fetched, checkpoint, head.at, run)
            .await?
        {
            BatchOutcome::Applied(state) => Ok(Position::from_checkpoint(state)),
            BatchOutcome::Fenced => {
                run.ignores_lease = false;
                let _ = BackOff::with(RetryPolicy::TAKEN, 128).pause().await;
                self.load_position().await
            }
        }
    }

    /// Applies a batch. After a full one, the next batch is read and opened concurrently.
    async fn apply_and_prefetch(
        &self,
        fetched: FetchedBatch,
        checkpoint: Cursor,
        head: Cursor,
        run: &mut RunState,
    ) -> Result<BatchOutcome, SubscribeError> {
        let FetchedBatch { batch, range, full } = fetched;
        run.strategy = ScanStrategy::after_batch(range, batch.events.len());
        let next = range.to;
        let range = CursorRange::new(checkpoint, next);
        let applying = self.apply(batch, range, run.apply_mode());
        if !full || next >= head {
            return applying.await;
        }
        // A task of its own: decryption runs in parallel to the encryption of rows.
        let mut prefetch = JoinSet::new();
        prefetch.spawn(self.fetch_request(next, head, run).fetch());
        let started = Instant::now();
        let outcome = applying.await?;
        run.batch_size.record(started.elapsed());
        // Before the next batch is read: clients wait for this position.
        if let BatchOutcome::Applied(state) = outcome {
            self.progress.set(self.subscriber.name(), state);
        }
        // After an error the batch is read again, and that error is reported.
        let prefetched = prefetch.join_next().await;
        run.prefetched = prefetched.and_then(Result::ok).and_then(Result::ok);
        Ok(outcome)
    }

    /// Waits until the node with the lease has moved the checkpoint, or until this node may do it.
    async fn follow(
        &self,
        position: Position,
        head: Cursor,
        run: &mut RunState,
    ) -> Result<Position, SubscribeError> {
        let at = position.state.at;
        let range = CursorRange::new(at, head);
        if !reader::contains_any(self.store.pool(), range, &self.types).await? {
            return Ok(position.skipped_to(head));
        }
        let since = Instant::now();
        let mut back_off = BackOff::with(RetryPolicy::TAKEN, 128);
        loop {
            let stored = self.load_position().await?;
            if stored.checkpoint > at || self.has_lease() {
                return Ok(stored);
            }
            if since.elapsed() >= STANDSTILL {
                tracing::warn!(
                    subscriber.name = self.key.name,
                    "The node that runs a subscriber does not move it; this one does."
                );
                run.ignores_lease = true;
                return Ok(stored);
            }
            let _ = back_off.pause().await;
            if self.head.has_changed().is_err() {
                return Ok(stored);
            }
        }
    }

    fn has_lease(&self) -> bool {
        self.leases.borrow().contains(&self.key)
    }

    /// The next batch after `at`.
    async fn fetch(
        &self,
        at: Cursor,
        head: &Head,
        run: &RunState,
    ) -> Result<FetchedBatch, SubscribeError> {
        if let Some(tail) = head.tail.as_ref().filter(|tail| tail.after == at) {
            return Ok(FetchedBatch::from_tail(tail, head.at, &self.types));
        }
        self.fetch_request(at, head.at, run).fetch().await
    }

    fn fetch_request(&self, at: Cursor, head: Cursor, run: &RunState) -> FetchRequest {
        FetchRequest {
            store: self.store.clone(),
            strategy: run.strategy,
            range: CursorRange::new(at, head),
            types: self.types.clone(),
            metadata: self.subscriber.wants_metadata(),
            limit: run.batch_size.get(),
        }
    }

    /// Applies a batch in a transaction of its own.
    ///
    /// The commit does not wait for the disk: after a crash the batch and its checkpoint are lost
    /// together, and the batch is read again.
    #[instrument(
        name = "subscriber.batch",
        level = "debug",
        skip_all,
        fields(subscriber.name = self.key.name, batch.events = size(&batch))
    )]
    async fn apply(
        &self,
        batch: EventBatch,
        range: CursorRange,
        mode: ApplyMode,
    ) -> Result<BatchOutcome, SubscribeError> {
        let applier = BatchApplier {
            subscriber: &*self.subscriber,
            key: &self.key,
            upcasters: self.store.upcasters(),
        };
        let connection = self.store.pool().acquire().await;
        let mut connection = connection.map_err(SubscribeError::Checkpoint)?;
        let outcome = applier
            .apply_in_transaction(&mut connection, batch, range, mode)
            .await;
        if matches!(&outcome, Err(SubscribeError::Apply(error)) if poison::is_stale_plan(error)) {
            // All its attempts would fail. The next one uses a new connection.
            drop(connection.detach());
        }
        outcome
    }

    /// Reads the checkpoint, which is created if there is none.
    async fn load_position(&self) -> Result<Position, SubscribeError> {
        let failed = SubscribeError::Checkpoint;
        let mut connection = self.store.pool().acquire().await.map_err(failed)?;
        let state = checkpoint::open(&mut connection, &self.key).await;
        state.map(Position::from_checkpoint).map_err(failed)
    }

    /// Waits for events after `at`. `false` when the daemon stops.
    async fn wait_for_events(&mut self, at: Cursor) -> bool {
        self.head.wait_for(|head| head.at > at).await.is_ok()
    }

    fn report(&self, error: &SubscribeError, failures: u32) {
        if report_outage(error) {
            return;
        }
        tracing::error!(
            subscriber.name = self.subscriber.name(),
            subscriber.failures = failures,
            error = error as &dyn std::error::Error,
            "A subscriber could not go on; it will try again."
        );
    }
}

impl RunState {
    fn new(batch: i64) -> Self {
        Self {
            position: None,
            back_off: BackOff::with(RetryPolicy::TASK, 128),
            poisoned: 0,
            ignores_lease: false,
            strategy: ScanStrategy::default(),
            batch_size: AdaptiveBatchSize::new(batch, LIVE),
            prefetched: None,
        }
    }

    fn failed(&mut self, error: &SubscribeError) {
        self.position = None;
        self.prefetched = None;
        self.batch_size.reset();
        match error {
            SubscribeError::Apply(error) if poison::is_poison_event(error) => self.poisoned += 1,
            _ => self.poisoned = 0,
        }
    }

    fn apply_mode(&self) -> ApplyMode {
        if self.poisoned < WHOLE_ATTEMPTS {
            ApplyMode::Whole
        } else {
            ApplyMode::OneByOne
        }
    }
}

/// A signed integer, because OpenTelemetry has no unsigned ones.
fn size(batch: &EventBatch) -> i64 {
    i64::try_from(batch.events.len()).unwrap_or(i64::MAX)
}
