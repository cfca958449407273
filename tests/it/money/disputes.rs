//! Disputes at the gateway, and what they mean for refunds.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{FEE, Fixture, Proof};
use crate::support::{Client, Reply, eventually, slot};

/// A paid visit, and its attempt at the gateway.
struct Paid {
    fixture: Fixture,
    asha: Client,
    booked: Reply,
    checkout: Reply,
    attempt: String,
}

impl Paid {
    /// Twenty slots ahead, half of the fee would be refunded.
    async fn open() -> Self {
        let fixture = Fixture::open().await;
        let asha = fixture.patient();
        let (booked, checkout) = fixture.paid(&asha, 20).await;
        let path = format!("/api/v1/payments/{}", checkout.text("paymentId"));
        eventually("the payment is shown as paid", async || {
            asha.get(&path).send().await.body["status"] == "PAID"
        })
        .await;
        let shown: Proof = asha.get(&path).expect(200).await.body;
        Self {
            attempt: shown["gatewayPaymentId"].as_str().unwrap().to_owned(),
            fixture,
            asha,
            booked,
            checkout,
        }
    }

    /// The payment's bank raises a dispute. Returns it once the program knows of it.
    async fn dispute(&self, amount: i64) -> String {
        let path = format!("/sandbox/payments/{}/disputes", self.attempt);
        let dispute = self
            .fixture
            .control(Method::POST, &path, json!({"amount": amount}))
            .await;
        self.wait_for_event("payment.dispute_opened").await;
        dispute["id"].as_str().unwrap().to_owned()
    }

    /// The payment's bank raises a dispute of which no webhook arrives.
    async fn dispute_unheard(&self, amount: i64) -> String {
        let path = format!("/sandbox/payments/{}/disputes", self.attempt);
        let body = json!({"amount": amount, "webhook": {"drop": true}});
        let dispute = self.fixture.control(Method::POST, &path, body).await;
        dispute["id"].as_str().unwrap().to_owned()
    }

    async fn advance_unheard(&self, dispute: &str, stage: &str) {
        let path = format!("/sandbox/disputes/{dispute}");
        let body = json!({"stage": stage, "webhook": {"drop": true}});
        self.fixture.control(Method::POST, &path, body).await;
    }

    /// Moves the clock to the next time at which the gateway is asked for its disputes, and waits until the payment has
    /// so many events of that type.
    async fn reconciled(&self, kind: &str, count: i64) {
        let later = self.fixture.clinic.site.clock_now() + TimeDelta::hours(7);
        self.fixture.set_clock(later);
        eventually(kind, async || {
            self.fixture.count_events(&self.checkout, kind).await == count
        })
        .await;
    }

    async fn advance(&self, dispute: &str, stage: &str) {
        let path = format!("/sandbox/disputes/{dispute}");
        let body = json!({"stage": stage});
        self.fixture.control(Method::POST, &path, body).await;
    }

    async fn decide(&self, dispute: &str, stage: &str) {
        self.advance(dispute, stage).await;
        self.wait_for_event("payment.dispute_decided").await;
    }

    async fn wait_for_event(&self, kind: &str) {
        eventually(kind, async || {
            self.fixture.count_events(&self.checkout, kind).await == 1
        })
        .await;
    }

    async fn cancel(&self) {
        let path = self.booked.appointment("cancel");
        self.asha.post(&path, &json!({})).expect(200).await;
    }

    /// Waits until the timers of the cancellation have run.
    async fn timers_run(&self) {
        eventually("the timer of the payment has run", async || {
            let sql = "select count(*) from timers where kind = $1";
            self.fixture.clinic.count(sql, "payment-cancelled").await == 0
        })
        .await;
    }

    async fn details(&self) -> Value {
        let path = format!("/api/v1/payments/{}", self.checkout.text("paymentId"));
        self.asha.get(&path).expect(200).await.body
    }

    async fn preview(&self) -> Value {
        let path = self.booked.appointment("refund-preview");
        self.asha.get(&path).expect(200).await.body
    }
}

fn inr(amount: i64) -> Value {
    json!({"amount": amount, "currency": "INR"})
}

#[tokio::test]
async fn a_payment_that_was_lost_in_a_dispute_is_not_refunded_as_well() {
    let paid = Paid::open().await;
    let dispute = paid.dispute(FEE).await;
    paid.decide(&dispute, "lost").await;
    let preview = paid.preview().await;
    assert_eq!(preview["refund"], inr(0));
    let lost = json!([{"reason": "DISPUTE_LOST", "amount": inr(FEE)}]);
    assert_eq!(preview["notRefunded"], lost);
    paid.cancel().await;
    paid.timers_run().await;
    assert_eq!(paid.fixture.amounts(&paid.checkout).await, (FEE, 0));
    assert!(paid.fixture.refund_grounds(&paid.checkout).await.is_empty());
    eventually("the ledger has the lost dispute", async || {
        paid.details().await["lostToDisputes"] == inr(FEE)
    })
    .await;
    let details = paid.details().await;
    assert_eq!(details["disputes"][0]["status"], "LOST");
    let kinds = ["CAPTURE", "DISPUTE"].map(|kind| json!(kind));
    let ledger = details["ledger"].as_array().unwrap();
    assert_eq!(
        [&ledger[0]["kind"], &ledger[1]["kind"]],
        [&kinds[0], &kinds[1]]
    );
    paid.fixture.close().await;
}

#[tokio::test]
async fn a_refund_waits_while_a_dispute_is_open_and_leaves_when_it_is_won() {
    let paid = Paid::open().await;
    let dispute = paid.dispute(FEE).await;
    let preview = paid.preview().await;
    assert_eq!(preview["refund"], inr(FEE / 2));
    assert_eq!(preview["waitsForDispute"], true);
    paid.cancel().await;
    paid.timers_run().await;
    paid.wait_for_event("payment.refund_requested").await;
    paid.advance(&dispute, "under_review").await;
    paid.wait_for_event("payment.dispute_advanced").await;
    assert_eq!(paid.fixture.amounts(&paid.checkout).await, (FEE, 0));
    paid.decide(&dispute, "won").await;
    let checkout = &paid.checkout;
    paid.fixture.wait_for_amounts(checkout, FEE, FEE / 2).await;
    let failures = paid.fixture.count_events(checkout, "payment.refund_failed");
    assert_eq!(failures.await, 0, "the gateway was asked too early");
    paid.fixture.close().await;
}

#[tokio::test]
async fn a_waiting_refund_is_withdrawn_with_a_lost_dispute_and_the_rest_is_refunded() {
    let paid = Paid::open().await;
    let dispute = paid.dispute(30_000).await;
    paid.cancel().await;
    paid.wait_for_event("payment.refund_requested").await;
    paid.decide(&dispute, "lost").await;
    let checkout = &paid.checkout;
    let rest = FEE / 2 - 30_000;
    paid.fixture.wait_for_amounts(checkout, FEE, rest).await;
    assert_eq!(
        paid.fixture.refund_grounds(checkout).await,
        ["CANCELLED_BY_PATIENT", "REST_AFTER_DISPUTE"]
    );
    eventually("both refunds are shown", async || {
        let details = paid.details().await;
        let statuses = details["refunds"].as_array().unwrap().iter();
        let statuses: Vec<_> = statuses.map(|refund| refund["status"].clone()).collect();
        statuses.contains(&json!("WITHDRAWN")) && statuses.contains(&json!("REFUNDED"))
    })
    .await;
    paid.fixture.close().await;
}

#[tokio::test]
async fn open_disputes_are_on_the_administrators_list() {
    let paid = Paid::open().await;
    let dispute = paid.dispute(30_000).await;
    paid.advance(&dispute, "action_required").await;
    paid.wait_for_event("payment.dispute_advanced").await;
    let admin = paid.fixture.admin();
    let list = "/api/v1/payments/disputes";
    eventually("the dispute is on the list", async || {
        let listed = admin.get(list).expect(200).await;
        listed.body["items"][0]["status"] == "ACTION_REQUIRED"
    })
    .await;
    let listed = admin.get(list).expect(200).await;
    let item = &listed.body["items"][0];
    assert_eq!(item["id"], json!(dispute));
    assert_eq!(item["amount"], inr(30_000));
    assert_eq!(item["appointmentId"], json!(paid.booked.id()));
    assert!(item["respondBy"].is_string());
    paid.decide(&dispute, "closed").await;
    eventually("a closed dispute is off the list", async || {
        admin.get(list).expect(200).await.body["items"] == json!([])
    })
    .await;
    // Nothing was lost: the whole rule applies again.
    let preview = paid.preview().await;
    assert_eq!(preview["refund"], inr(FEE / 2));
    assert_eq!(preview["startThen"], json!(slot(20)));
    assert_eq!(preview.get("waitsForDispute"), None);
    paid.fixture.close().await;
}

#[tokio::test]
async fn a_dispute_of_which_no_webhook_arrives_is_found_at_each_of_its_stages() {
    let paid = Paid::open().await;
    let dispute = paid.dispute_unheard(30_000).await;
    paid.reconciled("payment.dispute_opened", 1).await;
    paid.advance_unheard(&dispute, "under_review").await;
    paid.reconciled("payment.dispute_advanced", 1).await;
    paid.advance_unheard(&dispute, "action_required").await;
    paid.reconciled("payment.dispute_advanced", 2).await;
    eventually("the bank's question is shown", async || {
        paid.details().await["disputes"][0]["status"] == "ACTION_REQUIRED"
    })
    .await;
    paid.advance_unheard(&dispute, "lost").await;
    paid.reconciled("payment.dispute_decided", 1).await;
    eventually("the ledger has the lost dispute", async || {
        paid.details().await["lostToDisputes"] == inr(30_000)
    })
    .await;
    let opened = paid
        .fixture
        .count_events(&paid.checkout, "payment.dispute_opened");
    assert_eq!(opened.await, 1);
    paid.fixture.close().await;
}

#[tokio::test]
async fn a_lost_dispute_of_a_capture_that_no_webhook_told_of_is_found_with_it() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.book(&asha, 20).await;
    // Another payment starts the timer that asks for disputes.
    fixture.paid(&asha, 0).await;
    let proof = fixture.pay_without_webhook(&checkout).await;
    let attempt = proof["razorpay_payment_id"].as_str().unwrap();
    let silent = json!({"drop": true});
    let path = format!("/sandbox/payments/{attempt}/disputes");
    let body = json!({"webhook": silent});
    let dispute = fixture.control(Method::POST, &path, body).await;
    let path = format!("/sandbox/disputes/{}", dispute["id"].as_str().unwrap());
    let body = json!({"stage": "lost", "webhook": silent});
    fixture.control(Method::POST, &path, body).await;
    // Orders are no longer asked about.
    let sql = "delete from timers where kind = 'payment-reconcile'";
    sqlx::query(sql)
        .execute(&fixture.clinic.pool)
        .await
        .unwrap();
    fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::hours(7));
    for kind in ["payment.captured", "payment.dispute_decided"] {
        eventually(kind, async || {
            fixture.count_events(&checkout, kind).await == 1
        })
        .await;
    }
    fixture.close().await;
}
