//! The age of the horizon and the process that holds it, in the metrics.

use adapters::jwt::JwtKeys;
use sqlx::postgres::PgPoolOptions;
use tests::database::Database;

use super::scrape::Scrape;
use crate::support::{Clinic, Server, eventually};

const AGE: &str = "caresync_log_horizon_age_seconds";
const PID: &str = "caresync_log_horizon_holder_pid";

fn worst_lag(scrape: &Scrape) -> i64 {
    let lags = scrape.family("caresync_subscriber_lag_events");
    lags.into_iter().max().unwrap()
}

/// A write transaction in another database of the same cluster, as a report or an import makes it.
#[tokio::test]
async fn a_long_transaction_in_another_database_raises_the_horizon_age_and_is_named() {
    let clinic = Clinic::open().await;
    let elsewhere = Database::create().await.unwrap();
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_with(elsewhere.options()).await.unwrap();
    let mut import = pool.begin().await.unwrap();
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid() from pg_current_xact_id()")
        .fetch_one(&mut *import)
        .await
        .unwrap();
    clinic.book(&clinic.patient(), 0).expect(201).await;

    // Other tests write in this cluster as well; ours outlives them.
    let mut ages = Vec::new();
    eventually("the age rises under its name", async || {
        let scrape = Scrape::fetch(clinic.anonymous()).await;
        if scrape.get(PID) == Some(pid.into()) {
            ages.push(scrape.seconds(AGE));
            assert!(worst_lag(&scrape) >= 1);
        }
        ages.len() > 20
    })
    .await;
    assert!(ages.is_sorted(), "{ages:?}");
    assert!(ages.last().unwrap() - ages[0] > 0.2, "{ages:?}");

    import.rollback().await.unwrap();
    let held = *ages.last().unwrap();
    eventually("it falls back", async || {
        let scrape = Scrape::fetch(clinic.anonymous()).await;
        assert_ne!(scrape.get(PID), Some(pid.into()));
        scrape.seconds(AGE) < held && worst_lag(&scrape) == 0
    })
    .await;
    clinic.close().await;
}

/// The app's role may not read the age of other roles' transactions; the node measures it from its first scrape.
#[tokio::test]
async fn a_transaction_of_a_stronger_role_ages_from_the_first_scrape_on() {
    let mut server = Server::start(&JwtKeys::generate().unwrap()).await;
    let pool = server.pool().await;
    let mut repair = pool.begin().await.unwrap();
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid() from pg_current_xact_id()")
        .fetch_one(&mut *repair)
        .await
        .unwrap();
    let mut ages = Vec::new();
    eventually("the age rises under its name", async || {
        let scrape = Scrape::fetch(&server.client).await;
        if scrape.get(PID) == Some(pid.into()) {
            ages.push(scrape.seconds(AGE));
        }
        ages.len() > 10
    })
    .await;
    assert!(ages.is_sorted() && *ages.last().unwrap() > 0.1, "{ages:?}");
    repair.commit().await.unwrap();
    let after = Scrape::fetch(&server.client).await;
    assert_ne!(after.get(PID), Some(pid.into()));
    assert!(after.seconds(AGE) < 0.1, "{}", after.text);
    pool.close().await;
    server.stop().await;
}
