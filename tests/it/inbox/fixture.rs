//! A node whose gateway sends no webhooks, so that the test alone delivers its events.

use std::fmt::Write as _;
use std::time::Duration;

use adapters::gateway_inbox::{Listed, PgGatewayInbox, Wanted};
use chrono::TimeDelta;
use domain::{ClinicId, Currency, DoctorId, PatientId};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::PgPool;
use tests::app::{Node, Principal, Site};
use tests::sealing::sealing;
use tests::world::{Terms, World};
use uuid::Uuid;

use crate::gateway::fixture::Fixture as Gateway;
use crate::support::{Client, Reply, all_read, eventually_within, now, slot};

/// The gateway's webhook secret.
pub const SECRET: &str = "the webhooks' secret";
/// The gateway's previous webhook secret.
pub const PREVIOUS_SECRET: &str = "the secret before";
/// The clinic group's account at the gateway.
pub const ACCOUNT: &str = "acc_BFQ7uQEaa7j2z7";
/// Fee of a visit, in paise.
pub const FEE: i64 = 80_000;

/// A node, and the gateway that creates its orders and sends no webhooks.
pub struct Inbox {
    pub site: Site,
    pub pool: PgPool,
    pub store: PgGatewayInbox,
    pub client: Client,
    pub gateway: Gateway,
    node: Option<Node>,
    patient: Client,
    clinic: ClinicId,
    doctor: DoctorId,
}

impl Inbox {
    pub async fn open() -> Self {
        let gateway = Gateway::start().await;
        let mut site = Site::at(now()).await.unwrap();
        let keys = crate::gateway::fixture::keys();
        site.payments.key_id = Some(keys.key_id);
        site.payments.key_secret = Some(keys.key_secret);
        site.payments.webhook_secret = Some(SECRET.into());
        site.payments.previous_webhook_secret = Some(PREVIOUS_SECRET.into());
        site.payments.account_id = Some(ACCOUNT.to_owned());
        site.payments.base_url = gateway.sandbox.base_url();
        site.payments.reconcile_minutes = 1440;
        let pool = site.database.pool(4).await.unwrap();
        let world = World::new(pool.clone(), now()).await.unwrap();
        let clinic = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
        let doctor = world.doctor(clinic, Terms::default()).await.unwrap();
        let node = site.node().await.unwrap();
        let client = Client::new(node.url(""));
        let patient = Principal::patient(PatientId::from_uuid(Uuid::from_u128(7)));
        let patient = client.with_token(site.token(&patient).unwrap());
        let store = PgGatewayInbox::new(pool.clone(), sealing(pool.clone()).await.unwrap());
        Self {
            site,
            pool,
            store,
            client,
            gateway,
            node: Some(node),
            patient,
            clinic: clinic.clinic,
            doctor,
        }
    }

    /// Stops the node, once every subscriber has caught up.
    pub async fn close(mut self) {
        all_read(&self.client).await;
        if let Some(node) = self.node.take() {
            node.stop().await;
        }
        self.gateway.sandbox.stop().await;
    }

    /// A visit whose fee is to be paid: its path, and the order at the gateway.
    pub async fn order(&self, number: i32) -> (String, String) {
        let request =
            json!({"clinicId": self.clinic, "doctorId": self.doctor, "start": slot(number)});
        let booked = self.patient.post("/api/v1/appointments", &request);
        let booked = booked.expect(201).await;
        let path = booked.appointment("");
        let pay = self
            .patient
            .post(&booked.appointment("payment"), &json!({}));
        let checkout = pay.expect(201).await;
        (path, checkout.text("orderId").to_owned())
    }

    /// The status of the visit.
    pub async fn status(&self, path: &str) -> String {
        for _ in 0..50 {
            let reply = self.patient.get(path).send().await;
            if reply.status == 200 {
                return reply.text("status").to_owned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the visit can't be read");
    }

    /// Delivers an event as the gateway does.
    pub async fn deliver(&self, event_id: &str, body: &[u8]) -> Reply {
        self.deliver_signed(event_id, body, Some(&sign(SECRET, body)))
            .await
    }

    /// Delivers an event with another signature, or none.
    pub async fn deliver_signed(
        &self,
        event_id: &str,
        body: &[u8],
        signature: Option<&str>,
    ) -> Reply {
        // Each comes a moment after the one before.
        self.site.clock.advance(TimeDelta::milliseconds(1));
        let mut call = self
            .client
            .call(reqwest::Method::POST, "/api/v1/webhooks/razorpay")
            .raw("application/json", body.to_vec())
            .header("x-razorpay-event-id", event_id);
        if let Some(signature) = signature {
            call = call.header("X-Razorpay-Signature", signature);
        }
        call.send().await
    }

    /// All deliveries, newest first.
    pub async fn listed(&self) -> Vec<Listed> {
        self.store.list(Wanted::All, 1_000).await.unwrap()
    }

    /// Outcome of the only delivery, once it was processed.
    pub async fn outcome(&self) -> String {
        self.outcomes(1).await.remove(0)
    }

    /// Outcomes of the deliveries, oldest first, once all `count` were processed.
    pub async fn outcomes(&self, count: usize) -> Vec<String> {
        let mut found = Vec::new();
        let settled = async || {
            let listed = self.listed().await;
            assert!(listed.len() <= count, "{listed:?}");
            found = listed.iter().rev().filter_map(|one| one.outcome).collect();
            found.len() == count
        };
        eventually_within(
            Duration::from_secs(30),
            "all deliveries are processed",
            settled,
        )
        .await;
        let names = found.into_iter().map(|outcome| outcome.as_str().to_owned());
        names.collect()
    }

    /// Number of timers of the inbox.
    pub async fn timers(&self) -> i64 {
        let count = "select count(*) from timers where kind = 'gateway-news'";
        sqlx::query_scalar(count)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// Number of events of that type.
    pub async fn events(&self, event_type: &str) -> i64 {
        let count = "select count(*) from events where event_type = $1";
        let count = sqlx::query_scalar(count).bind(event_type);
        count.fetch_one(&self.pool).await.unwrap()
    }
}

/// The gateway's signature over these bytes.
pub fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// Event of an attempt, as Razorpay writes it.
pub fn attempt(event: &str, order: &str, attempt: &str, status: &str) -> Value {
    json!({
        "entity": "event",
        "account_id": ACCOUNT,
        "event": event,
        "contains": ["payment"],
        "payload": {"payment": {"entity": {
            "id": attempt, "entity": "payment", "amount": FEE, "currency": "INR",
            "base_amount": FEE, "status": status, "order_id": order, "invoice_id": null,
            "international": false, "method": "upi", "amount_refunded": 0, "refund_status": null,
            "captured": status == "captured", "description": null, "card_id": null, "bank": null,
            "wallet": null, "vpa": "asha@upi", "email": "asha.rao@example.com",
            "contact": "+919812345678", "notes": [], "fee": 2, "tax": 0, "error_code": null,
            "error_description": null, "error_source": null, "error_step": null,
            "error_reason": null, "acquirer_data": {}, "created_at": 1_567_674_599,
        }}},
        "created_at": 1_567_674_606,
    })
}

/// Event of a captured payment.
pub fn captured(order: &str, name: &str) -> Vec<u8> {
    attempt("payment.captured", order, name, "captured")
        .to_string()
        .into_bytes()
}
