//! What is paid twice goes back once.

use tests::app::Somebody;

use super::till::{FEE, Till};
use domain::ClinicScope;

#[tokio::test]
async fn of_two_who_pay_for_one_visit_the_second_gets_it_back() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let scope = ClinicScope::Only([till.clinic.facts.clinic].into());
    let desk = till.lasting(&Somebody::receptionist(scope));
    let own = till.checkout(&asha, &booked).await;
    let desks = till.checkout(&desk, &booked).await;
    assert_ne!(own.body["orderId"], desks.body["orderId"]);
    let first = till.pay_in_silence(&own).await;
    let second = till.pay_in_silence(&desks).await;
    till.verify(&asha, &own, &first).await;
    till.verify(&desk, &desks, &second).await;
    till.books_say(&desks, (FEE, FEE)).await;
    assert_eq!(till.grounds(&desks).await, ["PAID_TWICE"]);
    let read = till.stands(&asha, &booked, "CONFIRMED").await;
    assert_eq!(read.body["paidBy"], own.body["paymentId"]);
    assert_eq!(till.books(&own).await, (FEE, 0));
    till.close().await;
}

#[tokio::test]
async fn two_who_pay_in_the_same_moment_keep_one_visit() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let scope = ClinicScope::Only([till.clinic.facts.clinic].into());
    let desk = till.lasting(&Somebody::receptionist(scope));
    let own = till.checkout(&asha, &booked).await;
    let desks = till.checkout(&desk, &booked).await;
    let first = till.pay_in_silence(&own).await;
    let second = till.pay_in_silence(&desks).await;
    tokio::join!(
        till.verify(&asha, &own, &first),
        till.verify(&desk, &desks, &second),
    );
    crate::support::eventually("one of the two is back", async || {
        let (own, desks) = (till.books(&own).await, till.books(&desks).await);
        own.1 + desks.1 == FEE
    })
    .await;
    till.stands(&asha, &booked, "CONFIRMED").await;
    till.close().await;
}
