//! `/readyz` reports the subscribers' lag and the process that holds the horizon, and stays 200 meanwhile.

use std::sync::Arc;

use adapters::jwt::JwtKeys;
use async_trait::async_trait;
use event_store::{Daemon, DaemonOptions, RecordedEvent, Subscriber, SubscriberError};
use serde_json::Value;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use tests::database::Database;

use super::scrape::Scrape;
use crate::support::{Client, Clinic, Server, all_read, eventually};

/// A response of `/readyz`.
struct Readiness(Value);

impl Readiness {
    async fn fetch(client: &Client) -> Self {
        Self(client.get("/readyz").expect(200).await.body)
    }

    fn holder(&self) -> Option<i64> {
        self.0["horizon"]["pid"].as_i64()
    }

    fn age(&self) -> f64 {
        self.0["horizon"]["ageSeconds"].as_f64().unwrap()
    }

    fn subscribers(&self) -> &Vec<Value> {
        self.0["subscribers"].as_array().unwrap()
    }

    /// Lag of the subscriber furthest behind, in events and seconds.
    fn worst(&self) -> (u64, f64) {
        let lag = |one: &Value| {
            let events = one["lagEvents"].as_u64().unwrap();
            (events, one["lagSeconds"].as_f64().unwrap())
        };
        let lags = self.subscribers().iter().map(lag);
        lags.fold((0, 0.0), |worst, lag| {
            (worst.0.max(lag.0), worst.1.max(lag.1))
        })
    }
}

/// A transaction that writes and stays open, and the process that it runs in.
async fn hold(pool: &PgPool) -> (Transaction<'static, Postgres>, i64) {
    let mut held = pool.begin().await.unwrap();
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid() from pg_current_xact_id()")
        .fetch_one(&mut *held)
        .await
        .unwrap();
    (held, pid.into())
}

/// Books three visits while a transaction of `pool` is open: every subscriber is behind, both endpoints
/// report by how much and name the process, and nothing is behind once it has ended.
async fn a_held_horizon_is_reported_until_it_is_released(clinic: &Clinic, pool: &PgPool) {
    let anonymous = clinic.anonymous();
    all_read(anonymous).await;
    let (held, pid) = hold(pool).await;
    for number in 0..3 {
        clinic.book(&clinic.patient(), number).expect(201).await;
    }
    // Other tests write in this cluster as well; ours outlives them.
    let mut told = Vec::new();
    eventually("the lag grows under its name", async || {
        let (ready, scrape) = (
            Readiness::fetch(anonymous).await,
            Scrape::fetch(anonymous).await,
        );
        let named = scrape.get("caresync_log_horizon_holder_pid") == Some(pid);
        if named && ready.holder() == Some(pid) {
            told.push((ready, scrape));
        }
        told.len() > 10
    })
    .await;
    for (ready, scrape) in &told {
        let lags = scrape.family("caresync_subscriber_lag_events");
        assert_eq!(lags.len(), ready.subscribers().len());
        assert!(lags.iter().all(|lag| *lag >= 3), "{}", scrape.text);
        let (events, seconds) = ready.worst();
        assert!(events >= 3 && seconds > 0.0, "{}", ready.0);
        let behind = |one: &Value| one["caughtUp"] == false;
        assert!(ready.subscribers().iter().all(behind), "{}", ready.0);
    }
    let ages: Vec<_> = told.iter().map(|(ready, _)| ready.age()).collect();
    let seconds: Vec<_> = told.iter().map(|(ready, _)| ready.worst().1).collect();
    assert!(ages.is_sorted() && ages[0] < ages[10], "{ages:?}");
    assert!(
        seconds.is_sorted() && seconds[0] < seconds[10],
        "{seconds:?}"
    );

    held.rollback().await.unwrap();
    all_read(anonymous).await;
    let (ready, scrape) = (
        Readiness::fetch(anonymous).await,
        Scrape::fetch(anonymous).await,
    );
    assert_eq!(ready.worst(), (0, 0.0), "{}", ready.0);
    assert_ne!(ready.holder(), Some(pid));
    let lags = scrape.family("caresync_subscriber_lag_events");
    assert!(lags.iter().all(|lag| *lag == 0), "{lags:?}");
}

#[tokio::test]
async fn a_long_write_transaction_in_the_same_database_is_reported_until_it_ends() {
    let clinic = Clinic::open().await;
    a_held_horizon_is_reported_until_it_is_released(&clinic, &clinic.pool).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_long_write_transaction_in_another_database_is_reported_until_it_ends() {
    let clinic = Clinic::open().await;
    let elsewhere = Database::create().await.unwrap();
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_with(elsewhere.options()).await.unwrap();
    a_held_horizon_is_reported_until_it_is_released(&clinic, &pool).await;
    clinic.close().await;
}

/// A read-only transaction of any length delays no subscriber.
#[tokio::test]
async fn a_long_read_only_transaction_does_not_hold_the_horizon() {
    let clinic = Clinic::open().await;
    let mut report = clinic.pool.begin().await.unwrap();
    let repeatable = "set transaction isolation level repeatable read, read only";
    sqlx::query(repeatable).execute(&mut *report).await.unwrap();
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid() from events limit 1")
        .fetch_one(&mut *report)
        .await
        .unwrap();
    clinic.book(&clinic.patient(), 0).expect(201).await;
    all_read(clinic.anonymous()).await;
    let ready = Readiness::fetch(clinic.anonymous()).await;
    assert_ne!(ready.holder(), Some(pid.into()), "{}", ready.0);
    report.commit().await.unwrap();
    clinic.close().await;
}

#[tokio::test]
async fn without_a_database_a_node_is_not_ready_and_reports_no_lag() {
    let mut server = Server::start(&JwtKeys::generate().unwrap()).await;
    let ready = Readiness::fetch(&server.client).await;
    assert_eq!(ready.0["database"], true);
    let subscribers = ready.subscribers().len();
    server.lose_database();
    // A probe's answer is a report, not a problem.
    let probe = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/readyz", server.client.host());
    let mut away = Value::Null;
    eventually("the node says that it is not ready", async || {
        let answer = probe.get(&url).send().await.unwrap();
        let ready = answer.status();
        away = answer.json().await.unwrap();
        ready == 503 && away["database"] == false
    })
    .await;
    let no = Value::from(false);
    assert_eq!((&away["ready"], &away["database"]), (&no, &no));
    assert_eq!((away.get("head"), away.get("horizon")), (None, None));
    let states = away["subscribers"].as_array().unwrap();
    assert_eq!(states.len(), subscribers);
    for state in states {
        assert_eq!(state["caughtUp"], false);
        assert_eq!(state.get("lagEvents"), None);
        assert_eq!(state.get("lagSeconds"), None);
        assert_eq!(state.get("parkedAggregates"), None);
    }
    server.kill();
}

/// A subscriber with a bug.
struct Panicking;

#[async_trait]
impl Subscriber for Panicking {
    fn name(&self) -> &'static str {
        "panicking"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["appointment.booked"]
    }

    async fn apply(
        &self,
        _: &[RecordedEvent],
        _: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        panic!("a planted panic")
    }
}

#[tokio::test]
async fn a_task_that_panics_is_named_and_counted_and_the_node_stays_ready() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    assert_eq!(
        Readiness::fetch(anonymous).await.0["failingTasks"],
        Value::from(Vec::<Value>::new())
    );
    let daemon = Daemon::start(
        clinic.store(),
        vec![Arc::new(Panicking)],
        DaemonOptions::default(),
    );
    clinic.book(&clinic.patient(), 0).expect(201).await;
    eventually("the task is named", async || {
        let ready = Readiness::fetch(anonymous).await;
        ready.0["ready"] == true && ready.0["failingTasks"] == Value::from(vec!["panicking"])
    })
    .await;
    let scrape = Scrape::fetch(anonymous).await;
    let counted = scrape.get("caresync_task_restarts_total");
    assert!(
        counted.is_some_and(|restarts| restarts >= 1),
        "{}",
        scrape.text
    );
    daemon.stop().await;
    eventually("the task is named no more", async || {
        Readiness::fetch(anonymous).await.0["failingTasks"] == Value::from(Vec::<Value>::new())
    })
    .await;
    clinic.close().await;
}
