//! The gateway's API key changes while a visit awaits its payment.

use chrono::TimeDelta;
use commands::reactions::Reconciliation;
use domain::payment::ClosingGrounds;
use domain::{Currency, PatientId};
use projections::payments::orders_for_operators;
use razorpay_sandbox::SandboxKeys;
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::app::{Node, Principal, Site};
use tests::database::Database;
use tests::world::{Terms, World};
use uuid::Uuid;

use crate::gateway::fixture::{Fixture as Gateway, keys};
use crate::support::{Client, Reply, all_read, eventually, now, slot};

/// A visit whose order was made with a key that is not used any more.
struct Held {
    site: Site,
    pool: PgPool,
    node: Node,
    gateway: Gateway,
    patient: Client,
    /// A booking, without its start.
    booking: Value,
    booked: Reply,
    old: Reply,
}

impl Held {
    /// The new key is of the same account at the gateway, or of another one.
    async fn open(same_account: bool) -> Self {
        Self::with_keys(same_account, keys()).await
    }

    async fn with_keys(same_account: bool, keys: SandboxKeys) -> Self {
        let mut site = Site::at(now()).await.unwrap();
        let pool = site.database.pool(4).await.unwrap();
        let world = World::new(pool.clone(), now()).await.unwrap();
        let clinic = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
        let doctor = world.doctor(clinic, Terms::default()).await.unwrap();
        let principal = Principal::patient(PatientId::from_uuid(Uuid::from_u128(7)));
        let token = site.token_until(&principal, now() + TimeDelta::days(9));
        let token = token.unwrap();
        let before = site.node().await.unwrap();
        let patient = Client::new(before.url("")).with_token(token.clone());
        let booking = json!({"clinicId": clinic.clinic, "doctorId": doctor, "start": slot(0)});
        let booked = patient.post("/api/v1/appointments", &booking);
        let booked = booked.expect(201).await;
        let path = booked.appointment("payment");
        let old = patient.post(&path, &json!({})).expect(201).await;
        before.stop().await;

        let gateway = if same_account {
            Gateway::with_keys(pool.clone(), keys.clone())
        } else {
            let elsewhere = Database::create().await.unwrap();
            Gateway::with_keys(elsewhere.pool(6).await.unwrap(), keys.clone())
        };
        site.payments.key_id = Some(keys.key_id);
        site.payments.key_secret = Some(keys.key_secret);
        site.payments.webhook_secret = Some(keys.webhook_secret);
        site.payments.base_url = gateway.sandbox.base_url();
        let node = site.node().await.unwrap();
        let patient = Client::new(node.url("")).with_token(token);
        Self {
            site,
            pool,
            node,
            gateway,
            patient,
            booking,
            booked,
            old,
        }
    }

    async fn checkout(&self) -> Reply {
        let path = self.booked.appointment("payment");
        self.patient.post(&path, &json!({})).expect(201).await
    }

    async fn pay(&self, checkout: &Reply) -> Value {
        let plan = json!({"outcome": "captured", "webhook": {"drop": true}});
        let order = checkout.text("orderId");
        self.gateway.attempt(order, &plan).await
    }

    /// Books and pays another visit; returns its checkout.
    async fn another_visit(&self) -> Reply {
        let mut booking = self.booking.clone();
        booking["start"] = json!(slot(1));
        let booked = self.patient.post("/api/v1/appointments", &booking);
        let path = booked.expect(201).await.appointment("payment");
        let checkout = self.patient.post(&path, &json!({})).expect(201).await;
        let mut proof = self.pay(&checkout).await;
        proof.as_object_mut().unwrap().remove("payment");
        let path = format!("/api/v1/payments/{}/verify", checkout.text("paymentId"));
        self.patient.post(&path, &proof).expect(200).await;
        checkout
    }

    /// The receipt's number, and whether the payment says that no money moved.
    async fn receipt(&self, checkout: &Reply) -> (i64, Value) {
        let path = format!("/api/v1/payments/{}", checkout.text("paymentId"));
        eventually("the payment has its receipt", async || {
            let payment = self.patient.get(&path).send().await;
            payment.body["receiptNumber"].is_number()
        })
        .await;
        let payment = self.patient.get(&path).expect(200).await.body;
        let number = payment["receiptNumber"].as_i64().unwrap();
        (number, payment["testMode"].clone())
    }

    /// Has the order asked about, as an operator would.
    async fn reconcile(&self) {
        eventually("the order has a timer", async || {
            let sql = "select count(*) from timers where kind = 'payment-reconcile'";
            let timers = sqlx::query_scalar::<_, i64>(sql).fetch_one(&self.pool);
            timers.await.unwrap() == 1
        })
        .await;
        let asked = Reconciliation::ask(&self.pool).await.unwrap();
        assert_eq!(asked.count(), 1);
        self.site.clock.set(now() + TimeDelta::minutes(6));
        eventually("the gateway was asked", async || {
            asked.left(&self.pool).await.unwrap().is_empty()
        })
        .await;
    }

    async fn is_confirmed(&self) {
        let path = self.booked.appointment("");
        eventually("the visit is confirmed", async || {
            self.patient.get(&path).send().await.body["status"] == "CONFIRMED"
        })
        .await;
    }

    async fn closings(&self) -> Vec<String> {
        let sql = "
            select (payload ->> 'order') || ' ' || (payload ->> 'grounds')
            from events
            where event_type = 'payment.order_closed'
            order by sequence";
        sqlx::query_scalar(sql).fetch_all(&self.pool).await.unwrap()
    }

    async fn close(self) {
        all_read(&self.patient).await;
        self.node.stop().await;
        self.gateway.sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_new_key_gets_a_new_order_and_the_old_one_is_closed() {
    for same_account in [true, false] {
        let held = Held::open(same_account).await;
        let new = held.checkout().await;
        assert_eq!(new.body["keyId"], keys().key_id);
        let razorpay = "https://checkout.razorpay.com/v1/checkout.js";
        assert_eq!(new.body["checkoutScriptUrl"], razorpay);
        assert_eq!(new.body["checkoutUrl"], json!(null));
        assert_ne!(new.body["keyId"], held.old.body["keyId"]);
        assert_ne!(new.body["orderId"], held.old.body["orderId"]);
        assert_eq!(held.checkout().await.body, new.body);
        let closed = format!("{} KEY_CHANGED", held.old.text("orderId"));
        assert_eq!(held.closings().await, [closed]);
        held.pay(&new).await;
        held.reconcile().await;
        held.is_confirmed().await;
        held.close().await;
    }
}

#[tokio::test]
async fn money_for_the_old_order_still_pays_the_visit() {
    let held = Held::open(true).await;
    held.checkout().await;
    held.pay(&held.old).await;
    held.reconcile().await;
    held.is_confirmed().await;
    held.close().await;
}

#[tokio::test]
async fn what_was_paid_in_the_sandbox_takes_no_number_of_the_clinics_receipts() {
    let live = SandboxKeys {
        key_id: "rzp_live_1".to_owned(),
        ..keys()
    };
    let held = Held::with_keys(true, live).await;
    // Its order is the sandbox's, whatever the gateway is by now.
    held.pay(&held.old).await;
    held.reconcile().await;
    held.is_confirmed().await;
    let real = held.another_visit().await;
    assert_eq!(held.receipt(&held.old).await, (1, json!(true)));
    assert_eq!(held.receipt(&real).await, (1, json!(null)));
    held.close().await;
}

#[tokio::test]
async fn an_order_of_another_account_ends_on_the_operators_list() {
    let held = Held::open(false).await;
    held.reconcile().await;
    assert_eq!(held.closings().await, Vec::<String>::new());
    held.site.clock.set(now() + TimeDelta::hours(79));
    eventually("the order is on the operators' list", async || {
        let listed = orders_for_operators(&held.pool, 10).await.unwrap();
        let listed: Vec<_> = listed
            .iter()
            .map(|order| (order.order.as_str(), order.grounds))
            .collect();
        listed == [(held.old.text("orderId"), ClosingGrounds::NotTold)]
    })
    .await;
    held.close().await;
}
