//! Catching up: one read of the log for all copies that are rebuilt together, and a transaction for each copy
//! and batch.

use std::time::{Duration, Instant};

use sqlx::PgConnection;

use super::error::RebuildError;
use super::follower::{Follower, LogSegment};
use super::operator::{Operator, RebuildFrom};
use crate::cursor::CursorRange;
use crate::subscribe::{
    AdaptiveBatchSize, EventFilter, REBUILD, ScanStrategy, contains_any, distinct_types, read,
    safe_head,
};
use crate::{Cursor, EventStore, StoreError, Subscriber as _};

/// Number of events of the first batch.
const FIRST_BATCH: i64 = 500;
/// Maximum number of events that are counted before a rebuild; beyond it, their number is estimated.
const COUNT_LIMIT: i64 = 20_000;

/// Called after each batch with the number of processed events and their total.
pub type OnProgress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// The result of a rebuild: copies that have caught up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Their position.
    pub at: Cursor,
    /// Number of events that were read for them.
    pub events: u64,
}

impl Operator {
    /// Builds copies of the read models from the log, or continues with existing ones, until they have caught
    /// up.
    ///
    /// # Errors
    /// After any error, applied batches are kept, and a repeated call continues from there.
    pub async fn rebuild(
        &mut self,
        from: RebuildFrom,
        on_progress: OnProgress<'_>,
    ) -> Result<Rebuilt, RebuildError> {
        let mut followers = Vec::with_capacity(self.models.len());
        for model in self.models.clone() {
            let copy = self.open_copy(&*model, from).await?;
            followers.push(Follower::new(model, copy.at));
        }
        let mut events = 0;
        let total = estimate_remaining(&mut self.connection, &followers).await?;
        loop {
            let at = head(&self.store).await?;
            let mut passed = |batch| {
                events += batch;
                // The log grows meanwhile.
                on_progress(events, total.max(events));
            };
            let batches = follow(self, &mut followers, at, &mut passed).await?;
            // After a single batch the copies are close enough to the head.
            if batches <= 1 {
                return Ok(Rebuilt { at, events });
            }
        }
    }
}

/// Moves copies to `head` in batches. Returns the number of batches.
pub(super) async fn follow(
    operator: &mut Operator,
    followers: &mut [Follower],
    head: Cursor,
    passed: &mut (dyn FnMut(u64) + Send),
) -> Result<usize, RebuildError> {
    let behind = followers.iter().map(|follower| follower.at).min();
    let Some(from) = behind.filter(|from| *from < head) else {
        return Ok(0);
    };
    let types = types_of(followers);
    let filter = filter(followers, &types);
    let store = operator.store.clone();
    let mut batch_size = AdaptiveBatchSize::new(FIRST_BATCH, REBUILD);
    let mut range = CursorRange::new(from, head);
    let strategy = ScanStrategy::default();
    let first = read_segment(&store, filter, range, strategy, batch_size.get());
    let mut next = Some(first.await?);
    let mut batches = 0;
    while let Some(current) = next {
        let events = current.batch.events.len();
        let read = CursorRange::new(range.after, current.to);
        let strategy = ScanStrategy::after_batch(read, events);
        let limit = batch_size.get();
        range.after = current.to;
        // The next batch is read and opened while this one is applied.
        let reading = async {
            if range.after >= head {
                return Ok(None);
            }
            let segment = read_segment(&store, filter, range, strategy, limit);
            segment.await.map(Some)
        };
        let applying = apply_to_all(&store, &mut operator.connection, followers, &current);
        let (longest, read) = tokio::join!(applying, reading);
        batch_size.record(longest?);
        passed(events as u64);
        batches += 1;
        next = read?;
    }
    Ok(batches)
}

/// Moves a copy that is close to `to` up to it, in one batch. `false` if there are too many events.
pub(super) async fn finish(
    store: &EventStore,
    connection: &mut PgConnection,
    follower: &mut Follower,
    to: Cursor,
) -> Result<bool, RebuildError> {
    if follower.at >= to {
        return Ok(true);
    }
    let alone = std::slice::from_ref(&*follower);
    let types = types_of(alone);
    let filter = filter(alone, &types);
    let range = CursorRange::new(follower.at, to);
    let last = read_segment(store, filter, range, ScanStrategy::Sequential, FIRST_BATCH).await?;
    if last.to < to {
        return Ok(false);
    }
    follower.apply(store.upcasters(), connection, &last).await?;
    Ok(true)
}

/// Returns whether no event between `at` and the copy's position is for it: then both have the same content.
pub(super) async fn has_same_content(
    store: &EventStore,
    follower: &Follower,
    at: Cursor,
) -> Result<bool, RebuildError> {
    let range = CursorRange::new(at, follower.at);
    let any = contains_any(store.pool(), range, &follower.types()).await;
    Ok(!any.map_err(RebuildError::Log)?)
}

/// Applies a segment to all copies. Returns the duration of the slowest transaction.
async fn apply_to_all(
    store: &EventStore,
    connection: &mut PgConnection,
    followers: &mut [Follower],
    segment: &LogSegment,
) -> Result<Duration, RebuildError> {
    let mut longest = Duration::ZERO;
    for follower in followers {
        let started = Instant::now();
        follower
            .apply(store.upcasters(), connection, segment)
            .await?;
        longest = longest.max(started.elapsed());
    }
    Ok(longest)
}

async fn read_segment(
    store: &EventStore,
    filter: EventFilter<'_>,
    range: CursorRange,
    strategy: ScanStrategy,
    limit: i64,
) -> Result<LogSegment, RebuildError> {
    let read = read(store, strategy, range, filter, limit).await;
    let (batch, end) = read.map_err(RebuildError::Log)?;
    let to = end.unwrap_or(range.to);
    Ok(LogSegment { batch, to })
}

/// The end of the settled log.
pub(super) async fn head(store: &EventStore) -> Result<Cursor, RebuildError> {
    let head = safe_head(store.pool()).await;
    Ok(head.map_err(StoreError::doing("reading the end of the log"))?)
}

fn filter<'t>(followers: &[Follower], types: &'t [String]) -> EventFilter<'t> {
    let metadata = followers
        .iter()
        .any(|follower| follower.copy.wants_metadata());
    EventFilter { types, metadata }
}

fn types_of(followers: &[Follower]) -> Vec<String> {
    distinct_types(
        followers
            .iter()
            .flat_map(|follower| follower.types.iter().copied()),
    )
}

/// Number of events for the copies after the oldest of their positions: counted up to [`COUNT_LIMIT`], estimated
/// beyond. It is only shown as progress, and must be cheap on a log of any length.
async fn estimate_remaining(
    connection: &mut PgConnection,
    followers: &[Follower],
) -> Result<u64, RebuildError> {
    let from = followers.iter().map(|follower| follower.at).min();
    let from = from.unwrap_or(Cursor::START);
    let found = sqlx::query!(
        r#"
        select
          (
            select count(*)
            from (
              select
              from unnest($4::text[]) as kind (event_type)
              cross join lateral (
                select
                from events e
                where e.event_type = kind.event_type
                  and (e.epoch, e.transaction_id, e.position)
                    > (select $1::smallint, $2::text::xid8, $3::bigint)
                limit $5
              ) wanted
              limit $5
            ) counted
          ) as "counted!",
          (
            select coalesce(max(position), 0)
            from (
              select position
              from events
              order by epoch desc, transaction_id desc, position desc
              limit 1
            ) newest
          ) as "newest!"
        "#,
        from.epoch(),
        from.transaction_id(),
        from.position(),
        &types_of(followers),
        COUNT_LIMIT
    )
    .fetch_one(connection)
    .await;
    let found = found.map_err(StoreError::doing("estimating the number of events"))?;
    let remaining = if found.counted < COUNT_LIMIT {
        found.counted
    } else {
        // Positions count events of all types.
        (found.newest - from.position()).max(found.counted)
    };
    Ok(remaining.unsigned_abs())
}
