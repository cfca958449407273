//! An error of one command in the middle of a shared batch is told to that command alone.

use std::time::{Duration, Instant};

use event_store::{Append, AppendError, Appended, EventStore};
use sqlx::Connection as _;
use tokio::task::JoinSet;

use super::fixture::{LettingEvent, Log, id, log, metadata, stream};

/// How many share the batch.
const COMMANDS: u128 = 20;
/// The one in the middle that fails.
const CULPRIT: u128 = 10;
/// Keeps both writers busy, so that the others gather.
const SLOW: [u128; 2] = [501, 502];

async fn one(store: &EventStore, letting: u128, event: LettingEvent) -> Append {
    Append {
        streams: vec![stream(store, letting, vec![event]).await.unwrap()],
        basis: Vec::new(),
        metadata: metadata(letting),
        idempotency: None,
    }
}

/// A log in which each event of the culprit raises an error with this code, and each `settled` is slow.
async fn log_with(code: &str) -> Log {
    let log = log().await;
    let culprit = id(CULPRIT);
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
           when (new.aggregate_id = '{culprit}') execute function plant()"
    );
    sqlx::raw_sql(&sql).execute(&log.pool).await.unwrap();
    log
}

/// What each command of one shared batch was told, the culprit's first.
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
        let batches = log.store.figures().batches;
        running.spawn(async move { (slow, store.append(&append).await) });
        // Each writer takes one of them.
        while log.store.figures().batches == batches {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let before = log.store.figures();
    for (letting, append) in appends {
        let store = log.store.clone();
        running.spawn(async move { (letting, store.append(&append).await) });
    }
    let mut culprits = None;
    let mut others = Vec::new();
    for (letting, told) in running.join_all().await {
        if letting == CULPRIT {
            culprits = Some(told);
        } else {
            others.push(told);
        }
    }
    let after = log.store.figures();
    assert_eq!(after.batches - before.batches, 1, "they shared no batch");
    (culprits.unwrap(), others)
}

async fn the_culprit_alone_fails(code: &str) -> AppendError {
    let log = log_with(code).await;
    let begun = Instant::now();
    let (culprits, others) = shared(&log).await;
    for told in others {
        told.unwrap_or_else(|error| panic!("{code}: a neighbour was told {error:?}"));
    }
    assert!(begun.elapsed() < Duration::from_secs(8), "{code}");
    let count = "select count(*) from events where event_type = 'letting.stepped'";
    let stepped = i64::try_from(COMMANDS - 1).unwrap();
    assert_eq!(log.count(count).await, stepped, "{code}");
    // And it goes on: the writers are not stuck, nothing wrong was cached.
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    culprits.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_the_database_cannot_take_in() {
    for code in ["22001", "22012", "22P05"] {
        let told = the_culprit_alone_fails(code).await;
        assert!(matches!(told, AppendError::Store(_)), "{code}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn violated_constraints() {
    for code in ["23514", "23P01"] {
        let told = the_culprit_alone_fails(code).await;
        assert!(
            matches!(&told, AppendError::Refused { constraint } if constraint == code),
            "{code}: {told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_that_have_to_give_way_for_ever() {
    for code in ["40001", "40P01", "55P03"] {
        let told = the_culprit_alone_fails(code).await;
        assert!(matches!(told, AppendError::Busy(_)), "{code}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exhausted_resources_cancellations_and_faults() {
    for code in [
        "53100", "53200", "57014", "58030", "XX000", "P0001", "42501",
    ] {
        let told = the_culprit_alone_fails(code).await;
        assert!(matches!(told, AppendError::Store(_)), "{code}: {told:?}");
    }
}

/// A process that imports a history was stopped in the middle, and its transaction holds the key of the
/// stream.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_import_holds_up_only_what_it_has_locked() {
    // No class of its own is planted: the trigger raises for no event of theirs.
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
    .bind(id(CULPRIT).to_string())
    .execute(&mut *stopped)
    .await
    .unwrap();
    let begun = Instant::now();
    let (culprits, others) = shared(&log).await;
    for told in others {
        told.unwrap();
    }
    assert!(
        matches!(culprits, Err(AppendError::Busy(_))),
        "{culprits:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(8));
    stopped.rollback().await.unwrap();
    log.append(CULPRIT, vec![LettingEvent::Stepped])
        .await
        .unwrap();
}
