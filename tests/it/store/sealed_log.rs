//! A sealed log, and other processes on its database.

use std::time::Duration;

use event_store::{
    EventStore, LoadError, MasterKeys, OpenSealingError, SealError, SealFault, Sealing,
};
use sqlx::PgPool;
use tests::database::Database;

use super::confidence::{Confidence, claim_rules, confide};
use super::fixture::id;

pub const FIRST: &str = "1:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";
pub const SECOND: &str = "2:b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";
pub const OTHER_FIRST: &str = "1:c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3";

pub fn masters(keys: &[&str]) -> MasterKeys {
    MasterKeys::parse(&keys.join(",")).unwrap()
}

pub struct Log {
    pub store: EventStore,
    pub pool: PgPool,
    pub database: Database,
}

/// A second process on the same database.
pub async fn process(database: &Database, keys: &[&str]) -> EventStore {
    let pool = database.pool(8).await.unwrap();
    let sealing = Sealing::open(pool.clone(), masters(keys)).await.unwrap();
    EventStore::open(pool, claim_rules(), sealing)
        .await
        .unwrap()
}

pub async fn log() -> Log {
    let database = Database::create().await.unwrap();
    let store = process(&database, &[FIRST]).await;
    Log {
        pool: store.pool().clone(),
        store,
        database,
    }
}

impl Log {
    pub async fn sealing(&self, keys: &[&str]) -> Result<Sealing, OpenSealingError> {
        Sealing::open(self.pool.clone(), masters(keys)).await
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Rewrites an event, which no program may do.
    pub async fn tamper(&self, sql: &str) {
        let sql = format!(
            "alter table events disable trigger all; {sql}; alter table events enable trigger all"
        );
        sqlx::raw_sql(&sql).execute(&self.pool).await.unwrap();
    }
}

pub async fn secrets(store: &EventStore, confidence: u128) -> Vec<Option<String>> {
    // From the log: this aggregate keeps what is personal in its state, and a cached state is not erased.
    let loaded = store
        .load_from_log::<Confidence>(&id(confidence).to_string())
        .await;
    loaded.unwrap().aggregate().secrets.clone()
}

pub async fn fault(store: &EventStore, confidence: u128) -> (String, SealFault) {
    let loaded = store
        .load_from_log::<Confidence>(&id(confidence).to_string())
        .await;
    match loaded.unwrap_err() {
        LoadError::Seal(SealError::Fault { location, fault }) => (location, fault),
        other => panic!("expected a fault of the seal, got {other:?}"),
    }
}

pub fn one_secret(text: &str) -> Vec<Option<String>> {
    vec![Some(text.to_owned())]
}

pub async fn eventually(mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came to pass");
}

pub async fn confide_many(log: &Log, persons: u128) {
    for person in 0..persons {
        confide(&log.store, 100 + person, 100 + person, &person.to_string())
            .await
            .unwrap();
    }
}
