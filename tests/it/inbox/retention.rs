//! Retention of delivery bodies.

use adapters::gateway_inbox::{PgGatewayInbox, Wanted};
use chrono::TimeDelta;
use commands::ports::{Delivery, DeliveryDigest, DeliveryOutcome, GatewayInbox as _, Verdict};
use sqlx::PgPool;
use tests::database::Database;
use tests::sealing::sealing;

use crate::support::now;

async fn inbox() -> (PgPool, PgGatewayInbox) {
    let pool = Database::create().await.unwrap().pool(4).await.unwrap();
    let sealing = sealing(pool.clone()).await.unwrap();
    (pool.clone(), PgGatewayInbox::new(pool, sealing))
}

async fn body(inbox: &PgGatewayInbox, digest: &DeliveryDigest) -> Option<Vec<u8>> {
    inbox.find(digest).await.unwrap().unwrap().body
}

#[tokio::test]
async fn bodies_past_retention_are_shredded_and_their_outcomes_stay() {
    let (pool, inbox) = inbox().await;
    let old = Delivery::new(b"evt_1", b"old".to_vec(), now() - TimeDelta::days(91));
    let young = Delivery::new(b"evt_2", b"young".to_vec(), now() - TimeDelta::days(90));
    for delivery in [&old, &young] {
        assert!(inbox.keep(delivery).await.unwrap());
    }
    let verdict = Verdict {
        outcome: DeliveryOutcome::Applied,
        kind: Some("payment.captured".to_owned()),
        order: None,
        at: now(),
    };
    inbox.settle(&old.digest, &verdict).await.unwrap();
    // A copy of the table, as a backup would have one.
    let copy: Option<String> =
        sqlx::query_scalar("select body from gateway_inbox where digest = $1")
            .bind(old.digest.as_bytes())
            .fetch_one(&pool)
            .await
            .unwrap();

    assert_eq!(inbox.prune(now()).await.unwrap(), 1);
    assert_eq!(inbox.prune(now()).await.unwrap(), 0);
    assert_eq!(body(&inbox, &old.digest).await, None);
    assert_eq!(body(&inbox, &young.digest).await, Some(b"young".to_vec()));
    let listed = inbox.list(Wanted::One(old.digest), 1).await.unwrap();
    assert_eq!(listed[0].outcome, Some(DeliveryOutcome::Applied));
    assert!(!listed[0].readable);
    assert_eq!(
        inbox
            .work_again(Wanted::One(old.digest), now())
            .await
            .unwrap(),
        0
    );

    // The copy cannot be decrypted either.
    sqlx::query("update gateway_inbox set body = $2 where digest = $1")
        .bind(old.digest.as_bytes())
        .bind(copy)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(body(&inbox, &old.digest).await, None);
}

#[tokio::test]
async fn a_delivery_is_stored_once_together_with_its_timer() {
    let (pool, inbox) = inbox().await;
    let delivery = Delivery::new(b"evt_1", b"{}".to_vec(), now());
    let all = futures::future::join_all((0..8).map(|_| inbox.keep(&delivery))).await;
    let new = all.into_iter().filter(|kept| *kept.as_ref().unwrap());
    assert_eq!(new.count(), 1);
    let timers: Vec<(String, String)> = sqlx::query_as("select kind, key from timers")
        .fetch_all(&pool)
        .await
        .unwrap();
    let key = delivery.digest.to_string();
    assert_eq!(timers, [("gateway-news".to_owned(), key)]);
    // A repeat of a processed delivery sets no timer.
    sqlx::query("delete from timers")
        .execute(&pool)
        .await
        .unwrap();
    assert!(!inbox.keep(&delivery).await.unwrap());
    let timers: i64 = sqlx::query_scalar("select count(*) from timers")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(timers, 0);
    assert_eq!(inbox.waiting().await.unwrap().count, 1);
    assert_eq!(inbox.waiting().await.unwrap().since, Some(now()));
}
