//! One visit, and what everybody does about it, at whichever address the program has by then.

use std::time::Duration;

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::plan::{Act, Part, Plan};
use super::stage::{Gateway, Stage};
use crate::support::{Client, Reply};

/// How long an answer is waited for, over a restart.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Visitor {
    address: watch::Receiver<Client>,
    gateway: Gateway,
    plan: Plan,
    wish: Value,
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
    pub fn new(stage: &Stage, number: usize, plan: Plan) -> Self {
        let (doctor, start) = stage.slot(number, plan.ahead);
        Self {
            address: stage.address.subscribe(),
            gateway: stage.gateway.clone(),
            plan,
            wish: json!({
                "clinicId": stage.clinic.clinic,
                "doctorId": doctor,
                "start": start,
            }),
            patient: stage.patient(),
            doctor: stage.doctor(doctor),
            desk: stage.desk(),
            another: stage.patient(),
            visit: String::new(),
            checkouts: [None, None],
        }
    }

    /// Books, and lets happen what is planned.
    pub async fn come(mut self) {
        let booked = self
            .ask(&self.patient, "/api/v1/appointments", &self.wish)
            .await;
        assert_eq!(booked.status, 201, "{booked:?}");
        self.visit = booked.appointment("");
        let begun = Instant::now();
        for (second, act) in std::mem::take(&mut self.plan.acts) {
            sleep_until(begun + Duration::from_secs(second)).await;
            self.act(act).await;
        }
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Open { desk } => self.open(desk).await,
            Act::Try {
                desk,
                plan,
                brings_word,
            } => self.attempt(desk, &plan, brings_word).await,
            Act::Refunds(plan) => {
                for checkout in self.checkouts.iter().flatten() {
                    let path = format!("/sandbox/orders/{}/refunds", checkout.order);
                    self.gateway.send(Method::PUT, &path, &plan).await;
                }
            }
            Act::CallOff(part) => {
                let who = match part {
                    Part::Patient => &self.patient,
                    Part::Doctor => &self.doctor,
                    Part::Clinic => &self.desk,
                };
                let path = format!("{}/cancel", self.visit);
                let body = json!({"reason": "It does not suit after all"});
                self.ask(who, &path, &body).await;
            }
            Act::Confirm => {
                let path = format!("{}/confirm", self.visit);
                let body = json!({"reason": "Pays at the desk"});
                self.ask(&self.desk, &path, &body).await;
            }
            Act::OthersBook => self.others_book().await,
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

    async fn attempt(&self, desk: bool, plan: &Value, brings_word: bool) {
        let Some(checkout) = self.checkouts[usize::from(desk)].clone() else {
            return;
        };
        let path = format!("/sandbox/orders/{}/attempts", checkout.order);
        // Refused if the order is paid.
        let Some(word) = self.gateway.send(Method::POST, &path, plan).await else {
            return;
        };
        if brings_word && word["razorpay_signature"].is_string() {
            let who = if desk { &self.desk } else { &self.patient };
            let path = format!("/api/v1/payments/{}/verify", checkout.payment);
            let word = json!({
                "razorpay_payment_id": word["razorpay_payment_id"],
                "razorpay_order_id": word["razorpay_order_id"],
                "razorpay_signature": word["razorpay_signature"],
            });
            let taken = self.ask(who, &path, &word).await;
            assert_eq!(taken.status, 200, "{taken:?}");
        }
    }

    /// Somebody else books the slot if it is to be had, and the front desk confirms it.
    async fn others_book(&self) {
        let booked = self
            .ask(&self.another, "/api/v1/appointments", &self.wish)
            .await;
        if booked.status == 201 {
            let path = booked.appointment("confirm");
            let body = json!({"reason": "Pays in cash"});
            let confirmed = self.ask(&self.desk, &path, &body).await;
            assert_eq!(confirmed.status, 200, "{confirmed:?}");
        }
    }

    /// Asks for a change until somebody answers, under one key.
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
            assert!(Instant::now() < until, "nobody answers: {path}");
            sleep(Duration::from_millis(100)).await;
        }
    }
}
