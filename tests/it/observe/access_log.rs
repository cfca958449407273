//! Metrics of the access log.

use sqlx::Executor as _;
use tests::app::Principal;

use super::scrape::Scrape;
use crate::support::{Clinic, all_read};

#[tokio::test]
async fn each_decision_is_counted_and_timed_and_so_is_what_could_not_be_recorded() {
    let clinic = Clinic::open().await;
    let (patient, other) = (
        clinic.world.patient().await.unwrap(),
        clinic.world.patient().await.unwrap(),
    );
    let anonymous = clinic.anonymous();
    all_read(anonymous).await;
    let asha = clinic.client(&Principal::patient(patient));
    let (own, foreign) = (
        format!("/api/v1/patients/{patient}"),
        format!("/api/v1/patients/{other}"),
    );
    let names = [
        "caresync_access_log_rows_total",
        "caresync_access_log_batches_total",
        "caresync_access_log_duration_seconds_count",
        "caresync_access_log_failures_total",
    ];
    let before = Scrape::fetch(anonymous).await;
    let grown = async || {
        let after = Scrape::fetch(anonymous).await;
        assert_eq!(after.count("caresync_access_log_requests_waiting"), 0);
        names.map(|name| after.count(name) - before.count(name))
    };
    asha.get(&own).expect(200).await;
    asha.get(&foreign).expect(404).await;
    asha.get("/api/v1/doctors").expect(200).await;
    assert_eq!(grown().await, [2, 2, 2, 0]);

    let away = "alter table access_log rename to elsewhere";
    clinic.pool.execute(away).await.unwrap();
    asha.get(&own).expect(503).await;
    assert_eq!(grown().await, [2, 2, 2, 1]);
    let back = "alter table elsewhere rename to access_log";
    clinic.pool.execute(back).await.unwrap();
    asha.get(&own).expect(200).await;
    assert_eq!(grown().await, [3, 3, 3, 1]);
    clinic.close().await;
}
