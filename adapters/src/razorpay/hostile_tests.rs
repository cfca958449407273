//! What is asked, and what is made of answers, good and bad.

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use commands::ports::{
    AttemptStatus, GatewayError, GatewayRefundStatus, NewOrder, NewRefund, PaymentGateway as _,
};
use domain::{Currency, FailureCode, GatewayOrderId, GatewayPaymentId, Money, PaymentId, RefundId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::test_server::{Act, TestServer};
use super::{Razorpay, RazorpayConfig, RazorpayLimits};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Tiny, so that no test takes long, and with room for a slow machine where a test is about something else.
fn limits() -> RazorpayLimits {
    RazorpayLimits {
        connect: ms(5_000),
        exchange: ms(5_000),
        answer: 4_096,
        pause: ms(2),
        longest_pause: ms(20),
        patience: ms(60_000),
        turn: ms(5_000),
        ..RazorpayLimits::default()
    }
}

fn gateway_with(server: &TestServer, limits: RazorpayLimits) -> Razorpay {
    Razorpay::new(RazorpayConfig {
        base_url: format!("http://{}/v1/", server.address),
        key_id: "rzp_test_1".to_owned(),
        key_secret: "open sesame".into(),
        webhook_secret: "other".into(),
        previous_webhook_secret: None,
        limits,
    })
    .unwrap()
}

fn gateway(server: &TestServer) -> Razorpay {
    gateway_with(server, limits())
}

fn inr(amount: i64) -> Money {
    Money::new(amount, Currency::Inr).unwrap()
}

fn order() -> NewOrder {
    NewOrder {
        payment: PaymentId::from_uuid(Uuid::from_u128(7)),
        amount: inr(50_000),
    }
}

fn refund() -> NewRefund {
    NewRefund {
        refund: RefundId::from_uuid(Uuid::from_u128(9)),
        attempt_number: 2,
        attempt: attempt(),
        amount: inr(25_000),
    }
}

fn attempt() -> GatewayPaymentId {
    GatewayPaymentId::parse("pay_1").unwrap()
}

fn made() -> Act {
    Act::Json(
        200,
        json!({"id": "order_1", "amount": 50_000, "currency": "INR", "new": [1]}),
    )
}

fn payment(status: &str) -> Value {
    json!({"id": "pay_1", "order_id": "order_1", "amount": 50_000, "currency": "INR",
           "status": status, "error_code": null, "notes": []})
}

fn refunded(id: &str, status: &str) -> Value {
    json!({"id": id, "payment_id": "pay_1", "amount": 25_000, "currency": "INR", "status": status,
           "notes": {"refund": Uuid::from_u128(9).to_string(), "try": "2"}})
}

fn refusal(code: &str) -> Value {
    json!({"error": {"code": code, "description": "Asha Rao has no money", "field": "amount"}})
}

/// That the gateway could not be asked, and that no word of its answer is told on.
#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, GatewayError>) -> String {
    let error = match answer {
        Err(error @ GatewayError::Unavailable(_)) => error,
        other => panic!("{other:?}"),
    };
    let mut told = format!("{error:?} {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(told, " {error}").unwrap();
        cause = error.source();
    }
    assert!(!told.contains("Asha"), "{told}");
    assert!(!told.contains("sesame"), "{told}");
    told
}

#[tokio::test]
async fn an_order_is_asked_for_with_our_payment_as_its_unique_receipt() {
    let server = TestServer::with([made()]);
    let id = gateway(&server).create_order(&order()).await.unwrap();
    assert_eq!(id.as_str(), "order_1");
    let heard = &server.heard()[0];
    assert_eq!(heard.line, "POST /v1/orders HTTP/1.1");
    assert_eq!(
        heard.header("authorization"),
        Some("Basic cnpwX3Rlc3RfMTpvcGVuIHNlc2FtZQ==")
    );
    let payment = Uuid::from_u128(7).to_string();
    let body = json!({"amount": 50_000, "currency": "INR", "receipt": payment,
                      "unique_receipt": true, "notes": {"payment": payment}});
    assert_eq!(heard.body, body);
}

#[tokio::test]
async fn an_order_of_another_amount_is_not_taken_for_ours() {
    for (amount, currency) in [(50_001, "INR"), (50_000, "USD"), (50_000, "XXX")] {
        let other = json!({"id": "order_1", "amount": amount, "currency": currency});
        let server = TestServer::with([Act::Json(200, other)]);
        let refused = gateway(&server).create_order(&order()).await;
        assert!(
            matches!(refused, Err(GatewayError::Refused { code: None })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn attempts_are_told_with_how_far_they_came() {
    let mut failed = payment("failed");
    failed["error_code"] = "BAD_REQUEST_ERROR".into();
    let statuses = ["created", "authorized", "captured", "refunded"];
    let mut items: Vec<_> = statuses.into_iter().map(payment).collect();
    items.push(failed);
    let server = TestServer::with([Act::Json(200, json!({"count": 5, "items": items}))]);
    let order = GatewayOrderId::parse("order_1").unwrap();
    let attempts = gateway(&server).attempts(&order).await.unwrap();
    let code = FailureCode::parse("BAD_REQUEST_ERROR").ok();
    let told: Vec<_> = attempts.into_iter().map(|attempt| attempt.status).collect();
    assert_eq!(
        told,
        [
            AttemptStatus::Created,
            AttemptStatus::Authorised,
            AttemptStatus::Captured,
            AttemptStatus::Captured,
            AttemptStatus::Failed { code },
        ]
    );
    assert_eq!(
        server.heard()[0].line,
        "GET /v1/orders/order_1/payments HTTP/1.1"
    );
}

#[tokio::test]
async fn an_attempt_that_can_t_be_read_does_not_pass_for_none() {
    let mut of_another_order = payment("captured");
    of_another_order["order_id"] = "order_2".into();
    for item in [payment("in_limbo"), of_another_order] {
        let server = TestServer::with([Act::Json(200, json!({"items": [item]}))]);
        let order = GatewayOrderId::parse("order_1").unwrap();
        assert_unavailable(gateway(&server).attempts(&order).await);
    }
}

#[tokio::test]
async fn a_capture_of_what_was_captured_before_is_good() {
    let no = Act::Json(400, refusal("BAD_REQUEST_ERROR"));
    let server = TestServer::with([no, Act::Json(200, payment("captured"))]);
    gateway(&server)
        .capture(&attempt(), inr(50_000))
        .await
        .unwrap();
    let heard = server.heard();
    assert_eq!(heard[0].line, "POST /v1/payments/pay_1/capture HTTP/1.1");
    assert_eq!(heard[0].body, json!({"amount": 50_000, "currency": "INR"}));
    assert_eq!(heard[1].line, "GET /v1/payments/pay_1 HTTP/1.1");
}

#[tokio::test]
async fn a_capture_that_is_refused_and_did_not_happen_is_refused() {
    for (status, amount) in [("failed", 50_000), ("captured", 49_999)] {
        let no = Act::Json(400, refusal("BAD_REQUEST_ERROR"));
        let server = TestServer::with([no, Act::Json(200, payment(status))]);
        let refused = gateway(&server).capture(&attempt(), inr(amount)).await;
        let Err(GatewayError::Refused { code }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(code, FailureCode::parse("BAD_REQUEST_ERROR").ok());
    }
}

#[tokio::test]
async fn a_refund_goes_under_a_key_of_its_try() {
    let server = TestServer::with([Act::Json(200, refunded("rfnd_1", "pending"))]);
    let made = gateway(&server).refund(&refund()).await.unwrap();
    assert_eq!(made.status, GatewayRefundStatus::Pending);
    assert_eq!(made.ours, Some((refund().refund, 2)));
    let heard = &server.heard()[0];
    assert_eq!(heard.line, "POST /v1/payments/pay_1/refund HTTP/1.1");
    let ours = Uuid::from_u128(9).to_string();
    assert_eq!(
        heard.header("x-refund-idempotency"),
        Some(&*format!("{ours}-2"))
    );
    let body = json!({"amount": 25_000, "speed": "normal", "notes": {"refund": ours, "try": "2"}});
    assert_eq!(heard.body, body);
}

#[tokio::test]
async fn a_refund_that_is_under_way_can_be_asked_for_later() {
    let server = TestServer::with([Act::Json(409, refusal("BAD_REQUEST_ERROR"))]);
    assert_unavailable(gateway(&server).refund(&refund()).await);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn all_refunds_of_an_attempt_are_asked_for_page_by_page() {
    let page = |count: usize| {
        let items: Vec<_> = (0..count)
            .map(|n| refunded(&format!("rfnd_{n}"), "failed"))
            .collect();
        Act::Json(200, json!({"items": items}))
    };
    let server = TestServer::with([page(100), page(1)]);
    let limits = RazorpayLimits {
        answer: 1_000_000,
        ..limits()
    };
    let refunds = gateway_with(&server, limits)
        .refunds(&attempt())
        .await
        .unwrap();
    assert_eq!(refunds.len(), 101);
    assert_eq!(
        server.heard()[1].line,
        "GET /v1/payments/pay_1/refunds?count=100&skip=100 HTTP/1.1"
    );
}

#[tokio::test]
async fn a_refund_of_somebody_else_is_told_without_a_number_of_ours() {
    let mut by_hand = refunded("rfnd_1", "processed");
    by_hand["notes"] = json!([]);
    let server = TestServer::with([Act::Json(200, json!({"items": [by_hand]}))]);
    let refunds = gateway(&server).refunds(&attempt()).await.unwrap();
    assert_eq!(refunds[0].ours, None);
}

#[tokio::test]
async fn a_refusal_is_not_asked_for_again_and_only_its_code_is_kept() {
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
async fn wrong_keys_and_refusals_of_somebody_in_between_are_no_refusals_of_the_gateway() {
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
    let told = assert_unavailable(gateway(&server).create_order(&order()).await);
    assert!(told.contains("503"), "{told}");
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_made_but_not_a_long_one() {
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
    let server = TestServer::with([]);
    let mut gone = gateway(&server);
    // A port that nobody listens on: it was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    gone.client = super::client::Client::new(&RazorpayConfig {
        base_url: format!("http://{free}/v1"),
        key_id: "rzp_test_1".to_owned(),
        key_secret: "open sesame".into(),
        webhook_secret: "other".into(),
        previous_webhook_secret: None,
        limits: limits(),
    });
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
        assert_eq!(server.heard().len(), 1, "asked again");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let large = Act::Bytes {
        said: 1_000_000,
        sent: vec![b' '; 1_000_000],
    };
    let server = TestServer::with([large]);
    let told = assert_unavailable(gateway(&server).create_order(&order()).await);
    assert!(told.contains("larger than 4096 bytes"), "{told}");
}

#[tokio::test]
async fn after_many_failures_nothing_is_asked_for_a_while() {
    let server = TestServer::with(vec![Act::Html; 3]);
    let limits = RazorpayLimits {
        failures: 3,
        rest: ms(400),
        ..limits()
    };
    let gateway = gateway_with(&server, limits);
    for _ in 0..3 {
        assert_unavailable(gateway.create_order(&order()).await);
    }
    let told = assert_unavailable(gateway.create_order(&order()).await);
    assert!(told.contains("left alone"), "{told}");
    assert_eq!(server.heard().len(), 3);
    server.then(made());
    tokio::time::sleep(ms(450)).await;
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
        // When both are on their way.
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
    let told = assert_unavailable(third);
    assert!(told.contains("too many"), "{told}");
    assert_eq!(server.heard().len(), 2);
}
