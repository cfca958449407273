//! Outages of the database: the errors that mean one, and what a node knows about it.
//!
//! Everything that uses the database fails during an outage, many times a second. So each place that would log an
//! error asks [`report_outage`] first, which writes one line a minute for the whole process.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::error::DatabaseError;

use crate::connection::takes_writes;

/// Time between two lines about one outage.
const INTERVAL: Duration = Duration::from_mins(1);
/// The SQLSTATE of a write to a database that is read-only: a standby, or one that was set so.
const READ_ONLY: &str = "25006";
/// SQLSTATE classes of a server that can't be reached, has no resources, or is starting or stopping.
const AWAY: [&str; 3] = ["08", "53", "57"];
/// Failed heartbeats in a row that are an outage.
const FAILURES: u32 = 2;
/// Time after an outage in which idle connections of the pool are tested.
const AFTERMATH: Duration = Duration::from_secs(5);

/// Returns whether the cause of an error is a database that can't be reached, is starting or stopping, or takes no
/// writes. A retry after a while helps.
#[must_use]
pub fn is_outage(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // Commands that shared a commit share its error.
        let shared = error
            .downcast_ref::<Arc<sqlx::Error>>()
            .map(|error| &**error);
        match error.downcast_ref::<sqlx::Error>().or(shared) {
            // A row that can't be decoded may have its cause in a key that can't be read.
            Some(sqlx::Error::Decode(inner)) => return is_outage(&**inner),
            Some(error) => return is_outage_of_store(error),
            None => cause = error.source(),
        }
    }
    false
}

fn is_outage_of_store(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code == READ_ONLY || AWAY.iter().any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

/// Returns whether the database refused a write because it takes none.
pub(crate) fn is_read_only(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some(READ_ONLY)
}

/// Returns whether the error is an outage of the database. That is logged here, once a minute for the whole
/// process; all other errors are the caller's to log.
pub fn report_outage(error: &(dyn Error + 'static)) -> bool {
    static LOGGED: Throttle = Throttle(Mutex::new(None));
    let outage = is_outage(error);
    if outage && LOGGED.is_due(Instant::now()) {
        tracing::warn!(
            error,
            "The database is away or takes no writes. Requests are answered with 503, and all else waits for it."
        );
    }
    outage
}

/// The time of the last line.
struct Throttle(Mutex<Option<Instant>>);

impl Throttle {
    fn is_due(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now.saturating_duration_since(last) >= INTERVAL);
        if due {
            *last = Some(now);
        }
        due
    }
}

/// Set while the heartbeat of this node sees an outage. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct OutageFlag(Arc<AtomicBool>);

impl OutageFlag {
    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, outage: bool) {
        self.0.store(outage, Ordering::Relaxed);
    }
}

/// The heartbeat's view of outages.
pub(crate) struct OutageWatch {
    pool: PgPool,
    flag: OutageFlag,
    /// Begin of the outage that lasts.
    since: Option<Instant>,
    /// Number of failed heartbeats in a row.
    failures: u32,
    /// End of the last one.
    ended: Option<Instant>,
}

impl OutageWatch {
    pub(crate) fn new(pool: PgPool, flag: OutageFlag) -> Self {
        Self {
            pool,
            flag,
            since: None,
            failures: 0,
            ended: None,
        }
    }

    /// Records a failed heartbeat. One session may have ended by itself; the next heartbeat opens another one.
    pub(crate) fn failed(&mut self, error: &sqlx::Error) {
        self.failures += 1;
        let repeated = self.failures >= FAILURES && is_outage_of_store(error);
        self.flag.set(repeated || is_read_only_session(error));
        self.since.get_or_insert_with(Instant::now);
    }

    /// Records a heartbeat of a database that takes writes. For a while after an outage, idle connections that are
    /// dead, or lead to a server that takes none, are taken out of the pool.
    pub(crate) async fn answered(&mut self) {
        self.flag.set(false);
        self.failures = 0;
        if let Some(since) = self.since.take() {
            self.ended = Some(Instant::now());
            tracing::info!(
                outage.seconds = since.elapsed().as_secs(),
                "The database answers again."
            );
        }
        if self.ended.is_some_and(|ended| ended.elapsed() < AFTERMATH) {
            drop_unusable(&self.pool).await;
        }
    }
}

/// Tests the idle connections of the pool, one after the other.
async fn drop_unusable(pool: &PgPool) {
    for _ in 0..pool.num_idle() {
        let Some(mut connection) = pool.try_acquire() else {
            return;
        };
        if takes_writes(&mut connection).await.is_err() {
            drop(connection.detach());
        }
    }
}

/// A session on a server that takes no writes.
pub(crate) fn read_only_session() -> sqlx::Error {
    let kind = std::io::ErrorKind::ReadOnlyFilesystem;
    sqlx::Error::Io(std::io::Error::new(kind, "the database takes no writes"))
}

fn is_read_only_session(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppendError, SealError, StoreError};

    fn lost() -> sqlx::Error {
        sqlx::Error::Io(std::io::Error::other("gone"))
    }

    #[test]
    fn an_outage_is_found_behind_other_errors() {
        let shared = AppendError::OutcomeUnknown(Arc::new(lost()));
        let read = StoreError::doing("reading")(lost());
        let sealed = sqlx::Error::from(SealError::from(sqlx::Error::PoolTimedOut));
        assert!(is_outage(&shared) && is_outage(&read) && is_outage(&sealed));
        assert!(is_outage(&read_only_session()));
    }

    #[test]
    fn other_errors_are_none() {
        let missing = StoreError::doing("reading")(sqlx::Error::RowNotFound);
        assert!(!is_outage(&missing) && !is_outage(&AppendError::Conflict));
        assert!(!report_outage(&missing));
    }

    #[tokio::test]
    async fn a_node_notices_a_read_only_database_at_once_and_a_lost_one_at_the_second_heartbeat() {
        let pool = PgPool::connect_lazy("postgres://localhost:1/nowhere").unwrap();
        let flag = OutageFlag::default();
        let mut watch = OutageWatch::new(pool, flag.clone());
        watch.failed(&lost());
        assert!(!flag.get());
        watch.failed(&lost());
        assert!(flag.get());
        watch.answered().await;
        assert!(!flag.get());
        watch.failed(&lost());
        assert!(!flag.get(), "the count begins anew");
        watch.failed(&read_only_session());
        assert!(flag.get());
    }

    #[test]
    fn one_line_a_minute_is_due() {
        let throttle = Throttle(Mutex::new(None));
        let start = Instant::now();
        let at = |seconds| throttle.is_due(start + Duration::from_secs(seconds));
        assert_eq!(
            [0, 1, 59, 60, 61, 119, 120].map(at),
            [true, false, false, true, false, false, true]
        );
    }
}
