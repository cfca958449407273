//! Whoever holds the readers back is named.

use sqlx::postgres::PgPoolOptions;
use tests::database::Database;

use super::scrape::Scrape;
use crate::support::{Clinic, eventually};

const AGE: &str = "caresync_log_horizon_age_seconds";
const PID: &str = "caresync_log_horizon_holder_pid";

fn worst(scrape: &Scrape, name: &str) -> f64 {
    let lags = scrape.text.lines().filter(|line| line.starts_with(name));
    let values = lags.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap());
    values.fold(0.0, f64::max)
}

/// A write transaction in another database of the same cluster, as a report or an import makes it.
#[tokio::test]
async fn a_long_foreign_transaction_raises_the_horizons_age_and_is_named() {
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
        let scrape = Scrape::of(clinic.nobody()).await;
        if scrape.get(PID) == Some(pid.into()) {
            ages.push(scrape.value(AGE));
            assert!(worst(&scrape, "caresync_subscriber_lag_events") >= 1.0);
        }
        ages.len() > 20
    })
    .await;
    assert!(ages.is_sorted(), "{ages:?}");
    assert!(ages.last().unwrap() - ages[0] > 0.2, "{ages:?}");

    import.rollback().await.unwrap();
    let held = *ages.last().unwrap();
    eventually("it falls back", async || {
        let scrape = Scrape::of(clinic.nobody()).await;
        assert_ne!(scrape.get(PID), Some(pid.into()));
        scrape.value(AGE) < held && worst(&scrape, "caresync_subscriber_lag_events") == 0.0
    })
    .await;
    clinic.close().await;
}
