//! Runs due timers: leases a timer, runs its handler, deletes it.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use event_store::report_outage;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use sqlx::{PgExecutor, PgPool};
use tokio::task::JoinSet;

use crate::Fault;
use crate::ports::Clock;

/// The length of a lease. A node that dies delays the timers that it had leased by so much.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// The longest run: a timer that takes longer has failed, and runs again. Well below the lease.
const LONGEST: Duration = Duration::from_secs(25);
/// The timers of a kind that run at once.
const AT_ONCE: usize = 16;
/// The pause after the first failure; it doubles up to the next.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// A timer that is run.
pub type Running = Pin<Box<dyn Future<Output = Result<TimerOutcome, Fault>> + Send>>;

/// Runs the timers of one kind.
pub trait TimerHandler: Send + Sync {
    /// The kind.
    fn kind(&self) -> &'static str;

    /// Runs a timer. It may have run before, so that running it twice must change nothing.
    ///
    /// # Errors
    /// A fault: the timer runs again, each time after a longer pause.
    fn run(self: Arc<Self>, key: String, tries: u32) -> Running;
}

/// The outcome of a timer that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerOutcome {
    /// Nothing is left to do.
    Done,
    /// It runs again at this time.
    At(DateTime<Utc>),
}

impl From<Option<DateTime<Utc>>> for TimerOutcome {
    fn from(at: Option<DateTime<Utc>>) -> Self {
        at.map_or(Self::Done, Self::At)
    }
}

/// A timer to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTimer {
    /// Its kind.
    pub kind: &'static str,
    /// Its key.
    pub key: String,
    /// Its time.
    pub due_at: DateTime<Utc>,
}

/// Sets timers. Each replaces an earlier one of its kind and key.
pub async fn set(executor: impl PgExecutor<'_>, timers: &[NewTimer]) -> Result<(), sqlx::Error> {
    let kinds: Vec<_> = timers.iter().map(|timer| timer.kind.to_owned()).collect();
    let keys: Vec<_> = timers.iter().map(|timer| timer.key.clone()).collect();
    let due_at: Vec<_> = timers.iter().map(|timer| timer.due_at).collect();
    sqlx::query!(
        r#"
        insert into timers (kind, key, due_at)
        select due.kind, due.key, due.due_at
        from unnest($1::text[], $2::text[], $3::timestamptz[]) as due (kind, key, due_at)
        on conflict (kind, key) do update
        set due_at = excluded.due_at, taken_until = null, tries = 0
        "#,
        &kinds,
        &keys,
        &due_at
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Starts a timer that then runs again and again: one of its kind and key that is set already stays as it is.
pub async fn start(executor: impl PgExecutor<'_>, timer: &NewTimer) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        insert into timers (kind, key, due_at)
        values ($1, $2, $3)
        on conflict (kind, key) do nothing
        "#,
        timer.kind,
        timer.key,
        timer.due_at
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Runs timers for ever, looking for due ones every `pause`. Each kind runs by itself: one that waits for a
/// gateway delays no other.
pub async fn run_timers(
    pool: PgPool,
    clock: Arc<dyn Clock>,
    handlers: Vec<Arc<dyn TimerHandler>>,
    pause: Duration,
) {
    let mut loops = JoinSet::new();
    for handler in handlers {
        let timers = Timers {
            pool: pool.clone(),
            clock: clock.clone(),
            handler,
        };
        loops.spawn(timers.run(pause));
    }
    while loops.join_next().await.is_some() {}
}

/// Timers of one kind.
pub struct Timers {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    handler: Arc<dyn TimerHandler>,
}

/// A timer that this node has leased.
struct Leased {
    key: String,
    tries: i32,
    /// The end of the lease.
    until: DateTime<Utc>,
}

impl Timers {
    /// Timers of the kind that `handler` runs.
    #[must_use]
    pub fn new(pool: PgPool, clock: Arc<dyn Clock>, handler: Arc<dyn TimerHandler>) -> Self {
        Self {
            pool,
            clock,
            handler,
        }
    }

    /// Runs timers as they become due. A slow one delays the others only once all places are taken.
    async fn run(self, pause: Duration) {
        let mut running = FuturesUnordered::new();
        loop {
            let places = AT_ONCE - running.len();
            let leased = self.lease(places).await.unwrap_or_else(|error| {
                if !report_outage(&error) {
                    tracing::error!(
                        timer.kind = self.handler.kind(),
                        error = &error as &dyn std::error::Error,
                        "Timers could not be run."
                    );
                }
                Vec::new()
            });
            // Every place was filled: there may be more.
            let more = leased.len() == places;
            running.extend(leased.into_iter().map(|timer| self.run_leased(timer)));
            let mut pause = pin!(tokio::time::sleep(pause));
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    Some(()) = running.next() => {
                        if more && running.len() <= AT_ONCE / 2 {
                            break;
                        }
                    }
                }
            }
        }
    }

    async fn run_leased(&self, timer: Leased) {
        if let Err(error) = self.run_one(&timer).await
            && !report_outage(&error)
        {
            // The lease runs out and another round tries again.
            tracing::error!(
                timer.kind = self.handler.kind(),
                timer.key = timer.key,
                error = &error as &dyn std::error::Error,
                "What became of a timer could not be written down."
            );
        }
    }

    async fn run_one(&self, timer: &Leased) -> Result<(), Fault> {
        let tries = timer.tries.unsigned_abs();
        let ran = tokio::time::timeout(LONGEST, self.handler.clone().run(timer.key.clone(), tries));
        let ran = ran
            .await
            .unwrap_or_else(|elapsed| Err(Fault::new("waiting for a timer", elapsed)));
        match ran {
            Ok(TimerOutcome::Done) => self.forget(timer).await,
            Ok(TimerOutcome::At(at)) => self.put_off(timer, at, 0).await,
            Err(error) => {
                if !report_outage(&error) {
                    tracing::error!(
                        timer.kind = self.handler.kind(),
                        timer.key = timer.key,
                        timer.tries = tries,
                        error = &error as &dyn std::error::Error,
                        "A timer could not be run; it will be again."
                    );
                }
                let at = self.clock.now() + pause_after(tries);
                let tries = timer.tries.saturating_add(1);
                self.put_off(timer, at, tries).await
            }
        }
    }

    /// Leases timers that are due now, at most so many.
    async fn lease(&self, most: usize) -> Result<Vec<Leased>, Fault> {
        let now = self.clock.now();
        let until = now + LEASE;
        sqlx::query_as!(
            Leased,
            r#"
            update timers
            set taken_until = $2
            where (kind, key) in (
              select kind, key
              from timers
              where kind = $1
                and due_at <= $3
                and (taken_until is null or taken_until <= $3)
              order by due_at
              limit $4
              for update skip locked
            )
            returning key, tries, taken_until as "until!"
            "#,
            self.handler.kind(),
            until,
            now,
            i64::try_from(most).unwrap_or(1)
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("leasing timers"))
    }

    /// Deletes a timer, unless it was set again meanwhile, which is another lease.
    async fn forget(&self, timer: &Leased) -> Result<(), Fault> {
        sqlx::query!(
            "delete from timers where kind = $1 and key = $2 and taken_until = $3",
            self.handler.kind(),
            timer.key,
            timer.until
        )
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("forgetting a timer that ran"))?;
        Ok(())
    }

    /// Sets another time, unless the timer was set again meanwhile, which is another lease.
    async fn put_off(&self, timer: &Leased, at: DateTime<Utc>, tries: i32) -> Result<(), Fault> {
        sqlx::query!(
            r#"
            update timers
            set due_at = $4, tries = $5, taken_until = null
            where kind = $1 and key = $2 and taken_until = $3
            "#,
            self.handler.kind(),
            timer.key,
            timer.until,
            at,
            tries
        )
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("putting off a timer"))?;
        Ok(())
    }
}

fn pause_after(tries: u32) -> TimeDelta {
    FIRST_PAUSE
        .checked_mul(2_i32.saturating_pow(tries.min(12)))
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = [0, 1, 2, 9, 10, 31, u32::MAX].map(|tries| pause_after(tries).num_seconds());
        assert_eq!(pauses, [1, 2, 4, 512, 600, 600, 600]);
    }
}
