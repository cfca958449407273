//! A subscriber that fails at given events, and a table of the applied ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_store::{
    Cursor, Daemon, DaemonOptions, DeadLetter, EventStore, RecordedEvent, Subscriber,
    SubscriberError,
};
use serde::de::Error as _;
use sqlx::{PgConnection, PgPool};

use super::fixture::id;
use super::sealed_log::eventually;

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The database raises an exception.
    Raised,
    /// The event is reported as unreadable.
    Unreadable,
    /// A transient error.
    Transient,
}

/// Failures by aggregate and sequence, each with its remaining number.
type Failures = BTreeMap<(String, i64), (Failure, u32)>;

/// Fails at given events, a given number of times.
#[derive(Clone, Default)]
pub struct FailingSubscriber {
    types: Vec<&'static str>,
    failing: Arc<Mutex<Failures>>,
    /// Number of failed calls.
    pub failed: Arc<Mutex<u32>>,
}

impl FailingSubscriber {
    pub async fn new(pool: &PgPool, types: &[&'static str]) -> Self {
        sqlx::raw_sql(
            "create table applied (number bigserial, aggregate_id text, sequence bigint,
               primary key (aggregate_id, sequence))",
        )
        .execute(pool)
        .await
        .unwrap();
        Self {
            types: types.to_vec(),
            ..Self::default()
        }
    }

    pub fn fails_at(&self, aggregate: u128, sequence: i64, failure: Failure, times: u32) {
        let mut failing = self.failing.lock().unwrap();
        failing.insert((id(aggregate).to_string(), sequence), (failure, times));
    }

    pub fn stop_failing(&self) {
        self.failing.lock().unwrap().clear();
    }

    fn failure_at(&self, event: &RecordedEvent) -> Option<Failure> {
        let mut failing = self.failing.lock().unwrap();
        let key = (event.aggregate_id.clone(), event.sequence);
        let (failure, times) = failing.get_mut(&key)?;
        *times = times.checked_sub(1)?;
        *self.failed.lock().unwrap() += 1;
        Some(*failure)
    }
}

#[async_trait]
impl Subscriber for FailingSubscriber {
    fn name(&self) -> &'static str {
        "failing"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        self.types.clone()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        for event in events {
            sqlx::query("insert into applied (aggregate_id, sequence) values ($1, $2)")
                .bind(&event.aggregate_id)
                .bind(event.sequence)
                .execute(&mut *connection)
                .await?;
            match self.failure_at(event) {
                None => {}
                Some(Failure::Raised) => {
                    sqlx::query("do $$ begin raise 'no'; end $$")
                        .execute(&mut *connection)
                        .await?;
                }
                Some(Failure::Unreadable) => {
                    let error = serde_json::Error::custom("Asha Rao");
                    return Err(SubscriberError::unreadable(event, error));
                }
                Some(Failure::Transient) => return Err(sqlx::Error::PoolTimedOut.into()),
            }
        }
        Ok(())
    }
}

pub fn run(store: &EventStore, subscriber: &FailingSubscriber) -> Daemon {
    let subscriber = Arc::new(subscriber.clone());
    Daemon::start(store, vec![subscriber], DaemonOptions::default())
}

/// Waits until the subscriber has reached `cursor`.
pub async fn reached(daemon: &Daemon, cursor: Cursor) {
    eventually(async || daemon.progress().position("failing") >= cursor).await;
}

/// The sequences of an aggregate's events in the order in which they were applied.
pub async fn applied(pool: &PgPool, aggregate: u128) -> Vec<i64> {
    sqlx::query_scalar("select sequence from applied where aggregate_id = $1 order by number")
        .bind(id(aggregate).to_string())
        .fetch_all(pool)
        .await
        .unwrap()
}

/// The only parked aggregate.
pub async fn parked(store: &EventStore) -> DeadLetter {
    let mut letters = store.dead_letters().await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}
