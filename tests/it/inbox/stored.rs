//! Stored deliveries: repeats, secrets and sealing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use commands::ports::GatewayInbox as _;
use serde_json::json;

use super::fixture::{Inbox, PREVIOUS_SECRET, captured, sign};

#[tokio::test]
async fn a_capture_gets_an_empty_answer_and_confirms_the_visit() {
    let inbox = Inbox::open().await;
    let (visit, order) = inbox.order(0).await;
    let answer = inbox.deliver("evt_1", &captured(&order, "pay_1")).await;
    assert_eq!((answer.status, answer.raw.as_str()), (200, ""));
    assert_eq!(inbox.outcome().await, "APPLIED");
    assert_eq!(inbox.events("payment.captured").await, 1);
    crate::support::eventually("the visit is confirmed", async || {
        inbox.status(&visit).await == "CONFIRMED"
    })
    .await;
    let listed = inbox.listed().await.remove(0);
    assert_eq!(listed.kind.as_deref(), Some("payment.captured"));
    assert_eq!(listed.order.as_deref(), Some(order.as_str()));
    assert_eq!(listed.event_id.as_deref(), Some("evt_1"));
    crate::support::eventually("no timer is left", async || inbox.timers().await == 0).await;
    inbox.close().await;
}

#[tokio::test]
async fn a_repeated_delivery_gets_the_same_answer_and_is_stored_once() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let body = captured(&order, "pay_1");
    for _ in 0..5 {
        let answer = inbox.deliver("evt_1", &body).await;
        assert_eq!((answer.status, answer.raw.as_str()), (200, ""));
    }
    assert_eq!(inbox.outcome().await, "APPLIED");
    // Also once it was processed.
    assert_eq!(inbox.deliver("evt_1", &body).await.status, 200);
    assert_eq!(inbox.listed().await.len(), 1);
    crate::support::eventually("no timer is left", async || inbox.timers().await == 0).await;
    assert_eq!(inbox.events("payment.captured").await, 1);
    inbox.close().await;
}

#[tokio::test]
async fn a_forged_event_id_hides_no_other_delivery() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    // An attacker who has seen one delivery sends it under the id of another that is on its way.
    let seen = json!({"entity": "event", "event": "settlement.processed", "payload": {}});
    let seen = seen.to_string().into_bytes();
    assert_eq!(inbox.deliver("evt_2", &seen).await.status, 200);
    let hidden = captured(&order, "pay_1");
    assert_eq!(inbox.deliver("evt_2", &hidden).await.status, 200);
    assert_eq!(inbox.outcomes(2).await, ["OTHER_KIND", "APPLIED"]);
    // The same event under another id changes nothing.
    assert_eq!(inbox.deliver("evt_3", &hidden).await.status, 200);
    let outcomes = inbox.outcomes(3).await;
    assert_eq!(outcomes, ["OTHER_KIND", "APPLIED", "NOTHING_NEW"]);
    assert_eq!(inbox.events("payment.captured").await, 1);
    inbox.close().await;
}

#[tokio::test]
async fn the_previous_webhook_secret_is_still_accepted() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let body = captured(&order, "pay_1");
    let signature = sign(PREVIOUS_SECRET, &body);
    let answer = inbox.deliver_signed("evt_1", &body, Some(&signature)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(inbox.outcome().await, "APPLIED");
    inbox.close().await;
}

#[tokio::test]
async fn the_table_of_deliveries_contains_no_data_of_the_payer_in_clear() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let body = captured(&order, "pay_1");
    inbox.deliver("evt_1", &body).await;
    inbox.outcome().await;
    let row: String = sqlx::query_scalar("select gateway_inbox::text from gateway_inbox")
        .fetch_one(&inbox.pool)
        .await
        .unwrap();
    // Encoding alone would not seal it.
    let encoded = STANDARD.encode(&body);
    for personal in ["asha.rao@example.com", "+919812345678", &encoded[..40]] {
        assert!(!row.contains(personal), "{row}");
    }
    let digest = inbox.listed().await.remove(0).digest;
    let kept = inbox.store.find(&digest).await.unwrap().unwrap();
    assert_eq!(kept.body, Some(body));
    inbox.close().await;
}

#[tokio::test]
async fn a_body_moved_to_another_row_does_not_decrypt() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    inbox.deliver("evt_1", &captured(&order, "pay_1")).await;
    inbox.deliver("evt_2", &captured(&order, "pay_2")).await;
    inbox.outcomes(2).await;
    let exchange =
        "update gateway_inbox a set body = b.body from gateway_inbox b where a.digest <> b.digest";
    sqlx::query(exchange).execute(&inbox.pool).await.unwrap();
    for listed in inbox.listed().await {
        assert!(inbox.store.find(&listed.digest).await.is_err());
    }
    inbox.close().await;
}
