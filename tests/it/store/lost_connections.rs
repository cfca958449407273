//! Connections that are cut during a batch, while the server goes on with it: no command gets a wrong outcome.

use std::time::Duration;

use event_store::{Append, AppendError, EventStore};
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::fixture::{LettingEvent, Log, id, let_room, log, metadata, open, stream};
use super::proxy::Proxy;

/// A log whose store connects through a proxy, and in which events of one type are slow.
async fn behind_a_proxy() -> (Log, Proxy, EventStore) {
    let log = log().await;
    sqlx::raw_sql(
        "create function take_a_while() returns trigger language plpgsql as $$
         begin
           perform pg_sleep(0.4);
           return new;
         end $$;
         create trigger slow before insert on events for each row
           when (new.event_type = 'letting.stepped') execute function take_a_while()",
    )
    .execute(&log.pool)
    .await
    .unwrap();
    let proxy = Proxy::start(&log.database);
    let store = open(proxy.pool(10).await).await;
    (log, proxy, store)
}

async fn one(store: &EventStore, letting: u128, event: LettingEvent, command: u128) -> Append {
    Append {
        streams: vec![stream(store, letting, vec![event]).await.unwrap()],
        depends_on: Vec::new(),
        metadata: metadata(command),
        idempotency: None,
    }
}

/// Waits until the database executes the statement of a writer.
async fn a_batch_is_sent(pool: &PgPool, statements: i64) {
    let sql = "select count(*) from pg_stat_activity
               where datname = current_database() and state = 'active' and query like '-- Round%'";
    for _ in 0..2_000 {
        let active: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
        if active >= statements {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("no batch was sent");
}

async fn commands_of(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select metadata ->> 'commandId' from events order by position")
        .fetch_all(pool)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_alone_in_the_batch_after_its_predecessor_gets_the_outcome_of_the_log() {
    let (log, proxy, store) = behind_a_proxy().await;
    let first = one(&store, 1, LettingEvent::Stepped, 1).await;
    let mut running = JoinSet::new();
    let writing = store.clone();
    running.spawn(async move { writing.append(&first).await });
    a_batch_is_sent(&log.pool, 1).await;
    // Decided on the pending state of the first one, and sent alone in the next batch.
    let second = one(&store, 1, LettingEvent::Stepped, 2).await;
    assert_eq!(second.streams[0].expected_version, 1);
    let writing = store.clone();
    let mut behind = JoinSet::new();
    behind.spawn(async move { writing.append(&second).await });
    running.join_next().await.unwrap().unwrap().unwrap();
    a_batch_is_sent(&log.pool, 1).await;
    proxy.cut();
    let told = behind.join_next().await.unwrap().unwrap();
    told.unwrap();
    let expected = [1, 2].map(|command| id(command).to_string());
    assert_eq!(commands_of(&log.pool).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_command_of_a_batch_that_was_cut_is_in_the_log_once() {
    let (log, proxy, store) = behind_a_proxy().await;
    let mut running = JoinSet::new();
    for command in 1..=60_u128 {
        // Some are slow, and some depend on others.
        let event = if command.is_multiple_of(20) {
            LettingEvent::Stepped
        } else {
            LettingEvent::Counted { before: 0 }
        };
        let append = one(&store, 100 + command % 30, event, command).await;
        let store = store.clone();
        running.spawn(async move { (command, store.append(&append).await) });
        tokio::task::yield_now().await;
    }
    for _ in 0..3 {
        a_batch_is_sent(&log.pool, 1).await;
        proxy.cut();
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    let mut acknowledged = Vec::new();
    for (command, told) in running.join_all().await {
        match told {
            Ok(_) => acknowledged.push(id(command).to_string()),
            // A conflict: another command of the stream was faster. It is not in the log.
            Err(AppendError::Overtaken) => {}
            Err(error) => panic!("{command}: {error:?}"),
        }
    }
    let mut logged = commands_of(&log.pool).await;
    logged.sort();
    acknowledged.sort();
    assert!(acknowledged.len() >= 30);
    assert_eq!(logged, acknowledged);
}

/// In round two some commands are in the log, and some were refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refusal_is_reported_also_if_its_connection_was_cut() {
    let (log, proxy, store) = behind_a_proxy().await;
    log.append(900, vec![let_room(7, 8, 10)]).await.unwrap();
    let mut running = JoinSet::new();
    for command in 1..=10_u128 {
        let event = match command {
            5 => let_room(7, 9, 10),
            7 => LettingEvent::Stepped,
            _ => let_room(command, 100 + command, 20),
        };
        let append = one(&store, command, event, command).await;
        let store = store.clone();
        running.spawn(async move { (command, store.append(&append).await) });
    }
    for _ in 0..2 {
        a_batch_is_sent(&log.pool, 1).await;
        proxy.cut();
    }
    for (command, told) in running.join_all().await {
        match (command, told) {
            (5, Err(AppendError::Refused { constraint })) => {
                assert_eq!(constraint, "slot_claim_doctor_no_overlap");
            }
            (5, told) => panic!("the room is let: {told:?}"),
            (_, told) => drop(told.unwrap()),
        }
    }
    assert_eq!(commands_of(&log.pool).await.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_database_the_outcome_is_unknown_and_never_guessed() {
    let (log, proxy, store) = behind_a_proxy().await;
    let append = one(&store, 1, LettingEvent::Stepped, 1).await;
    let mut running = JoinSet::new();
    let writing = store.clone();
    running.spawn(async move { writing.append(&append).await });
    a_batch_is_sent(&log.pool, 1).await;
    proxy.cut();
    // The proxy has ended.
    drop(proxy);
    let told = running.join_next().await.unwrap().unwrap();
    assert!(
        matches!(told, Err(AppendError::OutcomeUnknown(_))),
        "{told:?}"
    );
}
