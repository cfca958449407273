//! Database errors during batches: nothing is lost or half written, and writers recover.
//!
//! Killed sessions are in `interleavings.rs`; killed servers and programs in `http/crash.rs`.

use std::collections::BTreeSet;
use std::time::Duration;

use event_store::{Append, EventStore, ReadSet, TransactError};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::fixture::{Letting, LettingEvent, Log, Refused, id, log, metadata};

const TASKS: u128 = 8;
const EACH: u128 = 60;

/// Eight tasks append while the fault is switched on and off. Returns the acknowledged commands, and the number of
/// failed ones.
async fn write_through(log: &Log, come: &'static str, go: &'static str) -> (BTreeSet<Uuid>, usize) {
    let mut fault = JoinSet::new();
    fault.spawn(toggle_fault(log.database.pool(2).await.unwrap(), come, go));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let store = log.store.clone();
        tasks.spawn(async move {
            let mut told = Vec::new();
            for round in 0..EACH {
                told.push(command(&store, task << 32 | round).await);
                // The fault hits some of them on machines of any speed.
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            told
        });
    }
    let told: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    fault.abort_all();
    while fault.join_next().await.is_some() {}
    let pool = log.database.pool(1).await.unwrap();
    sqlx::raw_sql(go).execute(&pool).await.unwrap();
    let failed = told.iter().filter(|told| told.is_none()).count();
    (told.into_iter().flatten().collect(), failed)
}

async fn toggle_fault(pool: PgPool, come: &'static str, go: &'static str) {
    loop {
        sqlx::raw_sql(come).execute(&pool).await.unwrap();
        tokio::time::sleep(Duration::from_millis(15)).await;
        sqlx::raw_sql(go).execute(&pool).await.unwrap();
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}

/// Appends one event. Returns the command's id if it was acknowledged.
async fn command(store: &EventStore, number: u128) -> Option<Uuid> {
    let step = async |read: ReadSet| {
        let letting = read.load::<Letting>(id(500 + number % 3)).await?;
        let stepped = letting.decide(vec![LettingEvent::Stepped]).await?;
        Ok(Append {
            streams: vec![stepped.stream],
            depends_on: Vec::new(),
            metadata: metadata(number),
            idempotency: None,
        })
    };
    match store.transact(step).await {
        Ok(_) => Some(id(number)),
        Err(TransactError::Append(_) | TransactError::Load(_)) => None,
        Err(TransactError::Refused(Refused)) => panic!("no rule forbids a step"),
    }
}

async fn the_log_has_what_was_acknowledged(log: &Log, acknowledged: &BTreeSet<Uuid>) {
    let pool = log.database.pool(1).await.unwrap();
    let commands: Vec<String> = sqlx::query_scalar("select metadata ->> 'commandId' from events")
        .fetch_all(&pool)
        .await
        .unwrap();
    let logged: BTreeSet<Uuid> = commands.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(logged.len(), commands.len(), "something is there twice");
    assert_eq!(logged, *acknowledged);
    let gaps: i64 = sqlx::query_scalar(
        "select count(*) from (
           select max(sequence) <> count(*) as gap from events group by aggregate_id
         ) s where gap",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(gaps, 0);
}

/// Commands may fail during the fault, and all succeed after it, without a restart.
async fn survives(come: &'static str, go: &'static str) {
    let log = log().await;
    let (mut acknowledged, failed) = write_through(&log, come, go).await;
    assert!(failed > 0, "the fault made no command fail");
    assert!(
        !acknowledged.is_empty(),
        "nothing went through between the faults"
    );
    the_log_has_what_was_acknowledged(&log, &acknowledged).await;
    for number in 1_000_000..1_000_010 {
        acknowledged.insert(
            command(&log.store, number)
                .await
                .expect("the fault is over"),
        );
    }
    the_log_has_what_was_acknowledged(&log, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_turns_read_only_costs_failures_and_no_events() {
    // The code and the message of a database that has become a standby.
    survives(
        "create or replace function refuse_writes() returns trigger language plpgsql as $$
         begin
           raise exception 'cannot execute INSERT in a read-only transaction' using errcode = '25006';
         end $$;
         create or replace trigger read_only before insert on events
           for each statement execute function refuse_writes()",
        "drop trigger if exists read_only on events",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_disk_that_runs_full_in_mid_batch_costs_failures_and_no_events() {
    // After the second row of a statement, like a full disk.
    survives(
        "create or replace function run_full() returns trigger language plpgsql as $$
         begin
           if (select count(*) from events where aggregate_id = new.aggregate_id) % 2 = 0 then
             raise exception 'could not extend file: No space left on device' using errcode = '53100';
           end if;
           return new;
         end $$;
         create or replace trigger disk_full before insert on events
           for each row execute function run_full()",
        "drop trigger if exists disk_full on events",
    )
    .await;
}
