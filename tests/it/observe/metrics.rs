//! Counts say what was done, and a scrape answers whatever happens.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use adapters::jwt::JwtKeys;
use serde_json::json;
use tests::app::Somebody;

use super::scrape::Scrape;
use crate::support::{Clinic, Server, all_read, eventually};

const BOOK: &str = r#"method="POST",outcome="#;
const ROUTE: &str = r#"route="/api/v1/appointments""#;

fn counted<const N: usize>(counts: [(&str, f64); N]) -> BTreeMap<String, f64> {
    counts.map(|(name, by)| (name.to_owned(), by)).into()
}

#[tokio::test]
async fn counts_move_by_exactly_what_was_done() {
    let clinic = Clinic::open().await;
    let (asha, other, desk) = (clinic.patient(), clinic.patient(), clinic.desk());
    let nobody = clinic.nobody();
    let before = Scrape::of(nobody).await;

    let key = "a-key-of-the-metrics-test";
    let booked = clinic.book(&asha, 0).key(key).expect(201).await;
    clinic.book(&asha, 0).key(key).expect(201).await;
    clinic.book(&other, 0).expect(409).await;
    clinic.book(&other, 1).expect(201).await;
    let confirm = || desk.post(&booked.appointment("confirm"), &json!({"reason": "Cash"}));
    confirm().header("If-Match", "\"9\"").expect(412).await;
    confirm().expect(200).await;
    nobody.get("/api/v1/no/such/place").expect(404).await;
    nobody.get("/api/v1/auth/me").expect(401).await;

    let after = Scrape::of(nobody).await;
    let requests = after.since(&before, "caresync_http_requests_total");
    let expected = counted([
        (
            r#"{method="POST",route="/api/v1/appointments",status="2xx"}"#,
            3.0,
        ),
        (
            r#"{method="POST",route="/api/v1/appointments",status="4xx"}"#,
            1.0,
        ),
        (
            r#"{method="POST",route="/api/v1/appointments/{id}/confirm",status="2xx"}"#,
            1.0,
        ),
        (
            r#"{method="POST",route="/api/v1/appointments/{id}/confirm",status="4xx"}"#,
            1.0,
        ),
        (r#"{method="GET",route="unmatched",status="4xx"}"#, 1.0),
        (
            r#"{method="GET",route="/api/v1/auth/me",status="4xx"}"#,
            1.0,
        ),
        (r#"{method="GET",route="/metrics",status="2xx"}"#, 1.0),
    ]);
    let named = |labels: &String| format!("caresync_http_requests_total{labels}");
    let expected: BTreeMap<_, _> = expected.iter().map(|(of, by)| (named(of), *by)).collect();
    assert_eq!(requests, expected);

    let durations = after.since(&before, "caresync_http_request_duration_seconds_count");
    let booking = r#"caresync_http_request_duration_seconds_count{method="POST",route="/api/v1/appointments"}"#;
    assert_eq!(durations[booking], 4.0);

    let commands = after.since(&before, "caresync_commands_total");
    let confirmed = r#"route="/api/v1/appointments/{id}/confirm""#;
    let expected = [
        (format!(r#"{BOOK}"done",{ROUTE}"#), 2.0),
        (format!(r#"{BOOK}"replayed",{ROUTE}"#), 1.0),
        (format!(r#"{BOOK}"refused",{ROUTE}"#), 1.0),
        (format!(r#"{BOOK}"done",{confirmed}"#), 1.0),
        (format!(r#"{BOOK}"conflict",{confirmed}"#), 1.0),
    ];
    let expected =
        expected.map(|(labels, by)| (format!("caresync_commands_total{{{labels}}}"), by));
    assert_eq!(commands, BTreeMap::from(expected));
    clinic.close().await;
}

#[tokio::test]
async fn a_failure_of_ours_counts_as_a_fault() {
    let clinic = Clinic::open().await;
    let before = Scrape::of(clinic.nobody()).await;
    let away = "alter table slot_claims rename to gone";
    sqlx::raw_sql(away).execute(&clinic.pool).await.unwrap();
    clinic.book(&clinic.patient(), 0).expect(500).await;
    let back = "alter table gone rename to slot_claims";
    sqlx::raw_sql(back).execute(&clinic.pool).await.unwrap();
    let after = Scrape::of(clinic.nobody()).await;
    let commands = after.since(&before, "caresync_commands_total");
    let fault = format!(r#"caresync_commands_total{{{BOOK}"fault",{ROUTE}}}"#);
    assert_eq!(commands, BTreeMap::from([(fault, 1.0)]));
    clinic.close().await;
}

#[tokio::test]
async fn the_log_and_the_cache_are_told_as_they_are() {
    let clinic = Clinic::open().await;
    let nobody = clinic.nobody();
    all_read(nobody).await;
    let before = Scrape::of(nobody).await;
    assert_eq!(before.value("caresync_database_up"), 1.0);
    for number in 0..3 {
        clinic.book(&clinic.patient(), number).expect(201).await;
    }
    all_read(nobody).await;
    let after = Scrape::of(nobody).await;
    let grown = |name: &str| after.value(name) - before.value(name);
    assert_eq!(grown("caresync_log_head_position"), 3.0);
    assert_eq!(grown("caresync_append_commands_total"), 3.0);
    assert_eq!(grown("caresync_append_batches_total"), 3.0);
    assert_eq!(grown("caresync_append_second_rounds_total"), 0.0);
    assert!(grown("caresync_aggregate_cache_hits_total") >= 2.0);
    assert!(grown("caresync_aggregate_cache_entries") >= 3.0);
    assert!(grown("caresync_aggregate_cache_bytes") > 0.0);
    let lags = after
        .text
        .lines()
        .filter(|line| line.starts_with("caresync_subscriber_lag_events{"));
    let lags: Vec<_> = lags.collect();
    assert!(lags.len() > 5, "{lags:?}");
    assert!(lags.iter().all(|lag| lag.ends_with(" 0")), "{lags:?}");
    let max = after.value("caresync_database_pool_connections_max");
    let open = ["idle", "in_use"].map(|state| {
        after.value(&format!(
            "caresync_database_pool_connections{{state=\"{state}\"}}"
        ))
    });
    assert_eq!(max, 24.0);
    assert!(
        open[0] + open[1] >= 1.0 && open[0] + open[1] <= max,
        "{open:?}"
    );
    clinic.close().await;
}

/// No label and no help says which visit, whose, or what a client made up.
#[tokio::test]
async fn no_label_holds_what_a_client_sent() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    let nobody = clinic.nobody();
    nobody.get(&booked.appointment("")).expect(401).await;
    nobody
        .get("/api/v1/Zephyrine?name=Quillfeather")
        .expect(404)
        .await;
    let brew = reqwest::Method::from_bytes(b"ZEPHYRINE").unwrap();
    nobody.call(brew, "/api/v1/doctors").send().await;
    let admin = clinic.client(&Somebody::admin());
    admin
        .get("/api/v1/accounts?role=Zephyrine")
        .expect(400)
        .await;
    let scrape = Scrape::of(nobody).await;
    let text = scrape.text.to_lowercase();
    for word in [
        "zephyrine",
        "quillfeather",
        booked.text("id"),
        booked.text("patientId"),
    ] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_scrape_answers_while_the_database_is_away() {
    let mut server = Server::start(&JwtKeys::generate().unwrap()).await;
    let scrape = Scrape::of(&server.client).await;
    assert_eq!(scrape.value("caresync_database_up"), 1.0);
    server.crash_database();
    eventually("the database is away", async || {
        let asked = Instant::now();
        let scrape = Scrape::of(&server.client).await;
        assert!(
            asked.elapsed() < Duration::from_secs(4),
            "a scrape took {asked:?}"
        );
        assert!(scrape.get("caresync_http_requests_in_flight").is_some());
        let up = scrape.value("caresync_database_up") == 1.0;
        assert_eq!(scrape.get("caresync_log_head_position").is_some(), up);
        assert_eq!(scrape.get("caresync_log_horizon_age_seconds").is_some(), up);
        !up
    })
    .await;
    server.kill();
}
