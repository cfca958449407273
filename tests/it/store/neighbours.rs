//! An error of one command of a batch is reported to that command alone.

use std::time::{Duration, Instant};

use event_store::{Append, AppendError, Appended, EventStore};
use sqlx::Connection as _;
use tokio::task::JoinSet;

use super::fixture::{LettingEvent, Log, id, log, metadata, stream};

/// Number of commands in the batch.
const COMMANDS: u128 = 20;
/// The command that fails.
const FAILING: u128 = 10;
/// Commands that occupy both writers, so that the others share a batch.
const SLOW: [u128; 2] = [501, 502];

async fn one(store: &EventStore, letting: u128, event: LettingEvent) -> Append {
    Append {
        streams: vec![stream(store, letting, vec![event]).await.unwrap()],
        depends_on: Vec::new(),
        metadata: metadata(letting),
        idempotency: None,
    }
}

/// A log in which events of the failing command raise an error with this code, and `settled` is slow.
async fn log_with(code: &str) -> Log {
    let log = log().await;
    let failing = id(FAILING);
    let sql = format!(
        "create function take_a_while() returns trigger language plpgsql as $$
         begin
           perform pg_sleep(1);
           return new;
         end $$;
         create trigger slow before insert on events for each row
           when (new.event_type = 'letting.settled') execute function take_a_while();
         create function plant() returns trigger language plpgsql as $$
         begin
           raise exception 'planted' using errcode = '{code}';
         end $$;
         create trigger planted before insert on events for each row
           when (new.aggregate_id = '{failing}') execute function plant()"
    );
    sqlx::raw_sql(&sql).execute(&log.pool).await.unwrap();
    log
}

/// The outcomes of the commands of one batch, that of the failing one first.
async fn shared(
    log: &Log,
) -> (
    Result<Appended, AppendError>,
    Vec<Result<Appended, AppendError>>,
) {
    let mut appends = Vec::new();
    for letting in 1..=COMMANDS {
        appends.push((
            letting,
            one(&log.store, letting, LettingEvent::Stepped).await,
        ));
    }
    let mut running = JoinSet::new();
    for slow in SLOW {
        let append = one(&log.store, slow, LettingEvent::Settled).await;
        let store = log.store.clone();
        let batches = log.store.stats().batches;
        running.spawn(async move { (slow, store.append(&append).await) });
        // Each writer takes one of these commands.
        while log.store.stats().batches == batches {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let before = log.store.stats();
    for (letting, append) in appends {
        let store = log.store.clone();
        running.spawn(async move { (letting, store.append(&append).await) });
    }
    let mut failings = None;
    let mut others = Vec::new();
    for (letting, told) in running.join_all().await {
        if letting == FAILING {
            failings = Some(told);
        } else {
            others.push(told);
        }
    }
    let after = log.store.stats();
    assert_eq!(after.batches - before.batches, 1, "they shared no batch");
    (failings.unwrap(), others)
}

async fn only_one_command_fails(code: &str) -> AppendError {
    let log = log_with(code).await;
    let begun = Instant::now();
    let (failings, others) = shared(&log).await;
    for told in others {
        told.unwrap_or_else(|error| panic!("{code}: a neighbour was told {error:?}"));
    }
    assert!(begun.elapsed() < Duration::from_secs(8), "{code}");
    let count = "select count(*) from events where event_type = 'letting.stepped'";
    let stepped = i64::try_from(COMMANDS - 1).unwrap();
    assert_eq!(log.count(count).await, stepped, "{code}");
    // The writers go on, and the cache is right.
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    failings.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_values() {
    for code in ["22001", "22012", "22P05"] {
        let told = only_one_command_fails(code).await;
        assert!(matches!(told, AppendError::Store(_)), "{code}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn violated_constraints() {
    for code in ["23514", "23P01"] {
        let told = only_one_command_fails(code).await;
        assert!(
            matches!(&told, AppendError::Refused { constraint } if constraint == code),
            "{code}: {told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_that_always_have_conflicts() {
    for code in ["40001", "40P01", "55P03"] {
        let told = only_one_command_fails(code).await;
        assert!(matches!(told, AppendError::Busy(_)), "{code}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exhausted_resources_cancellations_and_faults() {
    for code in [
        "53100", "53200", "57014", "58030", "XX000", "P0001", "42501",
    ] {
        let told = only_one_command_fails(code).await;
        assert!(matches!(told, AppendError::Store(_)), "{code}: {told:?}");
    }
}

/// An importing process was stopped, and its transaction holds the key of the stream.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_import_blocks_only_the_keys_that_it_holds() {
    // The trigger raises for no event of this test.
    let log = log_with("P0001").await;
    sqlx::raw_sql("drop trigger planted on events")
        .execute(&log.pool)
        .await
        .unwrap();
    let mut import = sqlx::PgConnection::connect_with(&log.database.options())
        .await
        .unwrap();
    let mut stopped = import.begin().await.unwrap();
    sqlx::query(
        "insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         values (1, 'letting', $1, 1, 'letting.stepped', '1', '{}', '{}')",
    )
    .bind(id(FAILING).to_string())
    .execute(&mut *stopped)
    .await
    .unwrap();
    let begun = Instant::now();
    let (failings, others) = shared(&log).await;
    for told in others {
        told.unwrap();
    }
    assert!(
        matches!(failings, Err(AppendError::Busy(_))),
        "{failings:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(8));
    stopped.rollback().await.unwrap();
    log.append(FAILING, vec![LettingEvent::Stepped])
        .await
        .unwrap();
}
