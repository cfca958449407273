//! A log that lost its newest events while a node runs: no stream gets a gap, and a stream with a gap is a fault.

use event_store::{Append, AppendError, EventStore, LoadError, ReadSet, TransactError};
use sqlx::PgPool;

use super::fixture::{Letting, LettingEvent, Log, Refused, id, log, metadata, stream};

/// Deletes events, like a fail-over to a lagging standby.
async fn lose(pool: &PgPool, letting: u128, sequence: i64) {
    let sql = format!(
        "alter table events disable trigger all;
         delete from events where aggregate_id = '{}' and sequence = {sequence};
         alter table events enable trigger all",
        id(letting)
    );
    sqlx::raw_sql(&sql).execute(pool).await.unwrap();
}

async fn stepped_three_times() -> Log {
    let log = log().await;
    for _ in 0..3 {
        log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    }
    log
}

/// Appends a step. Returns the new version.
async fn step(store: &EventStore, command: u128) -> i64 {
    let counted = async |read: ReadSet| {
        let letting = read.load::<Letting>(id(1)).await?;
        let decided = letting
            .decide(vec![LettingEvent::Counted { before: 0 }])
            .await?;
        Ok::<_, TransactError<Refused>>(Append {
            streams: vec![decided.stream],
            depends_on: Vec::new(),
            metadata: metadata(command),
            idempotency: None,
        })
    };
    store.transact(counted).await.unwrap();
    let loaded = store.load::<Letting>(&id(1).to_string()).await.unwrap();
    assert_eq!(i64::from(loaded.aggregate().steps), loaded.version());
    loaded.version()
}

async fn sequences(log: &Log) -> Vec<i64> {
    sqlx::query_scalar("select sequence from events where aggregate_id = $1 order by 1")
        .bind(id(1).to_string())
        .fetch_all(&log.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_command_on_a_cached_state_that_the_log_has_lost_leaves_no_gap() {
    let log = stepped_three_times().await;
    assert_eq!(log.store.cached(), 1);
    lose(&log.pool, 1, 3).await;
    // The first command has a conflict, and is decided again on the log.
    assert_eq!(step(&log.store, 10).await, 3);
    assert_eq!(step(&log.store, 11).await, 4);
    assert_eq!(sequences(&log).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn an_append_after_a_lost_event_is_a_conflict_alone_and_in_a_batch() {
    let log = stepped_three_times().await;
    let store = &log.store;
    let late = stream(store, 1, vec![LettingEvent::Stepped]).await.unwrap();
    lose(&log.pool, 1, 3).await;
    let append = |streams| Append {
        streams,
        depends_on: Vec::new(),
        metadata: metadata(20),
        idempotency: None,
    };
    let alone = store.append(&append(vec![late.clone()])).await;
    assert!(matches!(alone, Err(AppendError::Conflict)), "{alone:?}");
    // The same in round two: other commands of the batch claim one room.
    let room = super::fixture::let_room(7, 8, 10);
    let first = append(vec![stream(store, 2, vec![room.clone()]).await.unwrap()]);
    let second = append(vec![stream(store, 3, vec![room]).await.unwrap()]);
    let late = append(vec![late]);
    let (first, second, late) = tokio::join!(
        store.append(&first),
        store.append(&second),
        store.append(&late)
    );
    assert!(matches!(late, Err(AppendError::Conflict)), "{late:?}");
    assert!(first.is_ok() != second.is_ok());
    assert_eq!(sequences(&log).await, [1, 2]);
}

#[tokio::test]
async fn a_load_from_the_log_replaces_a_newer_cached_state() {
    let log = stepped_three_times().await;
    lose(&log.pool, 1, 3).await;
    let letting = id(1).to_string();
    let fresh = log.store.load_from_log::<Letting>(&letting).await.unwrap();
    assert_eq!(fresh.version(), 2);
    let cached = log.store.load::<Letting>(&letting).await.unwrap();
    assert_eq!(cached.version(), 2);
}

#[tokio::test]
async fn a_new_connection_of_a_writer_empties_the_cache() {
    let log = stepped_three_times().await;
    let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                  and query like '-- Round%'";
    assert!(log.count(kill).await > 0);
    lose(&log.pool, 1, 3).await;
    // A command of another stream makes the writer connect again.
    log.append(2, vec![LettingEvent::Stepped]).await.unwrap();
    let loaded = log.store.load::<Letting>(&id(1).to_string()).await;
    assert_eq!(loaded.unwrap().version(), 2);
}

#[tokio::test]
async fn a_stream_with_a_gap_is_a_fault_that_names_it() {
    let log = stepped_three_times().await;
    for (sequence, expected, found) in [(2, 2, 3), (1, 1, 3)] {
        lose(&log.pool, 1, sequence).await;
        let loaded = log.store.load_from_log::<Letting>(&id(1).to_string()).await;
        let Err(LoadError::Gap {
            aggregate_id,
            expected: first_missing,
            found: next,
            ..
        }) = loaded
        else {
            panic!("expected a gap, got {loaded:?}");
        };
        assert_eq!(aggregate_id, id(1).to_string());
        assert_eq!((first_missing, next), (expected, found));
    }
}
