//! The application, and visits whose payers were asked to pay.

use std::net::TcpListener;
use std::sync::Arc;

use adapters::system::{SystemClock, SystemIds};
use anyhow::{Context as _, ensure};
use caresync::settings::PaymentSettings;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::appointment::BookingPolicy;
use domain::{ClinicId, Currency, DoctorId, PatientId};
use razorpay_sandbox::{Sandbox, SandboxKeys, SandboxOptions, SandboxPace};
use serde_json::{Value, json};
use tests::world::{Terms, World};
use tokio::task::JoinSet;

use crate::application::Node;
use crate::client::{Client, post};
use crate::cluster::Cluster;

/// Secret that the gateway signs its webhooks with.
pub const WEBHOOK_SECRET: &str = "what webhooks are signed with";
/// Fee of each visit, in paise.
pub const FEE: i64 = 80_000;

const DOCTORS: usize = 50;
/// Minutes per slot.
const SLOT: u16 = 10;
/// Slots per doctor and day: midnight to 23:00.
const PER_DAY: usize = 23 * 60 / SLOT as usize;
/// Visits that are booked at once.
const AT_ONCE: usize = 32;

/// A node, its gateway, and orders that it knows.
pub struct Orders {
    pub node: Node,
    gateway: Sandbox,
    /// Their ids at the gateway.
    pub ids: Vec<String>,
}

impl Orders {
    /// Starts the real application and has so many visits booked and orders made.
    pub async fn prepare(cluster: &Cluster, orders: usize) -> anyhow::Result<Self> {
        let now = SystemClock.now();
        let world = World::new(cluster.pool.clone(), now).await?;
        let clinic = world.clinic("UTC", Currency::Inr).await?;
        let terms = Terms {
            fee: FEE,
            slot_minutes: SLOT,
            hours: (0, 23),
            ..Terms::default()
        };
        let mut doctors = Vec::new();
        for _ in 0..DOCTORS {
            doctors.push(world.doctor(clinic, terms).await?);
        }
        let (gateway, settings) = gateway(cluster)?;
        let policy = BookingPolicy {
            hold_minutes: 60,
            ..BookingPolicy::default()
        };
        let node = Node::start(&cluster.pool, &settings, policy).await?;
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let front = Arc::new(FrontDesk {
            clinic: clinic.clinic,
            doctors,
            first_day: midnight + TimeDelta::days(1),
        });
        let orders = front.make_orders(&node, orders).await?;
        Ok(Self {
            node,
            gateway,
            ids: orders,
        })
    }

    /// Stops both.
    pub async fn stop(self) {
        self.node.stop().await;
        self.gateway.stop().await;
    }
}

/// A gateway that makes orders and tells nothing by itself, and how the application finds it.
fn gateway(cluster: &Cluster) -> anyhow::Result<(Sandbox, PaymentSettings)> {
    let keys = SandboxKeys {
        key_id: "rzp_bench_key".to_owned(),
        key_secret: "what requests are signed with".into(),
        webhook_secret: WEBHOOK_SECRET.into(),
    };
    let sandbox = Sandbox::start(SandboxOptions {
        pool: cluster.pool.clone(),
        keys: keys.clone(),
        listener: TcpListener::bind("127.0.0.1:0")?,
        webhook_url: None,
        pace: SandboxPace::default(),
    })?;
    let settings = PaymentSettings {
        key_id: Some(keys.key_id),
        key_secret: Some(keys.key_secret),
        webhook_secret: Some(keys.webhook_secret),
        base_url: sandbox.base_url(),
        // Nothing is asked of it while times are taken.
        reconcile_minutes: 1440,
        ..PaymentSettings::default()
    };
    Ok((sandbox, settings))
}

/// Books visits and asks to pay for them.
struct FrontDesk {
    clinic: ClinicId,
    doctors: Vec<DoctorId>,
    /// Midnight of the first day.
    first_day: DateTime<Utc>,
}

/// One visit to book.
struct Visit {
    number: usize,
    patient: PatientId,
    authorization: String,
}

impl FrontDesk {
    /// So many orders.
    async fn make_orders(
        self: &Arc<Self>,
        node: &Node,
        count: usize,
    ) -> anyhow::Result<Vec<String>> {
        let mut running = JoinSet::new();
        for lane in 0..AT_ONCE {
            let front = self.clone();
            let mut client = Client::connect(node.address()).await?;
            let numbers = (lane..count).step_by(AT_ONCE);
            let visits = numbers.map(|number| Visit::new(node, number));
            let visits: Vec<Visit> = visits.collect::<Result<_, _>>()?;
            running.spawn(async move {
                let mut orders = Vec::new();
                for visit in visits {
                    orders.push((visit.number, front.order(&mut client, &visit).await?));
                }
                anyhow::Ok(orders)
            });
        }
        let mut orders = Vec::new();
        while let Some(made) = running.join_next().await {
            orders.extend(made??);
        }
        orders.sort_unstable();
        Ok(orders.into_iter().map(|(_, order)| order).collect())
    }

    async fn order(&self, client: &mut Client, visit: &Visit) -> anyhow::Result<String> {
        let slot = visit.number / DOCTORS;
        let minutes = slot / PER_DAY * 24 * 60 + slot % PER_DAY * usize::from(SLOT);
        let booking = json!({
            "clinicId": self.clinic,
            "doctorId": self.doctors[visit.number % DOCTORS],
            "patientId": visit.patient,
            "start": self.first_day + TimeDelta::minutes(i64::try_from(minutes)?),
        });
        let path = "/api/v1/appointments";
        let booked = ask(client, path, &visit.authorization, &booking).await?;
        let id = booked["id"].as_str().context("a visit without an id")?;
        let path = format!("/api/v1/appointments/{id}/payment");
        let checkout = ask(client, &path, &visit.authorization, &json!({})).await?;
        let order = checkout["orderId"].as_str();
        Ok(order.context("a checkout without an order")?.to_owned())
    }
}

impl Visit {
    fn new(node: &Node, number: usize) -> anyhow::Result<Self> {
        let patient = PatientId::from_uuid(SystemIds.id());
        Ok(Self {
            number,
            patient,
            authorization: node.patient(patient)?,
        })
    }
}

/// Sends something that makes something. Asks again while the gateway is busy.
async fn ask(
    client: &mut Client,
    path: &str,
    headers: &str,
    body: &Value,
) -> anyhow::Result<Value> {
    const TRIES: u32 = 20;
    for _ in 0..TRIES {
        let status = client.send(&post(path, headers, &body.to_string())).await?;
        if status == 201 {
            return Ok(serde_json::from_slice(client.body())?);
        }
        let said = String::from_utf8_lossy(client.body()).into_owned();
        ensure!(status == 503, "{path}: {status} {said}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!("{path}: it stays busy")
}
