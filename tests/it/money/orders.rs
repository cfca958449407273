//! Orders with attempts that can't be read, other amounts, refused captures, and orders that the gateway does
//! not tell of.

use adapters::system::SystemIds;
use chrono::TimeDelta;
use commands::payments::payment_id;
use commands::ports::IdSource as _;
use domain::PatientId;
use domain::payment::{ClosingGrounds, PayableKind};
use projections::payments::orders_for_operators;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;

use super::fixture::{FEE, Fixture};
use crate::support::{Client, Reply, eventually, now};

/// A plan of an attempt without a webhook.
fn silent(mut plan: Value) -> Value {
    plan["webhook"] = json!({"drop": true});
    plan
}

/// Orders on the operators' list, with the grounds.
async fn for_operators(fixture: &Fixture) -> Vec<(String, ClosingGrounds)> {
    let listed = orders_for_operators(&fixture.clinic.pool, 10).await;
    let listed = listed.unwrap().into_iter();
    listed
        .map(|order| (order.order.to_string(), order.grounds))
        .collect()
}

async fn wait_for_operators(fixture: &Fixture, order: &str, grounds: ClosingGrounds) {
    let expected = [(order.to_owned(), grounds)];
    eventually("the order is on the operators' list", async || {
        for_operators(fixture).await == expected
    })
    .await;
}

/// Kinds and amounts of the entries of a visit's ledger.
async fn ledger(client: &Client, booked: &Reply) -> Vec<(String, i64)> {
    let ledger = client.get(&booked.appointment("ledger")).expect(200).await;
    let entries = ledger.body["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let kind = entry["kind"].as_str().unwrap().to_owned();
            (kind, entry["amount"]["amount"].as_i64().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn an_attempt_that_can_t_be_read_hides_no_capture() {
    for (unreadable, listed) in [
        (json!({"outcome": "failed", "currency": "MYR"}), false),
        (json!({"outcome": "captured", "currency": "MYR"}), true),
    ] {
        let fixture = Fixture::open().await;
        let asha = fixture.patient();
        let (booked, checkout) = fixture.book(&asha, 0).await;
        fixture.attempt(&checkout, silent(unreadable)).await;
        fixture.pay_without_webhook(&checkout).await;
        fixture.set_clock(now() + TimeDelta::minutes(5));
        fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
        fixture.set_clock(now() + TimeDelta::days(4));
        let order = checkout.text("orderId");
        if listed {
            wait_for_operators(&fixture, order, ClosingGrounds::Unreadable).await;
        }
        no_timer_is_left(&fixture, "payment-reconcile").await;
        assert_eq!(for_operators(&fixture).await.len(), usize::from(listed));
        fixture.close().await;
    }
}

async fn no_timer_is_left(fixture: &Fixture, kind: &str) {
    eventually("the timer is gone", async || {
        let sql = "select count(*) from timers where kind = $1";
        fixture.clinic.count(sql, kind).await == 0
    })
    .await;
}

#[tokio::test]
async fn another_amount_settles_if_the_gateway_says_that_the_order_is_paid() {
    for (outcome, amount, kind) in [
        ("captured", 72_000, "DISCOUNT"),
        ("captured", 81_888, "SURCHARGE"),
        ("authorized", 72_000, "DISCOUNT"),
        ("authorized", 81_888, "SURCHARGE"),
    ] {
        let fixture = Fixture::open().await;
        let asha = fixture.patient();
        let (booked, checkout) = fixture.book(&asha, 20).await;
        let offer = json!({"outcome": outcome, "amount": amount, "paysOrder": true});
        let proof = fixture.attempt(&checkout, silent(offer)).await;
        fixture.verify(&asha, &checkout, &proof).await;
        fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
        let expected = [
            ("CAPTURE".to_owned(), amount),
            (kind.to_owned(), (amount - FEE).abs()),
        ];
        eventually("the ledger has the difference", async || {
            ledger(&asha, &booked).await == expected
        })
        .await;
        assert_eq!(fixture.amounts(&checkout).await, (amount, 0));
        // Half of what was paid of the fee goes back.
        let cancel = asha.post(&booked.appointment("cancel"), &json!({}));
        cancel.expect(200).await;
        let half = amount.min(FEE) / 2;
        fixture.wait_for_amounts(&checkout, amount, half).await;
        fixture.close().await;
    }
}

#[tokio::test]
async fn a_webhook_about_another_amount_settles_as_well() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let offer = json!({"outcome": "captured", "amount": 72_000, "paysOrder": true});
    fixture.attempt(&checkout, offer).await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    fixture.close().await;
}

/// The order is paid, but not by the attempt that is noted first.
#[tokio::test]
async fn a_lower_amount_is_refunded_where_a_second_attempt_paid_in_full() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let late = json!({"delay_ms": 300});
    let lower = json!({"outcome": "captured", "amount": FEE - 1, "webhook": late});
    fixture.attempt(&checkout, lower).await;
    let proof = fixture.pay_without_webhook(&checkout).await;
    eventually("the lower amount is refunded", async || {
        fixture.refund_grounds(&checkout).await == ["WRONG_AMOUNT"]
    })
    .await;
    fixture.verify(&asha, &checkout, &proof).await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    fixture
        .wait_for_amounts(&checkout, FEE - 1 + FEE, FEE - 1)
        .await;
    fixture.close().await;
}

#[tokio::test]
async fn after_a_refunded_amount_the_payer_gets_another_order_and_pays_it() {
    for wrong in [
        json!({"outcome": "captured", "amount": FEE - 1}),
        json!({"outcome": "captured", "currency": "USD", "paysOrder": true}),
    ] {
        let fixture = Fixture::open().await;
        let asha = fixture.patient();
        let (booked, first) = fixture.book(&asha, 0).await;
        let proof = fixture.attempt(&first, silent(wrong.clone())).await;
        let verified = fixture.verify(&asha, &first, &proof).await;
        assert_eq!(verified.body["paid"], false, "{wrong}");
        eventually("the amount is refunded", async || {
            fixture.refund_grounds(&first).await == ["WRONG_AMOUNT"]
        })
        .await;
        let second = fixture.checkout(&asha, &booked).await;
        assert_ne!(second.body["orderId"], first.body["orderId"]);
        assert_eq!(second.body["paymentId"], first.body["paymentId"]);
        assert_eq!(fixture.checkout(&asha, &booked).await.body, second.body);
        fixture.pay(&asha, &second).await;
        fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
        assert_eq!(fixture.amounts(&second).await, (FEE, 0));
        fixture.close().await;
    }
}

#[tokio::test]
async fn a_capture_that_was_refused_once_is_tried_again() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let authorised = json!({"outcome": "authorized"});
    let path = format!("/sandbox/orders/{}/attempts", checkout.text("orderId"));
    let refuses = json!({"failNext": 1, "status": 400});
    fixture
        .control(Method::PUT, "/sandbox/faults", refuses)
        .await;
    fixture.control(Method::POST, &path, authorised).await;
    eventually("the capture was refused and is put off", async || {
        let sql = "
            select count(*)
            from timers, razorpay_sandbox_faults
            where kind = $1 and tries = 0 and taken_until is null and fail_next = 0";
        fixture.clinic.count(sql, "payment-capture").await == 1
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (0, 0));
    eventually("the visit is confirmed", async || {
        fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::seconds(5));
        let visit = asha.get(&booked.appointment("")).send().await;
        visit.body["status"] == "CONFIRMED"
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    fixture.close().await;
}

#[tokio::test]
async fn an_order_that_the_gateway_refuses_to_tell_of_ends_on_the_operators_list() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.book(&asha, 0).await;
    let order = checkout.text("orderId").to_owned();
    let refuses = json!({"failNext": 10_000, "status": 400});
    fixture
        .control(Method::PUT, "/sandbox/faults", refuses)
        .await;
    fixture.set_clock(now() + TimeDelta::hours(2));
    let asked_again = now() + TimeDelta::hours(2);
    eventually("it is asked about again later", async || {
        let sql = "select count(*) from timers where kind = $1 and tries = 0 and due_at > $2";
        let again = sqlx::query_scalar::<_, i64>(sql)
            .bind("payment-reconcile")
            .bind(asked_again);
        again.fetch_one(&fixture.clinic.pool).await.unwrap() == 1
    })
    .await;
    assert_eq!(for_operators(&fixture).await, []);
    fixture.set_clock(now() + TimeDelta::hours(79));
    wait_for_operators(&fixture, &order, ClosingGrounds::NotTold).await;
    no_timer_is_left(&fixture, "payment-reconcile").await;
    assert_eq!(
        fixture
            .count_events(&checkout, "payment.order_closed")
            .await,
        1
    );
    fixture.close().await;
}

#[tokio::test]
async fn an_order_that_belongs_to_another_payment_is_not_handed_out() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let principal = Principal::patient(PatientId::from_uuid(SystemIds.id()));
    let ravi = fixture.long_lived(&principal);
    let (_, checkout) = fixture.book(&asha, 0).await;
    let booked = fixture.clinic.book(&ravi, 1).expect(201).await;
    let path = booked.appointment("payment");
    // The gateway takes the first order for the one of the other payment.
    let payable = PayableKind::Visit.with_id(booked.id());
    let other = payment_id(payable, principal.account);
    let confuse = "update razorpay_sandbox_orders set receipt = $2 where id = $1";
    sqlx::query(confuse)
        .bind(checkout.text("orderId"))
        .bind(other.to_string())
        .execute(&fixture.clinic.pool)
        .await
        .unwrap();
    let away = ravi.post(&path, &json!({})).expect(503).await;
    away.is("gateway-away");
    let order = checkout.text("orderId");
    wait_for_operators(&fixture, order, ClosingGrounds::OtherPayment).await;
    // The next request asks for an order of its own.
    let own = fixture.checkout(&ravi, &booked).await;
    assert_ne!(own.body["orderId"], checkout.body["orderId"]);
    fixture.pay(&ravi, &own).await;
    fixture.wait_for_status(&ravi, &booked, "CONFIRMED").await;
    // The first payer's order is untouched.
    fixture.pay(&asha, &checkout).await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    fixture.close().await;
}
