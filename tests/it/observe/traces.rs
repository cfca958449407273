//! Traces reach a collector, and a failing collector disturbs nothing.

use std::time::{Duration, Instant};

use adapters::jwt::JwtKeys;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::json;
use tokio::net::TcpListener;

use super::collector::Collector;
use crate::support::{Client, Server, all_read};

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const PARENT: u64 = 0x00f0_67aa_0ba9_02b7;

async fn server(endpoint: String) -> Server {
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    server.environment = vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "200".to_owned()),
    ];
    server.restart().await;
    server
}

async fn sign_up(client: &Client, number: u32) {
    let new = json!({
        "name": "Zephyrine Quillfeather", "birthDate": "1931-02-03",
        "email": format!("zephyrine{number}@quillfeather.example"), "password": "canary-password-9",
    });
    let call = client.sign_up(&new).await;
    let call = call.header("traceparent", format!("00-{TRACE:032x}-{PARENT:016x}-01"));
    call.expect(201).await;
}

async fn begin_sign_up(client: &Client, number: u32) {
    let begin = json!({"email": format!("zephyrine{number}@quillfeather.example")});
    let begin = client.post("/api/v1/auth/register", &begin);
    begin.expect(202).await;
}

#[track_caller]
fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

fn attribute(span: &Span, key: &str) -> Option<Any> {
    let found = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == key);
    found?.value.clone()?.value
}

#[tokio::test]
async fn a_request_is_a_trace_from_its_sender_to_the_log() {
    let collector = Collector::start().await;
    let mut server = server(collector.url()).await;
    sign_up(&server.client, 1).await;
    all_read(&server.client).await;
    server.stop().await;

    let spans = collector.spans();
    let request = named(&spans, "POST /api/v1/auth/register/complete");
    assert_eq!(request.trace_id, TRACE.to_be_bytes());
    assert_eq!(request.parent_span_id, PARENT.to_be_bytes());
    assert_eq!(request.kind(), SpanKind::Server);
    assert_eq!(attribute(request, "http.status"), Some(Any::IntValue(201)));
    let command = named(&spans, "command.patient.sign_up");
    let sign_up = named(&spans, "command.sign_up.complete");
    assert_eq!(sign_up.parent_span_id, request.span_id);
    assert_eq!(command.parent_span_id, sign_up.span_id);
    let append = named(&spans, "log.append");
    assert_eq!(append.parent_span_id, command.span_id);
    assert_eq!(append.trace_id, request.trace_id);
    named(&spans, "subscriber.batch");
    let routes = spans
        .iter()
        .filter_map(|span| attribute(span, "http.route"));
    let routes: Vec<_> = routes.collect();
    for route in ["/api/v1/auth/register", "/api/v1/auth/register/complete"] {
        let route = Any::StringValue(route.to_owned());
        assert_eq!(routes.iter().filter(|one| **one == route).count(), 1);
    }
    let probe = Any::StringValue("/readyz".to_owned());
    assert!(!routes.contains(&probe), "a probe is in no trace");

    let received = collector.received();
    let resource = received[0].resource_spans[0].resource.as_ref().unwrap();
    let service = resource
        .attributes
        .iter()
        .find(|of| of.key == "service.name");
    let service = service.unwrap().value.clone().unwrap().value;
    assert_eq!(service, Some(Any::StringValue("caresync".to_owned())));
    let everything = format!("{received:?}").to_lowercase();
    for word in ["zephyrine", "quillfeather", "1931-02-03", "canary-password"] {
        assert!(!everything.contains(word), "{word} was exported");
    }
}

#[tokio::test]
async fn an_unreachable_collector_fails_no_request_and_is_logged_once() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let mut server = server(endpoint).await;
    for number in 0..10 {
        begin_sign_up(&server.client, number).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.stop().await;
    let told = server.logged();
    assert_eq!(
        told.matches("Traces could not be sent").count(),
        1,
        "{told}"
    );
}

/// One that takes connections and never answers.
#[tokio::test]
async fn a_hanging_collector_delays_neither_requests_nor_shutdown() {
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut server = server(format!("http://{}", mute.local_addr().unwrap())).await;
    let asked = Instant::now();
    for number in 0..5 {
        begin_sign_up(&server.client, number).await;
    }
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    let stopping = Instant::now();
    server.stop().await;
    assert!(
        stopping.elapsed() < Duration::from_secs(12),
        "{:?}",
        stopping.elapsed()
    );
}
