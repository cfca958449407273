//! Tests of bad answers, and of none.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use commands::ports::{GatewayError, PaymentGateway as _};
use serde_json::{Value, json};

use super::fixture::{
    assert_unavailable, gateway, gateway_at, gateway_with, limits, made, ms, order, refusal,
};
use super::server::{Act, TestServer};
use crate::razorpay::{Razorpay, RazorpayLimits};

#[tokio::test]
async fn a_refusal_is_not_retried_and_only_its_code_is_kept() {
    let server = TestServer::with([Act::Json(400, refusal("BAD_REQUEST_ERROR")), made()]);
    let refused = gateway(&server).create_order(&order()).await.unwrap_err();
    assert!(
        matches!(&refused, GatewayError::Refused { code: Some(code) }
        if code.as_str() == "BAD_REQUEST_ERROR")
    );
    assert!(!format!("{refused:?} {refused}").contains("Asha"));
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn wrong_keys_and_refusals_of_a_proxy_are_no_refusals_of_the_gateway() {
    let answers = [
        Act::Json(401, refusal("BAD_REQUEST_ERROR")),
        Act::Json(403, refusal("BAD_REQUEST_ERROR")),
        Act::Json(404, refusal("BAD_REQUEST_ERROR")),
        Act::Json(302, json!({})),
        Act::Json(400, json!({"message": "proxy of Asha"})),
    ];
    for act in answers {
        let server = TestServer::with([act]);
        assert_unavailable(gateway(&server).create_order(&order()).await);
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let broken_off = Act::Bytes {
        said: 500,
        sent: b"{\"id\":".to_vec(),
    };
    let passing = [
        Act::Json(500, json!({})),
        Act::Json(503, Value::Null),
        Act::Json(400, refusal("GATEWAY_ERROR")),
        Act::Json(400, refusal("SERVER_ERROR")),
        Act::Later(429, 0),
        Act::HangUp,
        broken_off,
    ];
    for act in passing {
        let server = TestServer::with([act.clone(), made()]);
        let tried = gateway(&server).create_order(&order()).await;
        assert!(tried.is_ok(), "{act:?}: {tried:?}");
        assert_eq!(server.heard().len(), 2, "{act:?}");
    }
}

#[tokio::test]
async fn it_is_tried_three_times_and_no_more() {
    let server = TestServer::with([500, 502, 503].map(|status| Act::Json(status, json!({}))));
    server.then(made());
    let message = assert_unavailable(gateway(&server).create_order(&order()).await);
    assert!(message.contains("503"), "{message}");
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn a_requested_pause_is_made_but_not_a_long_one() {
    let server = TestServer::with([Act::Later(429, 3_600), made()]);
    let limits = RazorpayLimits {
        longest_pause: ms(150),
        ..limits()
    };
    let gateway = gateway_with(&server, limits);
    let begun = Instant::now();
    gateway.create_order(&order()).await.unwrap();
    assert!(begun.elapsed() >= ms(150), "{:?}", begun.elapsed());
    assert!(begun.elapsed() < ms(30_000), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_gateway_that_is_down_is_unavailable() {
    // A port without a listener: it was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let gone = gateway_at(free.unwrap(), limits());
    assert_unavailable(gone.create_order(&order()).await);
}

#[tokio::test]
async fn a_gateway_that_is_slow_is_unavailable() {
    let server = TestServer::with(vec![Act::Silence(ms(20_000)); 2]);
    let limits = RazorpayLimits {
        exchange: ms(100),
        tries: 2,
        ..limits()
    };
    assert_unavailable(gateway_with(&server, limits).create_order(&order()).await);
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn a_page_a_torn_answer_and_another_shape_are_unavailable_and_not_quoted() {
    let bytes = |text: &str| Act::Bytes {
        said: text.len(),
        sent: text.as_bytes().to_vec(),
    };
    let nonsense = [
        Act::Html,
        bytes("{\"id\": \"order_1\", \"amount\": 50000, \"curr"),
        bytes("{\"id\": \"Asha Rao\", \"amount\": 50000, \"currency\": \"INR\"}"),
        bytes("{\"id\": \"order_1\", \"amount\": 50000.5, \"currency\": \"INR\"}"),
        bytes("{\"id\": \"order_1\", \"amount\": \"Asha\", \"currency\": \"INR\"}"),
        bytes("[]"),
        bytes(""),
        Act::Bytes {
            said: 2,
            sent: vec![0xff, 0xfe],
        },
    ];
    for act in nonsense {
        let server = TestServer::with([act]);
        assert_unavailable(gateway(&server).create_order(&order()).await);
        assert_eq!(server.heard().len(), 1, "sent again");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let large = Act::Bytes {
        said: 1_000_000,
        sent: vec![b' '; 1_000_000],
    };
    let server = TestServer::with([large]);
    let message = assert_unavailable(gateway(&server).create_order(&order()).await);
    assert!(message.contains("larger than 4096 bytes"), "{message}");
}

/// Three failures, after which the circuit breaker stays open.
async fn failed_thrice(server: &TestServer, rest: Duration) -> Razorpay {
    let limits = RazorpayLimits {
        failures: 3,
        rest,
        ..limits()
    };
    let gateway = gateway_with(server, limits);
    for _ in 0..3 {
        assert_unavailable(gateway.create_order(&order()).await);
    }
    gateway
}

#[tokio::test]
async fn after_many_failures_no_request_is_sent_for_a_while() {
    let server = TestServer::with(vec![Act::Html; 3]);
    let gateway = failed_thrice(&server, Duration::from_hours(1)).await;
    let message = assert_unavailable(gateway.create_order(&order()).await);
    assert!(message.contains("circuit breaker"), "{message}");
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn after_its_rest_the_gateway_gets_requests_again() {
    let server = TestServer::with(vec![Act::Html; 3]);
    let gateway = failed_thrice(&server, ms(1)).await;
    server.then(made());
    tokio::time::sleep(ms(5)).await;
    gateway.create_order(&order()).await.unwrap();
}

#[tokio::test]
async fn refusals_and_throttling_do_not_open_the_circuit() {
    let mut acts = vec![Act::Json(400, refusal("BAD_REQUEST_ERROR")); 4];
    acts.extend(vec![Act::Later(429, 0); 4]);
    acts.push(made());
    let server = TestServer::with(acts);
    let limits = RazorpayLimits {
        failures: 2,
        tries: 1,
        ..limits()
    };
    let gateway = gateway_with(&server, limits);
    for _ in 0..8 {
        gateway.create_order(&order()).await.unwrap_err();
    }
    gateway.create_order(&order()).await.unwrap();
}

#[tokio::test]
async fn only_so_many_ask_at_once_and_none_waits_for_ever() {
    let server = TestServer::with(vec![Act::Silence(ms(3_000)); 2]);
    let limits = RazorpayLimits {
        at_once: 2,
        exchange: ms(2_000),
        turn: ms(50),
        tries: 1,
        ..limits()
    };
    let gateway = gateway_with(&server, limits);
    let (one, two) = (order(), order());
    let third = async {
        // Both are under way.
        while server.heard().len() < 2 {
            tokio::time::sleep(ms(5)).await;
        }
        gateway.create_order(&order()).await
    };
    let (_, _, third) = tokio::join!(
        gateway.create_order(&one),
        gateway.create_order(&two),
        third
    );
    let message = assert_unavailable(third);
    assert!(message.contains("too many"), "{message}");
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn a_gateway_that_asks_for_patience_does_not_open_the_circuit() {
    let limits = RazorpayLimits {
        tries: 1,
        failures: 2,
        ..limits()
    };
    let patient = TestServer::with(vec![Act::Later(503, 1); 5]);
    patient.then(made());
    let gateway = gateway_with(&patient, limits);
    for _ in 0..5 {
        assert_unavailable(gateway.create_order(&order()).await);
    }
    gateway.create_order(&order()).await.unwrap();

    let failing = TestServer::with(vec![Act::Json(503, json!({})); 2]);
    failing.then(made());
    let gateway = gateway_with(&failing, limits);
    for _ in 0..2 {
        assert_unavailable(gateway.create_order(&order()).await);
    }
    let message = assert_unavailable(gateway.create_order(&order()).await);
    assert!(message.contains("circuit"), "{message}");
}
