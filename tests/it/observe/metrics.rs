//! Metrics: exact counters, and a scrape that always answers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use adapters::jwt::JwtKeys;
use serde_json::json;
use sqlx::ConnectOptions as _;
use tests::app::Principal;
use tests::database::Database;

use super::scrape::Scrape;
use crate::support::{Clinic, Server, all_read, eventually};

/// The route that books.
const BOOK: &str = r#"route="/api/v1/appointments""#;

fn counted<const N: usize>(counts: [(String, i64); N]) -> BTreeMap<String, i64> {
    counts.into()
}

#[tokio::test]
async fn counters_grow_by_exactly_what_was_done() {
    let clinic = Clinic::open().await;
    let (asha, other, desk) = (clinic.patient(), clinic.patient(), clinic.desk());
    let anonymous = clinic.anonymous();
    let before = Scrape::fetch(anonymous).await;

    let key = "a-key-of-the-metrics-test";
    let booked = clinic.book(&asha, 0).key(key).expect(201).await;
    clinic.book(&asha, 0).key(key).expect(201).await;
    clinic.book(&other, 0).expect(409).await;
    clinic.book(&other, 1).expect(201).await;
    let confirm = || desk.post(&booked.appointment("confirm"), &json!({"reason": "Cash"}));
    confirm().header("If-Match", "\"9\"").expect(412).await;
    confirm().expect(200).await;
    anonymous.get("/api/v1/no/such/place").expect(404).await;
    anonymous.get("/api/v1/auth/me").expect(401).await;

    let after = Scrape::fetch(anonymous).await;
    let confirmed = r#"route="/api/v1/appointments/{id}/confirm""#;
    let requests = after.since(&before, "caresync_http_requests_total");
    let expected = counted([
        (format!(r#"method="POST",{BOOK},status="2xx""#), 3),
        (format!(r#"method="POST",{BOOK},status="4xx""#), 1),
        (format!(r#"method="POST",{confirmed},status="2xx""#), 1),
        (format!(r#"method="POST",{confirmed},status="4xx""#), 1),
        (
            r#"method="GET",route="unmatched",status="4xx""#.to_owned(),
            1,
        ),
        (
            r#"method="GET",route="/api/v1/auth/me",status="4xx""#.to_owned(),
            1,
        ),
        (
            r#"method="GET",route="/metrics",status="2xx""#.to_owned(),
            1,
        ),
    ]);
    assert_eq!(requests, expected);

    let durations = "caresync_http_request_duration_seconds_count";
    let durations = after.since(&before, durations);
    assert_eq!(durations[&format!(r#"method="POST",{BOOK}"#)], 4);

    let commands = after.since(&before, "caresync_commands_total");
    let expected = counted([
        (format!(r#"method="POST",outcome="done",{BOOK}"#), 2),
        (format!(r#"method="POST",outcome="replayed",{BOOK}"#), 1),
        (format!(r#"method="POST",outcome="refused",{BOOK}"#), 1),
        (format!(r#"method="POST",outcome="done",{confirmed}"#), 1),
        (
            format!(r#"method="POST",outcome="conflict",{confirmed}"#),
            1,
        ),
    ]);
    assert_eq!(commands, expected);
    clinic.close().await;
}

#[tokio::test]
async fn a_server_error_counts_as_a_fault() {
    let clinic = Clinic::open().await;
    let before = Scrape::fetch(clinic.anonymous()).await;
    let away = "alter table slot_claims rename to gone";
    sqlx::raw_sql(away).execute(&clinic.pool).await.unwrap();
    clinic.book(&clinic.patient(), 0).expect(500).await;
    let back = "alter table gone rename to slot_claims";
    sqlx::raw_sql(back).execute(&clinic.pool).await.unwrap();
    let after = Scrape::fetch(clinic.anonymous()).await;
    let commands = after.since(&before, "caresync_commands_total");
    let fault = format!(r#"method="POST",outcome="fault",{BOOK}"#);
    assert_eq!(commands, counted([(fault, 1)]));
    clinic.close().await;
}

#[tokio::test]
async fn metrics_show_the_log_and_the_cache() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    all_read(anonymous).await;
    let before = Scrape::fetch(anonymous).await;
    assert_eq!(before.count("caresync_database_up"), 1);
    for number in 0..3 {
        clinic.book(&clinic.patient(), number).expect(201).await;
    }
    all_read(anonymous).await;
    let after = Scrape::fetch(anonymous).await;
    let grown = |name: &str| after.count(name) - before.count(name);
    assert_eq!(grown("caresync_log_head_position"), 3);
    assert_eq!(grown("caresync_append_commands_total"), 3);
    assert_eq!(grown("caresync_append_batches_total"), 3);
    assert_eq!(grown("caresync_append_second_rounds_total"), 0);
    assert!(grown("caresync_aggregate_cache_hits_total") >= 2);
    assert!(grown("caresync_aggregate_cache_entries") >= 3);
    assert!(grown("caresync_aggregate_cache_bytes") > 0);
    let lags = after.family("caresync_subscriber_lag_events");
    assert!(
        lags.len() > 5 && lags.iter().all(|lag| *lag == 0),
        "{lags:?}"
    );
    let max = after.count("caresync_database_pool_connections_max");
    assert_eq!(max, 24);
    let open = after.family("caresync_database_pool_connections");
    assert_eq!(open.len(), 2);
    assert!((1..=max).contains(&open.iter().sum()), "{open:?}");
    clinic.close().await;
}

/// No label and no help text contains ids of a visit or text sent by a client.
#[tokio::test]
async fn no_label_holds_what_a_client_sent() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    let anonymous = clinic.anonymous();
    anonymous.get(&booked.appointment("")).expect(401).await;
    anonymous
        .get("/api/v1/Zephyrine?name=Quillfeather")
        .expect(404)
        .await;
    let brew = reqwest::Method::from_bytes(b"ZEPHYRINE").unwrap();
    anonymous.call(brew, "/api/v1/doctors").send().await;
    let admin = clinic.client(&Principal::admin());
    admin
        .get("/api/v1/accounts?role=Zephyrine")
        .expect(400)
        .await;
    let scrape = Scrape::fetch(anonymous).await;
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
async fn a_scrape_succeeds_while_the_database_is_down() {
    let mut server = Server::start(&JwtKeys::generate().unwrap()).await;
    let scrape = Scrape::fetch(&server.client).await;
    assert_eq!(scrape.count("caresync_database_up"), 1);
    server.lose_database();
    eventually("the database is away", async || {
        let asked = Instant::now();
        let scrape = Scrape::fetch(&server.client).await;
        assert!(
            asked.elapsed() < Duration::from_secs(4),
            "a scrape took {asked:?}"
        );
        assert!(scrape.has("caresync_http_requests_in_flight"));
        let up = scrape.count("caresync_database_up") == 1;
        assert_eq!(scrape.has("caresync_log_head_position"), up);
        assert_eq!(scrape.has("caresync_log_horizon_age_seconds"), up);
        !up
    })
    .await;
    server.kill();
}

#[tokio::test]
async fn metrics_are_readable_with_a_token_that_must_be_long() {
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    let text = ("CARESYNC_LOG_FORMAT", "text".to_owned());
    let token = |token: &str| ("CARESYNC_METRICS_TOKEN", token.to_owned());
    server.environment = vec![text.clone(), token("too-short")];
    let told = server.refuses_to_start().await;
    assert!(
        told.contains("CARESYNC_METRICS_TOKEN is too short"),
        "{told}"
    );
    server.environment = vec![text, token("a-token-of-the-operators")];
    server.restart().await;
    let client = &server.client;
    client.get("/metrics").expect(401).await;
    let guess = client.with_token("a-token-of-the-operator");
    guess.get("/metrics").expect(401).await;
    Scrape::fetch(&client.with_token("a-token-of-the-operators")).await;
    server.stop().await;
}

#[tokio::test]
async fn a_node_on_a_shared_database_hides_its_metrics_without_a_token() {
    let database = Database::create().await.unwrap();
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    let url = database.options().to_url_lossy().to_string();
    let sandbox = "sandbox".to_owned();
    server.environment = vec![("DATABASE_URL", url), ("CARESYNC_PAYMENTS", sandbox)];
    server.restart().await;
    server.client.get("/metrics").expect(404).await;
    server.client.get("/readyz").expect(200).await;
    server.stop().await;
}

/// Commands that share a statement with a refused one are appended again, each on its own.
#[tokio::test]
async fn refused_commands_in_a_shared_batch_are_retried_individually() {
    let clinic = Clinic::open().await;
    for slot in 0..8 {
        clinic.book(&clinic.patient(), slot).expect(201).await;
    }
    let before = Scrape::fetch(clinic.anonymous()).await;
    assert_eq!(before.count("caresync_append_second_rounds_total"), 0);
    eventually("two that are refused share a statement", async || {
        let patients = (0..8).map(|slot| (clinic.patient(), slot));
        let tries = patients.map(|(patient, slot)| clinic.book(&patient, slot).expect(409));
        futures::future::join_all(tries).await;
        let after = Scrape::fetch(clinic.anonymous()).await;
        after.count("caresync_append_second_rounds_total") > 0
    })
    .await;
    clinic.close().await;
}
