//! One visit, and the requests of patient, doctor and desk about it, at the program's current address.

use std::time::Duration;

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::plan::{Action, CancelledBy, Plan};
use super::process::{Environment, Gateway};
use crate::support::{Client, Reply};

/// Limit for a response, across a restart.
const PATIENCE: Duration = Duration::from_mins(3);

pub struct Visitor {
    address: watch::Receiver<Client>,
    gateway: Gateway,
    plan: Plan,
    request: Value,
    patient: String,
    doctor: String,
    desk: String,
    another: String,
    /// The path of the visit, once it is booked.
    visit: String,
    /// The checkouts: the patient's, and the front desk's.
    checkouts: [Option<Checkout>; 2],
}

#[derive(Clone)]
struct Checkout {
    payment: String,
    order: String,
}

impl Visitor {
    pub fn new(environment: &Environment, number: usize, plan: Plan) -> Self {
        let (doctor, start) = environment.slot(number, plan.ahead);
        Self {
            address: environment.address.subscribe(),
            gateway: environment.gateway.clone(),
            plan,
            request: json!({
                "clinicId": environment.clinic.clinic,
                "doctorId": doctor,
                "start": start,
            }),
            patient: environment.patient(),
            doctor: environment.doctor(doctor),
            desk: environment.desk(),
            another: environment.patient(),
            visit: String::new(),
            checkouts: [None, None],
        }
    }

    /// Books the visit and runs its plan.
    pub async fn run(mut self) {
        let booked = self
            .ask(&self.patient, "/api/v1/appointments", &self.request)
            .await;
        assert_eq!(booked.status, 201, "{booked:?}");
        self.visit = booked.appointment("");
        let begun = Instant::now();
        for (second, action) in std::mem::take(&mut self.plan.actions) {
            sleep_until(begun + Duration::from_secs(second)).await;
            self.act(action).await;
        }
    }

    async fn act(&mut self, action: Action) {
        match action {
            Action::Open { desk } => self.open(desk).await,
            Action::Try {
                desk,
                plan,
                sends_proof,
            } => self.attempt(desk, &plan, sends_proof).await,
            Action::Refunds(plan) => {
                for checkout in self.checkouts.iter().flatten() {
                    let path = format!("/sandbox/orders/{}/refunds", checkout.order);
                    self.gateway.send(Method::PUT, &path, &plan).await;
                }
            }
            Action::Cancel(cancelled_by) => {
                let (who, party) = match cancelled_by {
                    CancelledBy::Patient => (&self.patient, "PATIENT"),
                    CancelledBy::Doctor => (&self.doctor, "DOCTOR"),
                    CancelledBy::Clinic => (&self.desk, "CLINIC"),
                };
                let path = format!("{}/cancel", self.visit);
                let body = json!({"onBehalfOf": party, "reason": "It does not suit after all"});
                self.ask(who, &path, &body).await;
            }
            Action::Confirm => {
                let path = format!("{}/confirm", self.visit);
                let body = json!({"reason": "Pays at the desk"});
                self.ask(&self.desk, &path, &body).await;
            }
            Action::OthersBook => self.others_book().await,
        }
    }

    async fn open(&mut self, desk: bool) {
        let who = if desk { &self.desk } else { &self.patient };
        let path = format!("{}/payment", self.visit);
        let opened = self.ask(who, &path, &json!({})).await;
        // Refused if it was called off, or the hold is over.
        if opened.status == 201 {
            self.checkouts[usize::from(desk)] = Some(Checkout {
                payment: opened.text("paymentId").to_owned(),
                order: opened.text("orderId").to_owned(),
            });
        }
    }

    async fn attempt(&self, desk: bool, plan: &Value, sends_proof: bool) {
        let Some(checkout) = self.checkouts[usize::from(desk)].clone() else {
            return;
        };
        let path = format!("/sandbox/orders/{}/attempts", checkout.order);
        // Refused if the order is paid.
        let Some(proof) = self.gateway.send(Method::POST, &path, plan).await else {
            return;
        };
        if sends_proof && proof["razorpay_signature"].is_string() {
            let who = if desk { &self.desk } else { &self.patient };
            let path = format!("/api/v1/payments/{}/verify", checkout.payment);
            let proof = json!({
                "razorpay_payment_id": proof["razorpay_payment_id"],
                "razorpay_order_id": proof["razorpay_order_id"],
                "razorpay_signature": proof["razorpay_signature"],
            });
            let taken = self.ask(who, &path, &proof).await;
            assert_eq!(taken.status, 200, "{taken:?}");
        }
    }

    /// Another patient books the slot if it is free, and the front desk confirms it.
    async fn others_book(&self) {
        let booked = self
            .ask(&self.another, "/api/v1/appointments", &self.request)
            .await;
        if booked.status == 201 {
            let path = booked.appointment("confirm");
            let body = json!({"reason": "Pays in cash"});
            let confirmed = self.ask(&self.desk, &path, &body).await;
            assert_eq!(confirmed.status, 200, "{confirmed:?}");
        }
    }

    /// Repeats a request under one key until it is answered.
    async fn ask(&self, token: &str, path: &str, body: &Value) -> Reply {
        let key = SystemIds.id().to_string();
        let until = Instant::now() + PATIENCE;
        loop {
            let client = self.address.borrow().with_token(token);
            let answer = client.post(path, body).key(&key).try_send().await;
            if let Ok(reply) = answer {
                // Being started, or a key in flight whose connection has gone.
                let again = reply.status == 503 || reply.body["type"] == "request-in-progress";
                if !again {
                    assert!(reply.status < 500, "{reply:?}");
                    return reply;
                }
            }
            assert!(Instant::now() < until, "no response: {path}");
            sleep(Duration::from_millis(100)).await;
        }
    }
}
