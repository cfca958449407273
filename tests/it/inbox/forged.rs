//! Deliveries that are forged, altered, unreadable or too large.

use serde_json::json;

use super::fixture::{Inbox, SECRET, attempt, captured, sign};

#[tokio::test]
async fn an_unsigned_delivery_is_refused_without_a_reason_and_not_stored() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let body = captured(&order, "pay_1");
    let good = sign(SECRET, &body);
    let wrong = [
        None,
        Some(String::new()),
        Some("0".repeat(64)),
        Some(good[..63].to_owned()),
        Some(format!("{good}0")),
        Some(format!(" {good}x")),
        Some(sign("another secret", &body)),
        Some(sign("", &body)),
    ];
    let mut answers = Vec::new();
    for signature in wrong {
        let answer = inbox
            .deliver_signed("evt_1", &body, signature.as_deref())
            .await;
        assert_eq!(answer.status, 401, "{signature:?}");
        answer.is("unauthenticated");
        answers.push(answer.raw);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(inbox.listed().await.is_empty());
    inbox.close().await;
}

#[tokio::test]
async fn a_truncated_reencoded_or_changed_body_is_refused() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let event = attempt("payment.captured", &order, "pay_1", "captured");
    let body = serde_json::to_vec(&event).unwrap();
    let signature = sign(SECRET, &body);
    let text = String::from_utf8(body.clone()).unwrap();
    let others = [
        body[..body.len() - 1].to_vec(),
        serde_json::to_vec_pretty(&event).unwrap(),
        [&body[..], b"\n"].concat(),
        text.replace("80000", "80001").into_bytes(),
        text.replace('@', "\\u0040").into_bytes(),
        Vec::new(),
    ];
    for other in others {
        let answer = inbox
            .deliver_signed("evt_1", &other, Some(&signature))
            .await;
        assert_eq!(answer.status, 401);
    }
    assert!(inbox.listed().await.is_empty());
    assert_eq!(
        inbox
            .deliver_signed("evt_1", &body, Some(&signature))
            .await
            .status,
        200
    );
    assert_eq!(inbox.outcome().await, "APPLIED");
    inbox.close().await;
}

#[tokio::test]
async fn a_body_has_at_most_256_kib() {
    let inbox = Inbox::open().await;
    let most = vec![b' '; 256 * 1024];
    assert_eq!(inbox.deliver("evt_1", &most).await.status, 200);
    let more = vec![b' '; 256 * 1024 + 1];
    let answer = inbox.deliver("evt_2", &more).await;
    assert_eq!(answer.status, 413);
    answer.is("body-too-large");
    assert_eq!(inbox.outcome().await, "UNREADABLE");
    inbox.close().await;
}

#[tokio::test]
async fn a_signed_unreadable_body_is_stored_and_answered_like_any_other() {
    let inbox = Inbox::open().await;
    let bodies: [&[u8]; 7] = [
        b"",
        b"<html>Service unavailable</html>",
        b"\xff\xfe\x00",
        b"[]",
        br#"{"entity":"event"}"#,
        br#"{"event":"payment.captured","payload":{}}"#,
        br#"{"event":"payment.captured","payload":{"payment":{"entity":{"id":7}}}}"#,
    ];
    for (number, body) in bodies.iter().enumerate() {
        let answer = inbox.deliver(&format!("evt_{number}"), body).await;
        assert_eq!((answer.status, answer.raw.as_str()), (200, ""));
    }
    let outcomes = inbox.outcomes(bodies.len()).await;
    assert_eq!(outcomes, vec!["UNREADABLE"; bodies.len()]);
    inbox.close().await;
}

#[tokio::test]
async fn an_unusable_event_id_is_accepted_and_not_stored() {
    let inbox = Inbox::open().await;
    let body = json!({"entity": "event", "event": "settlement.processed", "payload": {}});
    let body = body.to_string().into_bytes();
    let ids = [
        String::new(),
        "e".repeat(65),
        "é".to_owned(),
        "a b".to_owned(),
    ];
    for id in &ids {
        assert_eq!(inbox.deliver(id, &body).await.status, 200, "{id}");
    }
    assert_eq!(
        inbox.outcomes(ids.len()).await,
        vec!["OTHER_KIND"; ids.len()]
    );
    assert!(
        inbox
            .listed()
            .await
            .iter()
            .all(|one| one.event_id.is_none())
    );
    inbox.close().await;
}

#[tokio::test]
async fn a_web_page_may_not_post_webhooks() {
    let inbox = Inbox::open().await;
    let url = format!("http://{}/api/v1/webhooks/razorpay", inbox.client.host());
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .request(reqwest::Method::OPTIONS, url)
        .header("Origin", "https://front.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "x-razorpay-signature")
        .send()
        .await
        .unwrap();
    assert!(!answer.status().is_success(), "{answer:?}");
    let allowed = answer.headers().get("access-control-allow-headers");
    let allowed = allowed.map(|names| names.to_str().unwrap().to_lowercase());
    assert!(!allowed.unwrap_or_default().contains("razorpay"));
    inbox.close().await;
}
