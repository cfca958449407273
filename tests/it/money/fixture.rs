//! A clinic, and the payment sandbox of its node.

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::{ClinicScope, PatientId};
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;

use crate::support::{Client, Clinic, Reply, eventually, http, now};

/// Fee of a visit, in paise.
pub const FEE: i64 = 80_000;

/// A clinic and a client of its payment sandbox.
pub struct Fixture {
    pub clinic: Clinic,
    http: reqwest::Client,
}

/// Response of the gateway's checkout form: ids and signature.
pub type Proof = Value;

impl Fixture {
    pub async fn open() -> Self {
        Self {
            clinic: Clinic::open().await,
            http: http(),
        }
    }

    pub async fn close(self) {
        self.clinic.close().await;
    }

    /// A patient whose token outlives the test's clock.
    pub fn patient(&self) -> Client {
        self.long_lived(&Principal::patient(PatientId::from_uuid(SystemIds.id())))
    }

    /// A client whose token outlives the test's clock.
    pub fn long_lived(&self, principal: &Principal) -> Client {
        let end = now() + TimeDelta::days(9);
        let token = self.clinic.site.token_until(principal, end).unwrap();
        self.clinic.anonymous().with_token(token)
    }

    /// A receptionist of the clinic whose token outlives the test's clock.
    pub fn desk(&self) -> Client {
        let clinics = ClinicScope::Only([self.clinic.facts.clinic].into());
        self.long_lived(&Principal::receptionist(clinics))
    }

    /// An admin whose token outlives the test's clock.
    pub fn admin(&self) -> Client {
        self.long_lived(&Principal::admin())
    }

    /// Opens the checkout of a visit.
    pub async fn checkout(&self, who: &Client, booked: &Reply) -> Reply {
        let path = booked.appointment("payment");
        who.post(&path, &json!({})).expect(201).await
    }

    /// Tries to pay an order with the outcome of `plan`.
    pub async fn attempt(&self, checkout: &Reply, plan: Value) -> Proof {
        let order = checkout.text("orderId");
        let path = format!("/sandbox/orders/{order}/attempts");
        self.control(Method::POST, &path, plan).await
    }

    /// Pays an order; the gateway sends no webhook.
    pub async fn pay_without_webhook(&self, checkout: &Reply) -> Proof {
        let silent = json!({"outcome": "captured", "webhook": {"drop": true}});
        self.attempt(checkout, silent).await
    }

    /// Books the nth slot of today and opens its checkout.
    pub async fn book(&self, client: &Client, number: i32) -> (Reply, Reply) {
        let booked = self.clinic.book(client, number).expect(201).await;
        let checkout = self.checkout(client, &booked).await;
        (booked, checkout)
    }

    /// Pays an order and verifies the signature at the node.
    pub async fn pay(&self, client: &Client, checkout: &Reply) -> Reply {
        let proof = self.pay_without_webhook(checkout).await;
        self.verify(client, checkout, &proof).await
    }

    /// Books the nth slot of today and pays for it; the visit is confirmed.
    pub async fn paid(&self, client: &Client, number: i32) -> (Reply, Reply) {
        let (booked, checkout) = self.book(client, number).await;
        self.pay(client, &checkout).await;
        self.wait_for_status(client, &booked, "CONFIRMED").await;
        (booked, checkout)
    }

    /// Sends the checkout's response to the node.
    pub async fn verify(&self, who: &Client, checkout: &Reply, proof: &Proof) -> Reply {
        self.verify_expecting(who, checkout, proof, 200).await
    }

    /// The same, with the status that is expected.
    pub async fn verify_expecting(
        &self,
        who: &Client,
        checkout: &Reply,
        proof: &Proof,
        status: u16,
    ) -> Reply {
        let path = format!("/api/v1/payments/{}/verify", checkout.text("paymentId"));
        let body = json!({
            "razorpay_payment_id": proof["razorpay_payment_id"],
            "razorpay_order_id": proof["razorpay_order_id"],
            "razorpay_signature": proof["razorpay_signature"],
        });
        who.post(&path, &body).expect(status).await
    }

    /// Sends a control request to the sandbox.
    pub async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let url = self.clinic.sandbox(path);
        let answer = self.http.request(method, url).json(&body).send().await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let bytes = answer.bytes().await.unwrap();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    /// Amounts of an order at the gateway: captured, refunded.
    pub async fn amounts(&self, checkout: &Reply) -> (i64, i64) {
        let url = self.clinic.sandbox("/sandbox/books");
        let answer = self.http.get(url).send().await.unwrap();
        let books: Value = answer.json().await.unwrap();
        let orders = books["orders"].as_array().unwrap();
        let order = orders
            .iter()
            .find(|order| order["id"] == checkout.body["orderId"])
            .unwrap();
        let amount = |name: &str| order[name].as_i64().unwrap();
        (amount("captured"), amount("refunded"))
    }

    /// Waits until the gateway has captured and refunded these amounts of an order.
    pub async fn wait_for_amounts(&self, checkout: &Reply, captured: i64, refunded: i64) {
        let expected = (captured, refunded);
        let what = format!("the gateway has captured and refunded {expected:?}");
        eventually(&what, async || self.amounts(checkout).await == expected).await;
    }

    /// Waits until the visit has this status.
    pub async fn wait_for_status(&self, who: &Client, booked: &Reply, status: &str) -> Reply {
        let path = booked.appointment("");
        eventually(&format!("the visit is {status}"), async || {
            who.get(&path).send().await.body["status"] == status
        })
        .await;
        who.get(&path).expect(200).await
    }

    /// The grounds of all refunds that were requested of a payment.
    pub async fn refund_grounds(&self, checkout: &Reply) -> Vec<String> {
        let sql = "
            select payload ->> 'grounds'
            from events
            where aggregate_type = 'payment'
              and aggregate_id = $1
              and event_type = 'payment.refund_requested'
            order by sequence";
        let refund_grounds = sqlx::query_scalar(sql).bind(checkout.text("paymentId"));
        refund_grounds.fetch_all(&self.clinic.pool).await.unwrap()
    }

    /// Number of events of that type of a payment.
    pub async fn count_events(&self, checkout: &Reply, event_type: &str) -> i64 {
        let sql = "select count(*) from events where aggregate_id = $1 and event_type = $2";
        let facts = sqlx::query_scalar(sql)
            .bind(checkout.text("paymentId"))
            .bind(event_type);
        facts.fetch_one(&self.clinic.pool).await.unwrap()
    }

    /// Moves the clock.
    pub fn set_clock(&self, now: DateTime<Utc>) {
        self.clinic.site.clock.set(now);
    }

    /// Moves the clock to the hold's end and waits until it has expired.
    pub async fn expire_hold(&self, booked: &Reply) {
        let end: DateTime<Utc> = booked.text("holdUntil").parse().unwrap();
        self.set_clock(end);
        let id = booked.id().to_string();
        eventually("the hold has expired", async || {
            let sql = "select count(*) from events where aggregate_id = $1 and event_type = 'appointment.hold_expired'";
            self.clinic.count(sql, &id).await == 1
        })
        .await;
    }
}
