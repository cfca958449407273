//! Request ids, from the client's header to the event's metadata.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Clinic, Reply};

async fn metadata(clinic: &Clinic, booked: &Reply) -> Value {
    let sql = "select metadata from events where aggregate_id = $1";
    let metadata = sqlx::query_scalar(sql).bind(booked.text("id"));
    metadata.fetch_one(&clinic.pool).await.unwrap()
}

#[tokio::test]
async fn every_response_carries_the_clients_request_id() {
    let clinic = Clinic::open().await;
    let (anonymous, asha) = (clinic.anonymous(), clinic.patient());
    let calls = [
        (anonymous.get("/healthz"), 200),
        (anonymous.get("/metrics"), 200),
        (anonymous.get("/no/such/place"), 404),
        (anonymous.get("/api/v1/auth/me"), 401),
        (asha.get("/api/v1/appointments/nonsense"), 400),
        (asha.get("/api/v1/accounts"), 403),
        (clinic.book(&asha, 0), 201),
    ];
    for (call, status) in calls {
        let answer = call
            .header("X-Request-Id", "checkout-17_b.2")
            .expect(status)
            .await;
        assert_eq!(answer.header("x-request-id"), "checkout-17_b.2");
    }
    // The refusal of a page is no problem document, and comes from a middleware.
    let url = format!("http://{}/api/v1/doctors", anonymous.host());
    let preflight = reqwest::Client::new().request(Method::OPTIONS, url);
    let preflight = preflight
        .header("Origin", "https://stranger.example")
        .header("Access-Control-Request-Method", "GET")
        .header("X-Request-Id", "checkout-18");
    let refused = preflight.send().await.unwrap();
    assert!(refused.status().is_client_error());
    assert_eq!(refused.headers()["x-request-id"], "checkout-18");
    clinic.close().await;
}

#[tokio::test]
async fn an_invalid_request_id_is_replaced() {
    let clinic = Clinic::open().await;
    for sent in ["two words", "a\"quote", "<b>", &"x".repeat(65), ""] {
        let call = clinic
            .anonymous()
            .get("/healthz")
            .header("X-Request-Id", sent);
        let answer = call.expect(200).await;
        let given: Uuid = answer.header("x-request-id").parse().unwrap();
        assert_eq!(given.get_version_num(), 7, "for {sent}");
    }
    clinic.close().await;
}

#[tokio::test]
async fn events_record_their_request_id_and_trace() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let request = "018f0d5e-6f2a-7a41-8c3b-0f3e2d1c4b5a";
    let alone = clinic.book(&asha, 0).header("X-Request-Id", request);
    let alone = metadata(&clinic, &alone.expect(201).await).await;
    assert_eq!(alone["requestId"], json!(request));
    assert_eq!(alone["correlationId"], json!(request));

    let traced = clinic
        .book(&asha, 1)
        .header("X-Request-Id", request)
        .header(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        );
    let traced = metadata(&clinic, &traced.expect(201).await).await;
    assert_eq!(traced["requestId"], json!(request));
    let trace = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";
    assert_eq!(traced["correlationId"], json!(trace));

    // A free text id stays out of the log, which cannot be erased; it maps to the same UUID each time.
    let word = |number| {
        clinic
            .book(&asha, number)
            .header("X-Request-Id", "Zephyrine")
    };
    let first = metadata(&clinic, &word(2).expect(201).await).await;
    let second = metadata(&clinic, &word(3).expect(201).await).await;
    assert!(!first.to_string().contains("Zephyrine"));
    assert_eq!(first["requestId"], second["requestId"]);
    assert_ne!(first["requestId"], alone["requestId"]);
    clinic.close().await;
}
