//! A subscriber that does not take everything, and a table of what it took.

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

/// How it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The database raises an exception.
    Raised,
    /// The event is not what it says.
    Unreadable,
    /// Something that has nothing to do with the event.
    Passing,
}

/// By aggregate and number: how, and how often from now on.
type Failures = BTreeMap<(String, i64), (Failure, u32)>;

/// Fails at given events of given aggregates, so and so often.
#[derive(Clone, Default)]
pub struct Picky {
    types: Vec<&'static str>,
    failing: Arc<Mutex<Failures>>,
    /// Calls that failed.
    pub failed: Arc<Mutex<u32>>,
}

impl Picky {
    pub async fn of(pool: &PgPool, types: &[&'static str]) -> Self {
        sqlx::raw_sql(
            "create table taken (number bigserial, aggregate_id text, sequence bigint,
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

    pub fn takes_everything(&self) {
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
impl Subscriber for Picky {
    fn name(&self) -> &'static str {
        "picky"
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
            sqlx::query("insert into taken (aggregate_id, sequence) values ($1, $2)")
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
                Some(Failure::Passing) => return Err(sqlx::Error::PoolTimedOut.into()),
            }
        }
        Ok(())
    }
}

pub fn run(store: &EventStore, picky: &Picky) -> Daemon {
    let subscriber = Arc::new(picky.clone());
    Daemon::start(store, vec![subscriber], DaemonOptions::default())
}

/// Until the subscriber stands at `cursor`.
pub async fn reached(daemon: &Daemon, cursor: Cursor) {
    eventually(async || daemon.progress().of("picky") >= cursor).await;
}

/// The numbers of an aggregate's events in the order in which they were taken.
pub async fn taken(pool: &PgPool, aggregate: u128) -> Vec<i64> {
    sqlx::query_scalar("select sequence from taken where aggregate_id = $1 order by number")
        .bind(id(aggregate).to_string())
        .fetch_all(pool)
        .await
        .unwrap()
}

/// The one aggregate that is parked.
pub async fn parked(store: &EventStore) -> DeadLetter {
    let mut letters = store.dead_letters().await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}
