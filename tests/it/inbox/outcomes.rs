//! Outcomes of deliveries, in any order.

use chrono::TimeDelta;
use serde_json::json;

use super::fixture::{ACCOUNT, FEE, Inbox, attempt, captured};

fn bytes(event: &serde_json::Value) -> Vec<u8> {
    event.to_string().into_bytes()
}

/// Event of a partial refund of `pay_1` made by hand.
fn refunded(order: &str, id: &str, amount: i64) -> Vec<u8> {
    let mut event = attempt("refund.processed", order, "pay_1", "captured");
    event["contains"] = json!(["refund", "payment"]);
    event["payload"]["refund"] = json!({"entity": {
        "id": id, "entity": "refund", "amount": amount, "currency": "INR", "payment_id": "pay_1",
        "notes": [], "receipt": null, "acquirer_data": {"arn": null},
        "created_at": 1_567_674_700, "batch_id": null, "status": "processed",
        "speed_processed": "normal", "speed_requested": "normal",
    }});
    bytes(&event)
}

#[tokio::test]
async fn events_of_another_account_are_stored_and_not_applied() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let mut event = attempt("payment.captured", &order, "pay_1", "captured");
    event["account_id"] = json!("acc_another");
    inbox.deliver("evt_1", &bytes(&event)).await;
    assert_eq!(inbox.outcome().await, "OTHER_ACCOUNT");
    assert_eq!(inbox.events("payment.captured").await, 0);
    event["account_id"] = json!(ACCOUNT);
    inbox.deliver("evt_1", &bytes(&event)).await;
    assert_eq!(inbox.outcomes(2).await, ["OTHER_ACCOUNT", "APPLIED"]);
    inbox.close().await;
}

#[tokio::test]
async fn events_of_other_kinds_and_unknown_fields_are_stored() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let other = json!({"entity": "event", "account_id": ACCOUNT, "event": "invoice.paid", "payload": {"invoice": {}}});
    inbox.deliver("evt_1", &bytes(&other)).await;
    let mut unknown = attempt("payment.captured", &order, "pay_1", "captured");
    unknown["payload"]["payment"]["entity"]["flavour"] = json!({"new": [1, 2]});
    unknown["payload"]["payment"]["entity"]["notes"] = json!({"payment": "x"});
    inbox.deliver("evt_2", &bytes(&unknown)).await;
    assert_eq!(inbox.outcomes(2).await, ["OTHER_KIND", "APPLIED"]);
    inbox.close().await;
}

#[tokio::test]
async fn reordered_events_have_the_same_result() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    inbox.deliver("evt_3", &captured(&order, "pay_1")).await;
    inbox.outcome().await;
    let authorised = attempt("payment.authorized", &order, "pay_1", "authorized");
    inbox.deliver("evt_2", &bytes(&authorised)).await;
    inbox.outcomes(2).await;
    let failed = attempt("payment.failed", &order, "pay_1", "failed");
    inbox.deliver("evt_1", &bytes(&failed)).await;
    let outcomes = inbox.outcomes(3).await;
    assert_eq!(outcomes, ["APPLIED", "NOTHING_NEW", "NOTHING_NEW"]);
    assert_eq!(inbox.events("payment.captured").await, 1);
    assert_eq!(inbox.events("payment.authorised").await, 0);
    inbox.close().await;
}

#[tokio::test]
async fn a_capture_with_another_amount_or_currency_is_refunded() {
    let inbox = Inbox::open().await;
    let (visit, order) = inbox.order(0).await;
    let mut less = attempt("payment.captured", &order, "pay_1", "captured");
    less["payload"]["payment"]["entity"]["amount"] = json!(FEE - 1);
    inbox.deliver("evt_1", &bytes(&less)).await;
    let mut dollars = attempt("payment.captured", &order, "pay_2", "captured");
    dollars["payload"]["payment"]["entity"]["currency"] = json!("USD");
    inbox.deliver("evt_2", &bytes(&dollars)).await;
    assert_eq!(inbox.outcomes(2).await, ["APPLIED", "APPLIED"]);
    assert_eq!(inbox.events("payment.refund_requested").await, 2);
    assert_eq!(inbox.status(&visit).await, "BOOKED");
    inbox.close().await;
}

#[tokio::test]
async fn an_unknown_order_is_retried_and_then_given_up() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    inbox
        .deliver("evt_1", &captured("order_unknown", "pay_1"))
        .await;
    inbox.deliver("evt_2", &captured(&order, "pay_2")).await;
    // The delivery after it is not blocked.
    let settled = async || inbox.listed().await.iter().any(|one| one.outcome.is_some());
    crate::support::eventually("the known order is paid", settled).await;
    let waiting = inbox
        .listed()
        .await
        .into_iter()
        .filter(|one| one.outcome.is_none());
    assert_eq!(waiting.count(), 1);
    // A timer is deleted once its work is done, which is a moment after its outcome can be read.
    let one_timer = async || inbox.timers().await == 1;
    crate::support::eventually("the timer of the unknown order is left", one_timer).await;
    inbox.site.clock.advance(TimeDelta::minutes(11));
    let outcomes = inbox.outcomes(2).await;
    assert!(
        outcomes.contains(&"UNKNOWN_ORDER".to_owned()),
        "{outcomes:?}"
    );
    inbox.close().await;
}

#[tokio::test]
async fn a_refund_made_by_hand_is_applied_unless_it_exceeds_the_payment() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    inbox.deliver("evt_1", &captured(&order, "pay_1")).await;
    inbox.outcome().await;
    let refund = |id: &str, amount: i64| refunded(&order, id, amount);
    inbox.deliver("evt_2", &refund("rfnd_1", 30_000)).await;
    inbox.outcomes(2).await;
    inbox.deliver("evt_3", &refund("rfnd_2", FEE)).await;
    inbox.site.clock.advance(TimeDelta::minutes(11));
    assert_eq!(inbox.outcomes(3).await, ["APPLIED", "APPLIED", "REFUSED"]);
    assert_eq!(inbox.events("payment.refunded").await, 1);
    inbox.close().await;
}

#[tokio::test]
async fn a_refund_received_before_its_capture_waits_for_it() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    inbox
        .deliver("evt_2", &refunded(&order, "rfnd_1", 30_000))
        .await;
    inbox.deliver("evt_1", &captured(&order, "pay_1")).await;
    let paid = async || inbox.listed().await.iter().any(|one| one.outcome.is_some());
    crate::support::eventually("the capture is applied", paid).await;
    inbox.site.clock.advance(TimeDelta::minutes(2));
    assert_eq!(inbox.outcomes(2).await, ["APPLIED", "APPLIED"]);
    assert_eq!(inbox.events("payment.refunded").await, 1);
    inbox.close().await;
}
