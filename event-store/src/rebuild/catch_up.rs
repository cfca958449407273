//! How copies follow the log: one read of it for all that are rebuilt together, and a transaction for each
//! of them and batch.

use std::time::{Duration, Instant};

use sqlx::PgConnection;

use super::error::RebuildError;
use super::follower::{Follower, Stretch};
use super::operator::Operator;
use crate::subscribe::{BESIDE, Pace, Wanted, Way, any, read, safe_head, stored_types};
use crate::{Cursor, EventStore, StoreError, Subscriber as _};

/// Events of the first batch.
const FIRST: i64 = 500;
/// Events that are counted before a rebuild begins; if there are more, their number is estimated.
const COUNTED: i64 = 20_000;

/// Told, after each batch, how many events have been passed of how many that there are to pass.
pub type Passed<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Copies that have caught up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Where they stand.
    pub at: Cursor,
    /// Events that were read for them.
    pub events: u64,
}

/// Goes on until the copies have caught up with the log.
pub(super) async fn rebuild(
    operator: &mut Operator,
    followers: &mut [Follower],
    passed: Passed<'_>,
) -> Result<Rebuilt, RebuildError> {
    let mut events = 0;
    let total = left(&mut operator.connection, followers).await?;
    loop {
        let at = head(&operator.store).await?;
        let mut tell = |batch| {
            events += batch;
            // The log grows meanwhile.
            passed(events, total.max(events));
        };
        let steps = follow(operator, followers, at, &mut tell).await?;
        // What took one batch was not worth another look.
        if steps <= 1 {
            return Ok(Rebuilt { at, events });
        }
    }
}

/// Brings copies to `head`, in small steps. Answers how many it took.
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
    let wanted = wanted(followers, &types);
    let store = operator.store.clone();
    let mut pace = Pace::of(FIRST, BESIDE);
    let first = stretch(&store, wanted, (from, head), (Way::default(), pace.size()));
    let (mut next, mut from) = (Some(first.await?), from);
    let mut steps = 0;
    while let Some(current) = next {
        let (to, limit) = (current.to, pace.size());
        let way = Way::after((from, to), current.reading.events.len());
        from = to;
        // The next batch is read and opened while the database takes this one.
        let reading = async {
            if to >= head {
                return Ok(None);
            }
            let behind = stretch(&store, wanted, (to, head), (way, limit));
            behind.await.map(Some)
        };
        let taking = take_all(&store, &mut operator.connection, followers, &current);
        let (longest, read) = tokio::join!(taking, reading);
        pace.took(longest?);
        passed(current.reading.events.len() as u64);
        steps += 1;
        next = read?;
    }
    Ok(steps)
}

/// The last few events up to `to`, for a copy that is close to it. `false` if they are not so few.
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
    let wanted = wanted(alone, &types);
    let last = stretch(store, wanted, (follower.at, to), (Way::Along, FIRST)).await?;
    if last.to < to {
        return Ok(false);
    }
    follower.take(store.upcasters(), connection, &last).await?;
    Ok(true)
}

/// Whether nothing between `at` and the copy's own position is for it: then both stand at the same place.
pub(super) async fn passed_over(
    store: &EventStore,
    follower: &Follower,
    at: Cursor,
) -> Result<bool, RebuildError> {
    let something = any(store.pool(), (at, follower.at), &follower.types()).await;
    Ok(!something.map_err(RebuildError::Log)?)
}

/// Answers how long the slowest of the transactions took.
async fn take_all(
    store: &EventStore,
    connection: &mut PgConnection,
    followers: &mut [Follower],
    stretch: &Stretch,
) -> Result<Duration, RebuildError> {
    let mut longest = Duration::ZERO;
    for follower in followers {
        let begun = Instant::now();
        follower
            .take(store.upcasters(), connection, stretch)
            .await?;
        longest = longest.max(begun.elapsed());
    }
    Ok(longest)
}

async fn stretch(
    store: &EventStore,
    wanted: Wanted<'_>,
    (after, head): (Cursor, Cursor),
    (way, limit): (Way, i64),
) -> Result<Stretch, RebuildError> {
    let reading = read(store, way, (after, head), wanted, limit).await;
    let (reading, end) = reading.map_err(RebuildError::Log)?;
    let to = end.unwrap_or(head);
    Ok(Stretch { reading, to })
}

/// The end of the log as far as it is settled.
pub(super) async fn head(store: &EventStore) -> Result<Cursor, RebuildError> {
    let head = safe_head(store.pool()).await;
    Ok(head.map_err(StoreError::doing("asking where the log ends"))?)
}

fn wanted<'w>(followers: &[Follower], types: &'w [String]) -> Wanted<'w> {
    let metadata = followers
        .iter()
        .any(|follower| follower.copy.wants_metadata());
    Wanted { types, metadata }
}

fn types_of(followers: &[Follower]) -> Vec<String> {
    stored_types(
        followers
            .iter()
            .flat_map(|follower| follower.types.iter().copied()),
    )
}

/// About how many events there are for copies behind the one that is farthest back: counted up to
/// [`COUNTED`], estimated beyond. It is for a progress figure only, and the log may be of any length.
async fn left(connection: &mut PgConnection, followers: &[Follower]) -> Result<u64, RebuildError> {
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
        COUNTED
    )
    .fetch_one(connection)
    .await;
    let found = found.map_err(StoreError::doing("estimating what is to be read"))?;
    let left = if found.counted < COUNTED {
        found.counted
    } else {
        // Positions count events of all types.
        (found.newest - from.position()).max(found.counted)
    };
    Ok(left.unsigned_abs())
}
