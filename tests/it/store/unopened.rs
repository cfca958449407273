//! Events that can't be opened are parked like other poison events; events of a newer program are not.

use std::time::Duration;

use event_store::{
    ClaimRules, EventStore, MasterKeys, Sealing, Snapshots, StoreOptions, Upcasters,
};
use serde_json::json;
use sqlx::PgPool;

use super::confidence::confide;
use super::failing_subscriber::{FailingSubscriber, applied, parked, reached, run};
use super::fixture::id;
use super::sealed_log::{FIRST, Log, SECOND, eventually, log, masters, process};

const CONFIDED: [&str; 1] = ["confidence.confided"];

/// Confidence 1 has three secrets, the second of which was altered in the log; 2 has two.
async fn tampered() -> Log {
    let log = log().await;
    for secret in ["a", "b", "c"] {
        confide(&log.store, 1, 7, secret).await.unwrap();
    }
    for secret in ["d", "e"] {
        confide(&log.store, 2, 8, secret).await.unwrap();
    }
    let first = id(1);
    log.tamper(&format!(
        "update events set payload = jsonb_set(payload, '{{phi}}', to_jsonb(reverse(payload->>'phi')))
         where aggregate_id = '{first}' and sequence = 2"
    ))
    .await;
    log
}

#[tokio::test]
async fn an_event_that_was_altered_is_parked_with_its_aggregate() {
    let log = tampered().await;
    let subscriber = FailingSubscriber::new(&log.pool, &CONFIDED).await;
    let daemon = run(&log.store, &subscriber);
    reached(&daemon, log.store.head().await.unwrap()).await;
    daemon.stop().await;
    assert_eq!(applied(&log.pool, 1).await, [1]);
    assert_eq!(applied(&log.pool, 2).await, [1, 2]);
    let letter = parked(&log.store).await;
    assert_eq!(
        (letter.aggregate_id, letter.sequence),
        (id(1).to_string(), 2)
    );
    assert_eq!(letter.reason, "it is no sealed envelope of a known form");
}

/// A master key that another node uses already is missing here, which is no fault of an event.
#[tokio::test]
async fn without_its_master_key_a_node_waits_and_parks_nothing() {
    let log = log().await;
    confide(&log.store, 1, 7, "early").await.unwrap();
    let subscriber = FailingSubscriber::new(&log.pool, &CONFIDED).await;
    // This node was started before the rotation.
    let behind = process(&log.database, &[FIRST]).await;
    let ahead = process(&log.database, &[FIRST, SECOND]).await;
    confide(&ahead, 2, 9, "late").await.unwrap();
    let stuck = run(&behind, &subscriber);
    let checkpoints = "select count(*) from subscription_checkpoints";
    eventually(async || log.count(checkpoints).await == 1).await;

    // It keeps the lease, and the other node continues nevertheless.
    let daemon = run(&ahead, &subscriber);
    let head = log.store.head().await.unwrap();
    let progress = daemon.progress();
    let taken_over = progress.wait_for("failing", head, Duration::from_secs(12));
    assert_eq!(taken_over.await, Ok(()));
    daemon.stop().await;
    stuck.stop().await;
    assert_eq!(log.count("select count(*) from applied").await, 2);
    assert_eq!(log.count("select count(*) from dead_letters").await, 0);
}

fn version_1(event_type: &str) -> Option<&'static str> {
    CONFIDED.contains(&event_type).then_some("1")
}

fn version_2(event_type: &str) -> Option<&'static str> {
    CONFIDED.contains(&event_type).then_some("2")
}

async fn program(pool: &PgPool, upcasters: Upcasters) -> EventStore {
    let options = StoreOptions {
        claim_rules: ClaimRules::none(),
        shared_dependencies: &[],
        sealing: Sealing::open(pool.clone(), keys()).await.unwrap(),
        upcasters,
        snapshots: Snapshots::none(),
    };
    EventStore::open_with(pool.clone(), options).await.unwrap()
}

fn keys() -> MasterKeys {
    masters(&[FIRST])
}

/// During an upgrade the old program meets events of the new one.
#[tokio::test]
async fn an_event_of_a_newer_program_waits_for_it_and_is_not_parked() {
    use super::failing_subscriber::Failure::Unreadable;
    let log = log().await;
    sqlx::query(
        "insert into events
           (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         values (1, 'confidence', $1, 1, 'confidence.confided', '2', $2, '{}')",
    )
    .bind(id(1).to_string())
    .bind(json!({"type": "Secret", "whom": id(7)}))
    .execute(&log.pool)
    .await
    .unwrap();
    let head = log.store.head().await.unwrap();
    let subscriber = FailingSubscriber::new(&log.pool, &CONFIDED).await;
    subscriber.fails_at(1, 1, Unreadable, 6);
    let old = program(&log.pool, Upcasters::none().to(version_1)).await;
    let daemon = run(&old, &subscriber);
    eventually(async || *subscriber.failed.lock().unwrap() == 6).await;
    let succeeds = daemon.progress().position("failing") >= head;
    daemon.stop().await;
    assert!(!succeeds);
    assert_eq!(log.count("select count(*) from dead_letters").await, 0);

    let new = program(&log.pool, Upcasters::none().to(version_2)).await;
    let daemon = run(&new, &subscriber);
    reached(&daemon, head).await;
    daemon.stop().await;
    assert_eq!(applied(&log.pool, 1).await, [1]);
}
