//! Long streams are loaded from a snapshot, and invalid snapshots are ignored.

use cqrs_es::Aggregate;
use event_store::{ClaimRules, EventStore, Sealing, Snapshots, StoreOptions, Upcasters};
use serde_json::Value;
use sqlx::PgPool;
use tests::database::Database;

use super::confidence::{Confided, Confidence, confide_to};
use super::fixture::id;
use super::sealed_log::{FIRST, eventually, masters};

/// A process that writes a snapshot every ten events, with the given schema version.
async fn process(database: &Database, schema_version: i32) -> EventStore {
    let pool = database.pool(8).await.unwrap();
    let sealing = Sealing::open(pool.clone(), masters(&[FIRST]))
        .await
        .unwrap();
    let options = StoreOptions {
        claim_rules: ClaimRules::none(),
        shared_dependencies: &[],
        sealing,
        upcasters: Upcasters::none(),
        snapshots: Snapshots::none().with::<Confidence>(10, schema_version),
    };
    EventStore::open_with(pool, options).await.unwrap()
}

/// A log with a snapshot at event 20 of 25, and a process with an empty cache.
async fn with_a_snapshot() -> (Database, EventStore) {
    let database = Database::create().await.unwrap();
    let writer = process(&database, 1).await;
    let pool = writer.pool().clone();
    for number in 0..25 {
        let secret = vec![Confided::secret(7, &format!("secret {number}"))];
        confide_to(&writer, 1, secret).await.unwrap();
        if number == 19 {
            eventually(async || snapshot(&pool).await.is_some_and(|kept| kept.0 == 20)).await;
        }
    }
    let reader = process(&database, 1).await;
    (database, reader)
}

/// The stored snapshot: its sequence, its schema version and its state.
async fn snapshot(pool: &PgPool) -> Option<(i64, i32, String)> {
    sqlx::query_as("select sequence, schema_version, state from snapshots")
        .fetch_optional(pool)
        .await
        .unwrap()
}

/// Makes all events before the snapshot unreadable.
async fn corrupt_events_before(pool: &PgPool, sequence: i64) {
    let sql = format!(
        "alter table events disable trigger all;
         update events set payload = '{{\"type\": \"Unheard\"}}' where sequence <= {sequence};
         alter table events enable trigger all"
    );
    sqlx::raw_sql(&sql).execute(pool).await.unwrap();
}

async fn loaded(store: &EventStore) -> Result<(i64, Vec<Option<String>>), event_store::LoadError> {
    let loaded = store
        .load_from_log::<Confidence>(&id(1).to_string())
        .await?;
    Ok((loaded.version(), loaded.aggregate().secrets.clone()))
}

fn all() -> Vec<Option<String>> {
    (0..25)
        .map(|number| Some(format!("secret {number}")))
        .collect()
}

#[tokio::test]
async fn events_before_a_snapshot_are_not_read() {
    let (_database, store) = with_a_snapshot().await;
    corrupt_events_before(store.pool(), 20).await;
    assert_eq!(loaded(&store).await.unwrap(), (25, all()));
}

#[tokio::test]
async fn a_stream_goes_on_after_its_snapshot() {
    let (_database, store) = with_a_snapshot().await;
    corrupt_events_before(store.pool(), 20).await;
    confide_to(&store, 1, vec![Confided::Kept]).await.unwrap();
    assert_eq!(loaded(&store).await.unwrap().0, 26);
}

#[tokio::test]
async fn a_snapshot_of_another_schema_version_is_ignored_and_replaced() {
    let (database, old) = with_a_snapshot().await;
    let store = process(&database, 2).await;
    assert_eq!(loaded(&store).await.unwrap(), (25, all()));
    let pool = store.pool();
    eventually(async || {
        snapshot(pool)
            .await
            .is_some_and(|kept| (kept.0, kept.1) == (25, 2))
    })
    .await;
    // The old program ignores the newer snapshot, and does not replace it.
    assert_eq!(loaded(&old).await.unwrap(), (25, all()));
    assert_eq!(snapshot(pool).await.unwrap().1, 2);
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_or_has_no_event_is_ignored() {
    let (_database, store) = with_a_snapshot().await;
    for sql in [
        "update snapshots set state = left(state, 10)",
        "update snapshots set state = 'nonsense'",
        "update snapshots set sequence = 26",
    ] {
        sqlx::raw_sql(sql).execute(store.pool()).await.unwrap();
        assert_eq!(loaded(&store).await.unwrap(), (25, all()), "{sql}");
    }
}

#[tokio::test]
async fn an_aggregate_without_snapshots_is_read_from_its_first_event() {
    let database = Database::create().await.unwrap();
    let pool = database.pool(8).await.unwrap();
    let store = EventStore::open(pool, ClaimRules::none(), Sealing::off())
        .await
        .unwrap();
    confide_to(&store, 1, vec![Confided::Kept; 30])
        .await
        .unwrap();
    assert_eq!(loaded(&store).await.unwrap().0, 30);
    assert_eq!(snapshot(store.pool()).await, None);
    assert_eq!(Confidence::TYPE, "confidence");
}

#[tokio::test]
async fn a_snapshot_is_equal_to_a_replay_of_all_events() {
    let (database, store) = with_a_snapshot().await;
    let from_snapshot = loaded(&store).await.unwrap();
    sqlx::raw_sql("delete from snapshots")
        .execute(store.pool())
        .await
        .unwrap();
    let replayed = loaded(&process(&database, 1).await).await.unwrap();
    assert_eq!(from_snapshot, replayed);
    let json: Value = serde_json::to_value(&replayed.1).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 25);
}
