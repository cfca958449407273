//! Subscribers miss no event, get none twice, and get each aggregate in order, with all kinds of writers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use event_store::{
    Append, AppendError, Daemon, DaemonOptions, EventStore, RecordedEvent, Subscriber,
    SubscriberError,
};
use sqlx::{PgConnection, PgPool};
use tokio::task::JoinSet;

use super::failing_subscriber::{FailingSubscriber, reached};
use super::fixture::{Letting, LettingEvent, Log, id, log, metadata, open};
use super::sealed_log::eventually;

const WRITERS: u32 = 12;
const EVENTS_PER_WRITER: i64 = 400;

/// Stores the events that it gets, in the transaction of its checkpoint.
pub struct Keeper;

#[async_trait]
impl Subscriber for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["letting.stepped"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        for event in events {
            sqlx::query("insert into kept (aggregate_id, sequence) values ($1, $2)")
                .bind(&event.aggregate_id)
                .bind(event.sequence)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

pub async fn keep_table(pool: &PgPool) {
    // No unique key: a duplicate must be visible, not fail.
    sqlx::raw_sql("create table kept (n bigint generated always as identity, aggregate_id text, sequence bigint)")
        .execute(pool)
        .await
        .unwrap();
}

/// A hostile writer: a transaction that appends, stays open, and then commits or not.
async fn hostile_write(
    pool: &PgPool,
    writer: u32,
    sequence: i64,
    hold: Duration,
    commit: bool,
) -> bool {
    let mut tx = pool.begin().await.unwrap();
    let written = sqlx::query(
        "insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         values (1, 'letting', $1, $2, 'letting.stepped', '1', '{\"type\": \"Stepped\"}', '{}')",
    )
    .bind(id(writer.into()).to_string())
    .bind(sequence)
    .execute(&mut *tx)
    .await
    .unwrap();
    assert_eq!(written.rows_affected(), 1);
    tokio::time::sleep(hold).await;
    if commit {
        tx.commit().await.unwrap();
    } else {
        tx.rollback().await.unwrap();
    }
    commit
}

/// A small seeded random number generator.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hostile_writers_two_nodes_and_a_restart_miss_nothing_and_repeat_nothing() {
    let log = log().await;
    keep_table(&log.pool).await;
    let writing = Arc::new(AtomicBool::new(true));
    let expected = Arc::new(Mutex::new(BTreeSet::new()));

    let mut writers = JoinSet::new();
    for writer in 1..=WRITERS {
        let (pool, expected) = (log.pool.clone(), expected.clone());
        let store = log.store.clone();
        writers.spawn(async move {
            let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(u64::from(writer));
            let mut sequence = 0_i64;
            while sequence < EVENTS_PER_WRITER {
                let roll = next(&mut random) % 100;
                let done = if roll < 60 {
                    step(&store, writer, sequence).await
                } else {
                    let hold = if roll < 62 {
                        100
                    } else {
                        next(&mut random) % 4
                    };
                    let commit = roll >= 64;
                    hostile_write(
                        &pool,
                        writer,
                        sequence + 1,
                        Duration::from_millis(hold),
                        commit,
                    )
                    .await
                };
                if done {
                    sequence += 1;
                    expected
                        .lock()
                        .unwrap()
                        .insert((id(writer.into()).to_string(), sequence));
                }
            }
        });
    }

    // Two nodes run the subscriber; one of them is restarted repeatedly.
    let steady_store = open(log.database.pool(5).await.unwrap()).await;
    let steady = Daemon::start(
        &steady_store,
        vec![Arc::new(Keeper)],
        DaemonOptions::default(),
    );
    let mut restarting = JoinSet::new();
    restarting.spawn({
        let (store, writing) = (log.store.clone(), writing.clone());
        async move {
            while writing.load(Ordering::Relaxed) {
                let daemon = Daemon::start(
                    &store,
                    vec![Arc::new(Keeper)],
                    DaemonOptions {
                        batch: 37,
                        ..DaemonOptions::default()
                    },
                );
                tokio::time::sleep(Duration::from_millis(120)).await;
                daemon.stop().await;
            }
        }
    });
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    writing.store(false, Ordering::Relaxed);
    restarting.join_next().await.unwrap().unwrap();
    let head = log.store.head().await.unwrap();
    steady
        .progress()
        .wait_for("keeper", head, Duration::from_secs(20))
        .await
        .unwrap();
    steady.stop().await;

    let kept: Vec<(String, i64)> =
        sqlx::query_as("select aggregate_id, sequence from kept order by n")
            .fetch_all(&log.pool)
            .await
            .unwrap();
    let expected = expected.lock().unwrap();
    let seen: BTreeSet<_> = kept.iter().cloned().collect();
    assert_eq!(
        expected.len(),
        usize::try_from(i64::from(WRITERS) * EVENTS_PER_WRITER).unwrap()
    );
    assert_eq!(expected.difference(&seen).count(), 0, "missed");
    assert_eq!(kept.len(), seen.len(), "twice");
    let mut last = BTreeMap::new();
    for (aggregate, sequence) in kept {
        let before = last.insert(aggregate, sequence).unwrap_or(0);
        assert_eq!(sequence, before + 1, "out of order");
    }
}

/// Appends one event with the store.
async fn step(store: &EventStore, letting: u32, version: i64) -> bool {
    let loaded = store
        .load_from_log::<Letting>(&id(letting.into()).to_string())
        .await
        .unwrap();
    assert_eq!(loaded.version(), version);
    let decided = loaded.decide(vec![LettingEvent::Stepped]).await.unwrap();
    let append = Append {
        streams: vec![decided.stream],
        depends_on: Vec::new(),
        metadata: metadata(u128::from(letting) << 64 | u128::from(version.unsigned_abs())),
        idempotency: None,
    };
    match store.append(&append).await {
        Ok(_) => true,
        Err(AppendError::Conflict | AppendError::Overtaken) => false,
        Err(error) => panic!("{error:?}"),
    }
}

/// Appends events of which one in forty is wanted, so that they are read by type.
async fn with_few_wanted(log: &Log, rounds: u32) {
    for round in 0..rounds {
        let letting = 1 + u128::from(round % 7);
        log.append(letting, vec![LettingEvent::Stepped; 40])
            .await
            .unwrap();
        let rare = if round % 3 == 0 {
            vec![LettingEvent::Settled, LettingEvent::Left]
        } else {
            vec![LettingEvent::Settled]
        };
        log.append(letting, rare).await.unwrap();
    }
}

/// Runs a subscriber to the head, six events at a time. It names a type twice, and gets each event once.
async fn run_to_head(log: &Log) {
    let types = ["letting.settled", "letting.left", "letting.settled"];
    let subscriber = FailingSubscriber::new(&log.pool, &types).await;
    let options = DaemonOptions {
        batch: 6,
        ..DaemonOptions::default()
    };
    let head = log.store.head().await.unwrap();
    let daemon = Daemon::start(&log.store, vec![Arc::new(subscriber)], options);
    reached(&daemon, head).await;
    daemon.stop().await;
}

#[tokio::test]
async fn a_reader_that_wants_few_events_gets_each_once_and_in_order() {
    let log = log().await;
    with_few_wanted(&log, 60).await;
    run_to_head(&log).await;
    let taken = "select aggregate_id || ' ' || sequence from applied order by number";
    let written = "select aggregate_id || ' ' || sequence from events
                   where event_type in ('letting.settled', 'letting.left')
                   order by epoch, transaction_id, position";
    let [taken, written] = [taken, written].map(|sql| sqlx::query_scalar::<_, String>(sql));
    let taken = taken.fetch_all(&log.pool).await.unwrap();
    assert_eq!(taken.len(), 80);
    assert_eq!(taken, written.fetch_all(&log.pool).await.unwrap());
}

/// The end of a growing log is never vacuumed. There, and where the planner expects few events after a cursor, the
/// estimated cost of a scan of the log is as low as that of a look-up by type.
#[tokio::test]
async fn a_reader_that_wants_few_events_does_not_read_the_others() {
    let log = log().await;
    with_few_wanted(&log, 150).await;
    let prepare = "alter table events set (autovacuum_enabled = false);
                   analyze events;
                   update pg_class set relallvisible = 0 where relname = 'events';";
    sqlx::raw_sql(prepare).execute(&log.pool).await.unwrap();
    let (log, before) = scanned_entries(log).await;
    run_to_head(&log).await;
    let (_, after) = scanned_entries(log).await;
    let read = after - before;
    // The head of the log, and the queries of leases and erasures.
    assert!(read < 1_500, "{read} entries of the log were read");
}

/// Number of entries that were read from the index of the log's order. Closes the log and opens it again.
async fn scanned_entries(log: Log) -> (Log, i64) {
    // Sessions report their statistics when they end.
    let sessions = "select array_agg(pid) from pg_stat_activity
                    where datname = current_database() and backend_type = 'client backend'";
    let sessions = sqlx::query_scalar::<_, Vec<i32>>(sessions);
    let sessions = sessions.fetch_one(&log.pool).await.unwrap();
    drop(log.store);
    log.pool.close().await;
    let database = log.database;
    let pool = database.pool(20).await.unwrap();
    let store = open(pool.clone()).await;
    let log = Log {
        store,
        pool,
        database,
    };
    let left = "select exists (select from pg_stat_activity where pid = any ($1))";
    eventually(async || {
        let left = sqlx::query_scalar::<_, bool>(left).bind(&sessions);
        !left.fetch_one(&log.pool).await.unwrap()
    })
    .await;
    let read = "select coalesce(sum(idx_tup_read), 0)::bigint from pg_stat_user_indexes
                where indexrelname = 'events_cursor'";
    let read = log.count(read).await;
    (log, read)
}
