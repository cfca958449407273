//! A clinic, and the sandbox of its node.

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::PatientId;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Somebody;

use crate::support::{Client, Clinic, Reply, eventually, now};

/// What the doctor of such a clinic asks for.
pub const FEE: i64 = 80_000;

/// A clinic with a till.
pub struct Till {
    pub clinic: Clinic,
    http: reqwest::Client,
}

/// What a browser brings back from the gateway's form.
pub type Word = Value;

impl Till {
    pub async fn open() -> Self {
        Self {
            clinic: Clinic::open().await,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub async fn close(self) {
        self.clinic.close().await;
    }

    /// A patient whose token lasts.
    pub fn patient(&self) -> Client {
        self.lasting(&Somebody::patient(PatientId::from_uuid(SystemIds.id())))
    }

    /// Somebody with a token that lasts.
    pub fn lasting(&self, somebody: &Somebody) -> Client {
        let end = now() + TimeDelta::days(9);
        let token = self.clinic.site.token_until(somebody, end).unwrap();
        self.clinic.nobody().with_token(token)
    }

    /// An admin whose token lasts.
    pub fn admin(&self) -> Client {
        self.lasting(&Somebody::admin())
    }

    /// Opens the checkout of a visit.
    pub async fn checkout(&self, who: &Client, booked: &Reply) -> Reply {
        let path = booked.appointment("payment");
        who.post(&path, &json!({})).expect(201).await
    }

    /// Tries to pay an order, with an end that is told.
    pub async fn attempt(&self, checkout: &Reply, plan: Value) -> Word {
        let order = checkout.text("orderId");
        let path = format!("/sandbox/orders/{order}/attempts");
        self.knob(Method::POST, &path, plan).await
    }

    /// Pays an order; nobody hears of it.
    pub async fn pay_in_silence(&self, checkout: &Reply) -> Word {
        let silent = json!({"outcome": "captured", "webhook": {"drop": true}});
        self.attempt(checkout, silent).await
    }

    /// Brings back the gateway's word.
    pub async fn verify(&self, who: &Client, checkout: &Reply, word: &Word) -> Reply {
        self.verifying(who, checkout, word, 200).await
    }

    /// The same, with the status that is expected.
    pub async fn verifying(
        &self,
        who: &Client,
        checkout: &Reply,
        word: &Word,
        status: u16,
    ) -> Reply {
        let path = format!("/api/v1/payments/{}/verify", checkout.text("paymentId"));
        let body = json!({
            "razorpay_payment_id": word["razorpay_payment_id"],
            "razorpay_order_id": word["razorpay_order_id"],
            "razorpay_signature": word["razorpay_signature"],
        });
        who.post(&path, &body).expect(status).await
    }

    /// Turns a knob of the sandbox.
    pub async fn knob(&self, method: Method, path: &str, body: Value) -> Value {
        let url = self.clinic.sandbox(path);
        let answer = self.http.request(method, url).json(&body).send().await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let bytes = answer.bytes().await.unwrap();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    /// What the gateway's own books say of an order: captured, refunded.
    pub async fn books(&self, checkout: &Reply) -> (i64, i64) {
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

    /// Waits until the gateway's own books say this of an order.
    pub async fn books_say(&self, checkout: &Reply, expected: (i64, i64)) {
        let what = format!("the gateway's books say {expected:?}");
        eventually(&what, async || self.books(checkout).await == expected).await;
    }

    /// Waits until the visit stands so.
    pub async fn stands(&self, who: &Client, booked: &Reply, status: &str) -> Reply {
        let path = booked.appointment("");
        eventually(&format!("the visit is {status}"), async || {
            who.get(&path).send().await.body["status"] == status
        })
        .await;
        who.get(&path).expect(200).await
    }

    /// The grounds of all refunds that were requested of a payment.
    pub async fn grounds(&self, checkout: &Reply) -> Vec<String> {
        let sql = "
            select payload ->> 'grounds'
            from events
            where aggregate_type = 'payment'
              and aggregate_id = $1
              and event_type = 'payment.refund_requested'
            order by sequence";
        let grounds = sqlx::query_scalar(sql).bind(checkout.text("paymentId"));
        grounds.fetch_all(&self.clinic.pool).await.unwrap()
    }

    /// How many events of that type a payment has.
    pub async fn facts(&self, checkout: &Reply, event_type: &str) -> i64 {
        let sql = "select count(*) from events where aggregate_id = $1 and event_type = $2";
        let facts = sqlx::query_scalar(sql)
            .bind(checkout.text("paymentId"))
            .bind(event_type);
        facts.fetch_one(&self.clinic.pool).await.unwrap()
    }

    /// Moves the clock.
    pub fn set(&self, now: DateTime<Utc>) {
        self.clinic.site.clock.set(now);
    }

    /// Waits until the hold's end has been noted.
    pub async fn hold_ends(&self, booked: &Reply) {
        let end: DateTime<Utc> = booked.text("holdUntil").parse().unwrap();
        self.set(end);
        let id = booked.id().to_string();
        eventually("the hold's end is noted", async || {
            let sql = "select count(*) from events where aggregate_id = $1 and event_type = 'appointment.hold_expired'";
            self.clinic.count(sql, &id).await == 1
        })
        .await;
    }
}
