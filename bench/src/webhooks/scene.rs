//! The application, and visits whose payers were asked to pay.

use std::net::TcpListener;
use std::sync::Arc;

use adapters::jwt::{AccessClaims, AccessTokenSigner, JwtKeys};
use adapters::system::{SystemClock, SystemIds};
use anyhow::{Context as _, ensure};
use api::MetricsAccess;
use caresync::gateway::{Gateway, Host};
use caresync::settings::PaymentSettings;
use caresync::startup::{Application, Dependencies, TIMER_PAUSE, realm};
use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::LoginIndex;
use commands::ports::{Clock as _, IdSource as _, SessionId};
use domain::appointment::BookingPolicy;
use domain::{AccountId, ClinicId, ClinicScope, Currency, DoctorId, PatientId, Role};
use razorpay_sandbox::{Sandbox, SandboxKeys, SandboxOptions, SandboxPace};
use serde_json::{Value, json};
use tests::sealing::masters;
use tests::world::{Terms, World};
use tokio::task::JoinSet;

use crate::client::{Client, post};
use crate::cluster::Cluster;

/// What the gateway signs its webhooks with.
pub const WEBHOOK_SECRET: &str = "what webhooks are signed with";
/// What each visit costs, in paise.
pub const FEE: i64 = 80_000;

const DOCTORS: usize = 50;
/// Minutes per slot.
const SLOT: u16 = 10;
/// Slots per doctor and day: midnight to 23:00.
const PER_DAY: usize = 23 * 60 / SLOT as usize;
/// Visits that are booked at once.
const AT_ONCE: usize = 32;

/// A node, its gateway, and orders that it knows.
pub struct Scene {
    pub node: Application,
    gateway: Sandbox,
    /// What the gateway calls them.
    pub orders: Vec<String>,
}

impl Scene {
    /// Starts the real application and has so many visits booked and orders made.
    pub async fn prepare(cluster: &Cluster, orders: usize) -> anyhow::Result<Self> {
        let keys = JwtKeys::generate()?;
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
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let parts = parts(cluster, &settings, &keys, &listener)?;
        let node = Application::start(parts, listener).await?;
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let desk = Arc::new(Desk {
            signer: AccessTokenSigner::new(&keys, realm()),
            clinic: clinic.clinic,
            doctors,
            first_day: midnight + TimeDelta::days(1),
            now,
        });
        let orders = desk.make(&node, orders).await?;
        Ok(Self {
            node,
            gateway,
            orders,
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

fn parts(
    cluster: &Cluster,
    settings: &PaymentSettings,
    keys: &JwtKeys,
    listener: &TcpListener,
) -> anyhow::Result<Dependencies> {
    let logins = LoginIndex::new([7; 32]);
    let host = Host {
        pool: &cluster.pool,
        logins: &logins,
        server: Some(listener.local_addr()?),
    };
    let gateway = Gateway::open(settings, &host)?;
    Ok(Dependencies {
        pool: cluster.pool.clone(),
        jwt: keys.clone(),
        logins,
        master: masters()?,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        timer_pause: TIMER_PAUSE,
        policy: BookingPolicy {
            hold_minutes: 60,
            ..BookingPolicy::default()
        },
        cors_origins: Vec::new(),
        trusted_proxies: Vec::new(),
        metrics: MetricsAccess::Closed,
        gateway,
    })
}

/// Books visits and asks to pay for them.
struct Desk {
    signer: AccessTokenSigner,
    clinic: ClinicId,
    doctors: Vec<DoctorId>,
    /// Midnight of the first day.
    first_day: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Desk {
    /// So many orders.
    async fn make(
        self: &Arc<Self>,
        node: &Application,
        count: usize,
    ) -> anyhow::Result<Vec<String>> {
        let mut running = JoinSet::new();
        for lane in 0..AT_ONCE {
            let desk = self.clone();
            let mut client = Client::connect(node.address()).await?;
            running.spawn(async move {
                let mut orders = Vec::new();
                for number in (lane..count).step_by(AT_ONCE) {
                    orders.push((number, desk.order(&mut client, number).await?));
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

    async fn order(&self, client: &mut Client, number: usize) -> anyhow::Result<String> {
        let slot = number / DOCTORS;
        let minutes = slot / PER_DAY * 24 * 60 + slot % PER_DAY * usize::from(SLOT);
        let patient = PatientId::from_uuid(SystemIds.id());
        let authorization = format!("authorization: Bearer {}\r\n", self.token(patient)?);
        let wish = json!({
            "clinicId": self.clinic,
            "doctorId": self.doctors[number % DOCTORS],
            "patientId": patient,
            "start": self.first_day + TimeDelta::minutes(i64::try_from(minutes)?),
        });
        let path = "/api/v1/appointments";
        let booked = ask(client, path, &authorization, &wish).await?;
        let id = booked["id"].as_str().context("a visit without an id")?;
        let path = format!("/api/v1/appointments/{id}/payment");
        let checkout = ask(client, &path, &authorization, &json!({})).await?;
        let order = checkout["orderId"].as_str();
        Ok(order.context("a checkout without an order")?.to_owned())
    }

    fn token(&self, patient: PatientId) -> anyhow::Result<String> {
        let claims = AccessClaims {
            sub: AccountId::from_uuid(SystemIds.id()),
            sid: SessionId(SystemIds.id()),
            roles: [Role::Patient].into(),
            clinics: ClinicScope::Only([].into()),
            patient: Some(patient),
            doctor: None,
            iat: self.now,
            exp: self.now + TimeDelta::hours(2),
            jti: SystemIds.id(),
        };
        self.signer.sign(&claims).context("signing a token")
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
