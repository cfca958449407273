//! Webhooks as the gateway writes them, and as it does not.

use chrono::DateTime;
use commands::ports::{
    AttemptStatus, GatewayAttempt, GatewayDispute, GatewayEvent, GatewayFact, GatewayRefund,
    GatewayRefundStatus, UnreadableEvent,
};
use domain::payment::DisputeStatus;
use domain::{
    Currency, FailureCode, GatewayDisputeId, GatewayOrderId, GatewayPaymentId, GatewayRefundId,
    Money, RefundId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::razorpay::webhook::read;

/// A payment with every field that the gateway writes today.
pub(super) fn payment(status: &str) -> Value {
    json!({
        "id": "pay_A", "entity": "payment", "amount": 50_000, "currency": "INR",
        "base_amount": 50_000, "status": status, "order_id": "order_A", "invoice_id": null,
        "international": false, "method": "upi", "amount_refunded": 0, "refund_status": null,
        "captured": status == "captured", "description": null, "card_id": null, "bank": null,
        "wallet": null, "vpa": "someone@bank", "email": "someone@example.org",
        "contact": "+910000000000", "notes": [], "fee": 2, "tax": 0, "error_code": null,
        "error_description": null, "error_source": null, "error_step": null,
        "error_reason": null, "acquirer_data": {"rrn": "1"}, "created_at": 1_795_000_000,
    })
}

pub(super) fn refund(status: &str) -> Value {
    json!({
        "id": "rfnd_A", "entity": "refund", "amount": 25_000, "currency": "INR",
        "payment_id": "pay_A", "notes": {"refund": Uuid::from_u128(9).to_string(), "try": "3"},
        "receipt": null, "acquirer_data": {"arn": null}, "created_at": 1_795_000_001,
        "batch_id": null, "status": status, "speed_processed": "normal", "speed_requested": "normal",
    })
}

pub(super) fn envelope(event: &str, payload: &Value) -> Value {
    json!({
        "entity": "event", "account_id": "acc_A", "event": event, "contains": ["payment"],
        "payload": payload, "created_at": 1_795_000_002,
    })
}

pub(super) fn about(event: &str, payment: &Value) -> Value {
    envelope(event, &json!({"payment": {"entity": payment}}))
}

pub(super) fn about_refund(event: &str, refund: &Value) -> Value {
    let payload = json!({"refund": {"entity": refund}, "payment": {"entity": payment("captured")}});
    envelope(event, &payload)
}

fn news(body: &Value) -> GatewayEvent {
    read(body.to_string().as_bytes()).unwrap()
}

fn fact(body: &Value) -> GatewayFact {
    news(body).fact
}

fn attempt_with(status: AttemptStatus) -> GatewayFact {
    GatewayFact::Attempt(GatewayAttempt {
        order: GatewayOrderId::parse("order_A").unwrap(),
        attempt: GatewayPaymentId::parse("pay_A").unwrap(),
        amount: Money::new(50_000, Currency::Inr).unwrap(),
        status,
    })
}

fn refund_with(status: GatewayRefundStatus, ours: Option<(RefundId, u16)>) -> GatewayFact {
    GatewayFact::Refund {
        order: GatewayOrderId::parse("order_A").unwrap(),
        refund: GatewayRefund {
            gateway_refund: GatewayRefundId::parse("rfnd_A").unwrap(),
            attempt: GatewayPaymentId::parse("pay_A").unwrap(),
            ours,
            amount: Money::new(25_000, Currency::Inr).unwrap(),
            status,
        },
    }
}

#[test]
fn a_payment_webhook_has_the_status_of_its_attempt() {
    let parsed = news(&about("payment.captured", &payment("captured")));
    assert_eq!(parsed.kind, "payment.captured");
    assert_eq!(parsed.account.as_deref(), Some("acc_A"));
    assert_eq!(parsed.fact, attempt_with(AttemptStatus::Captured));
    let authorised = about("payment.authorized", &payment("authorized"));
    assert_eq!(fact(&authorised), attempt_with(AttemptStatus::Authorised));
}

/// The gateway's own sample, with our ids and every field that is read.
fn about_dispute(stage: &str, status: &str, deducted: i64) -> Value {
    let dispute = json!({
        "id": "disp_A", "entity": "dispute", "payment_id": "pay_A", "amount": 39_000,
        "currency": "INR", "amount_deducted": deducted, "gateway_dispute_id": null,
        "reason_code": "processed_invalid_expired_card", "reason_description": null,
        "respond_by": 1_796_000_000, "status": status, "phase": "chargeback",
        "created_at": 1_795_000_001, "evidence": {"amount": 39_000, "others": null},
    });
    let payload = json!({
        "payment": {"entity": payment("captured")}, "dispute": {"entity": dispute},
    });
    envelope(&format!("payment.dispute.{stage}"), &payload)
}

fn dispute_with(status: DisputeStatus, deducted: Option<i64>) -> GatewayFact {
    let inr = |amount| Money::new(amount, Currency::Inr).unwrap();
    GatewayFact::Dispute {
        order: GatewayOrderId::parse("order_A").unwrap(),
        dispute: GatewayDispute {
            dispute: GatewayDisputeId::parse("disp_A").unwrap(),
            attempt: GatewayPaymentId::parse("pay_A").unwrap(),
            amount: inr(39_000),
            deducted: deducted.map(inr),
            status,
            code: FailureCode::parse("processed_invalid_expired_card").ok(),
            respond_by: DateTime::from_timestamp(1_796_000_000, 0),
            reported_at: DateTime::from_timestamp(1_795_000_002, 0),
        },
    }
}

#[test]
fn a_dispute_webhook_has_the_status_of_its_dispute() {
    for (stage, status, read) in [
        ("created", "open", DisputeStatus::Open),
        ("under_review", "under_review", DisputeStatus::UnderReview),
        ("action_required", "open", DisputeStatus::ActionRequired),
        ("won", "won", DisputeStatus::Won),
        ("closed", "closed", DisputeStatus::Closed),
        // A status that the program does not know yet.
        ("won", "won_by_default", DisputeStatus::Won),
        ("lost", "", DisputeStatus::Lost),
    ] {
        let body = about_dispute(stage, status, 0);
        assert_eq!(fact(&body), dispute_with(read, None), "{stage} {status}");
    }
    let lost = about_dispute("lost", "lost", 38_000);
    let read = dispute_with(DisputeStatus::Lost, Some(38_000));
    assert_eq!(fact(&lost), read);
}

#[test]
fn a_dispute_that_no_payment_can_record_is_passed_over() {
    let unknown = about_dispute("escalated", "escalated", 0);
    assert_eq!(fact(&unknown), GatewayFact::Other);
    let mut alone = about_dispute("created", "open", 0);
    alone["payload"].as_object_mut().unwrap().remove("payment");
    assert_eq!(fact(&alone), GatewayFact::Other);
    let mut broken = about_dispute("created", "open", 0);
    broken["payload"]["dispute"] = json!({});
    assert_eq!(read(broken.to_string().as_bytes()), Err(UnreadableEvent));
}

#[test]
fn an_order_webhook_is_read_by_its_payment() {
    let payload = json!({
        "payment": {"entity": payment("captured")},
        "order": {"entity": {"id": "order_A", "status": "paid", "amount_paid": 50_000}},
    });
    let parsed = fact(&envelope("order.paid", &payload));
    assert_eq!(parsed, attempt_with(AttemptStatus::Captured));
}

#[test]
fn a_failed_payment_tells_why_if_it_says() {
    let mut failed = payment("failed");
    for (code, read) in [
        (
            json!("BAD_REQUEST_ERROR"),
            FailureCode::parse("BAD_REQUEST_ERROR").ok(),
        ),
        (json!(null), None),
        (json!(""), None),
    ] {
        failed["error_code"] = code;
        let parsed = fact(&about("payment.failed", &failed));
        assert_eq!(parsed, attempt_with(AttemptStatus::Failed { code: read }));
    }
}

#[test]
fn the_status_decides_and_not_the_name_of_the_event_nor_the_flag_beside_it() {
    let mut flagged = payment("authorized");
    flagged["captured"] = true.into();
    let parsed = fact(&about("payment.authorized", &flagged));
    assert_eq!(parsed, attempt_with(AttemptStatus::Authorised));
    let late = about("payment.authorized", &payment("captured"));
    assert_eq!(fact(&late), attempt_with(AttemptStatus::Captured));
    let given_back = about("payment.captured", &payment("refunded"));
    assert_eq!(fact(&given_back), attempt_with(AttemptStatus::Captured));
}

#[test]
fn the_sample_of_the_sdk_for_python_is_read() {
    let parsed = read(include_bytes!(
        "../vectors/fake_payment_authorized_webhook.json"
    ))
    .unwrap();
    let GatewayFact::Attempt(attempt) = parsed.fact else {
        panic!("{parsed:?}")
    };
    // Its event is `authorized`, and its status is captured.
    assert_eq!(parsed.kind, "payment.authorized");
    assert_eq!(attempt.status, AttemptStatus::Captured);
    assert_eq!(
        attempt.amount,
        Money::new(1_000_000, Currency::Inr).unwrap()
    );
    assert_eq!(parsed.account, None);
}

#[test]
fn notes_are_a_list_when_empty_and_an_object_otherwise() {
    for notes in [
        json!([]),
        json!({}),
        json!({"payment": "x"}),
        json!(null),
        json!("text"),
    ] {
        let mut entity = payment("captured");
        entity["notes"] = notes.clone();
        let parsed = fact(&about("payment.captured", &entity));
        assert_eq!(parsed, attempt_with(AttemptStatus::Captured), "{notes}");
    }
    let mut without = payment("captured");
    without.as_object_mut().unwrap().remove("notes");
    assert_eq!(
        fact(&about("payment.captured", &without)),
        attempt_with(AttemptStatus::Captured)
    );
}

#[test]
fn fields_come_and_go() {
    let bare = json!({"id": "pay_A", "order_id": "order_A", "amount": 50_000, "currency": "INR",
                      "status": "captured"});
    assert_eq!(
        fact(&about("payment.captured", &bare)),
        attempt_with(AttemptStatus::Captured)
    );
    let mut more = about("payment.captured", &payment("captured"));
    more["payload"]["payment"]["entity"]["service_tax"] = json!({"new": [1, 2.5]});
    more["payload"]["payment"]["more"] = json!(1);
    more["more"] = json!({"deep": [{}]});
    more.as_object_mut().unwrap().remove("account_id");
    let parsed = news(&more);
    assert_eq!(parsed.account, None);
    assert_eq!(parsed.fact, attempt_with(AttemptStatus::Captured));
}

#[test]
fn a_refund_webhook_has_the_status_of_the_refund() {
    let ours = Some((RefundId::from_uuid(Uuid::from_u128(9)), 3));
    for (event, status, read) in [
        ("refund.created", "pending", GatewayRefundStatus::Pending),
        (
            "refund.created",
            "processed",
            GatewayRefundStatus::Processed,
        ),
        (
            "refund.processed",
            "processed",
            GatewayRefundStatus::Processed,
        ),
        (
            "refund.speed_changed",
            "processed",
            GatewayRefundStatus::Processed,
        ),
        ("refund.failed", "failed", GatewayRefundStatus::Failed),
    ] {
        let parsed = fact(&about_refund(event, &refund(status)));
        assert_eq!(parsed, refund_with(read, ours), "{event} {status}");
    }
}

#[test]
fn a_refund_without_our_notes_is_not_ours() {
    let good = Uuid::from_u128(9).to_string();
    for notes in [
        json!([]),
        json!({}),
        json!({"refund": good}),
        json!({"refund": good, "try": "many"}),
        json!({"refund": good, "try": 3}),
        json!({"refund": "x", "try": "3"}),
    ] {
        let mut entity = refund("processed");
        entity["notes"] = notes.clone();
        let parsed = fact(&about_refund("refund.processed", &entity));
        assert_eq!(
            parsed,
            refund_with(GatewayRefundStatus::Processed, None),
            "{notes}"
        );
    }
}

#[test]
fn what_no_payment_would_note_is_something_else() {
    let changed = |field: &str, value: Value| {
        let mut entity = payment("captured");
        entity[field] = value;
        about("payment.captured", &entity)
    };
    let mut strange_refund = refund("processed");
    strange_refund["currency"] = "XTS".into();
    let without_payment = envelope(
        "refund.processed",
        &json!({"refund": {"entity": refund("processed")}}),
    );
    for body in [
        changed("order_id", json!(null)),
        changed("order_id", json!("")),
        changed("order_id", json!("not an id")),
        changed("currency", json!("XTS")),
        changed("status", json!("in_limbo")),
        changed("amount", json!(-1)),
        about_refund("refund.processed", &strange_refund),
        without_payment,
        about("payment.downtime.started", &json!({})),
        envelope("settlement.processed", &json!({"settlement": {}})),
        json!({"event": "invoice.paid"}),
    ] {
        assert_eq!(fact(&body), GatewayFact::Other, "{body}");
    }
}
