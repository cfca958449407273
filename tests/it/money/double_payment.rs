//! Double payments: one of them is refunded.

use super::fixture::{FEE, Fixture};
use crate::support::eventually;

#[tokio::test]
async fn the_second_payment_for_a_visit_is_refunded() {
    let fixture = Fixture::open().await;
    let (asha, desk) = (fixture.patient(), fixture.desk());
    let (booked, own) = fixture.book(&asha, 0).await;
    let desks = fixture.checkout(&desk, &booked).await;
    assert_ne!(own.body["orderId"], desks.body["orderId"]);
    let first = fixture.pay_without_webhook(&own).await;
    let second = fixture.pay_without_webhook(&desks).await;
    fixture.verify(&asha, &own, &first).await;
    fixture.verify(&desk, &desks, &second).await;
    fixture.wait_for_amounts(&desks, FEE, FEE).await;
    assert_eq!(fixture.refund_grounds(&desks).await, ["PAID_TWICE"]);
    let read = fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    assert_eq!(read.body["paidBy"], own.body["paymentId"]);
    assert_eq!(fixture.amounts(&own).await, (FEE, 0));
    fixture.close().await;
}

#[tokio::test]
async fn concurrent_payments_for_a_visit_are_kept_once() {
    let fixture = Fixture::open().await;
    let (asha, desk) = (fixture.patient(), fixture.desk());
    let (booked, own) = fixture.book(&asha, 0).await;
    let desks = fixture.checkout(&desk, &booked).await;
    let first = fixture.pay_without_webhook(&own).await;
    let second = fixture.pay_without_webhook(&desks).await;
    tokio::join!(
        fixture.verify(&asha, &own, &first),
        fixture.verify(&desk, &desks, &second),
    );
    eventually("one of the two is refunded", async || {
        let (own, desks) = (fixture.amounts(&own).await, fixture.amounts(&desks).await);
        own.1 + desks.1 == FEE
    })
    .await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    fixture.close().await;
}
