//! What is booked: other doctors, slots and patients each time.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::sealing::masters;
use tests::world::{Terms, World};

use crate::client::{Client, post};
use crate::cluster::Cluster;

const DOCTORS: u64 = 400;
const PATIENTS: u64 = 8_000;
/// Minutes per slot.
const SLOT: u16 = 10;
/// Slots per doctor and day: midnight to 23:00.
const PER_DAY: u64 = 23 * 60 / SLOT as u64;
const DAYS: u64 = 80;

/// Requests to send.
pub struct Work {
    clinic: ClinicId,
    doctors: Vec<DoctorId>,
    tokens: Vec<(PatientId, String)>,
    /// Midnight of the first day.
    first_day: DateTime<Utc>,
    next: AtomicU64,
}

impl Work {
    /// Starts the real application and fills it with doctors.
    pub async fn prepare(cluster: &Cluster) -> anyhow::Result<(Application, Self)> {
        let keys = JwtKeys::generate()?;
        let now = SystemClock.now();
        let world = World::new(cluster.pool.clone(), now).await?;
        let clinic = world.clinic("UTC", Currency::Inr).await?;
        let terms = Terms {
            slot_minutes: SLOT,
            hours: (0, 23),
            ..Terms::default()
        };
        let mut doctors = Vec::new();
        for _ in 0..DOCTORS {
            doctors.push(world.doctor(clinic, terms).await?);
        }
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let node = Application::start(
            parts(cluster, keys.clone(), listener.local_addr()?)?,
            listener,
        )
        .await?;
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let work = Self {
            clinic: clinic.clinic,
            doctors,
            tokens: tokens(&keys, now)?,
            first_day: midnight + TimeDelta::days(1),
            next: AtomicU64::new(0),
        };
        let mut client = Client::connect(node.address()).await?;
        let status = client.send(&work.booking()).await?;
        ensure!(
            status == 201,
            "the first booking: {}",
            String::from_utf8_lossy(client.body())
        );
        Ok((node, work))
    }

    /// The next booking.
    pub fn booking(&self) -> Vec<u8> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let doctor = self.doctors[index(n % DOCTORS)];
        let slot = (n / DOCTORS) % (DAYS * PER_DAY);
        let minutes = slot / PER_DAY * 24 * 60 + slot % PER_DAY * u64::from(SLOT);
        let start = self.first_day + TimeDelta::minutes(i64::try_from(minutes).unwrap_or(0));
        let (patient, token) = &self.tokens[index(n % PATIENTS)];
        let body = json!({
            "clinicId": self.clinic,
            "doctorId": doctor,
            "patientId": patient,
            "start": start,
            "reason": "A cough that has lasted for two weeks",
        });
        let headers = format!(
            "authorization: Bearer {token}\r\nidempotency-key: {}\r\n",
            SystemIds.id()
        );
        post("/api/v1/appointments", &headers, &body.to_string())
    }

    /// The reference's request: a body of about the same size.
    pub fn bare(&self) -> Vec<u8> {
        let (patient, token) = &self.tokens[0];
        let body = json!({
            "clinicId": self.clinic,
            "doctorId": self.doctors[0],
            "patientId": patient,
            "start": self.first_day,
            "reason": "A cough that has lasted for two weeks",
        });
        let headers = format!(
            "authorization: Bearer {token}\r\nidempotency-key: {}\r\n",
            SystemIds.id()
        );
        post("/bare", &headers, &body.to_string())
    }

    /// Payload and metadata of a booking, as the log has them.
    pub async fn recorded_event(&self, pool: &PgPool) -> anyhow::Result<(Value, Value)> {
        let sql =
            "select payload, metadata from events where event_type = 'appointment.booked' limit 1";
        Ok(sqlx::query_as(sql).fetch_one(pool).await?)
    }

    /// Waits until every subscriber has come to the end of the log. Returns how many events the last
    /// of them had still to take.
    pub async fn catch_up(&self, node: &Application) -> anyhow::Result<u64> {
        let begin = Instant::now();
        let lag = node.lag().await?;
        while node.lag().await? > 0 {
            ensure!(
                begin.elapsed() < Duration::from_mins(1),
                "the read models do not catch up"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(lag)
    }
}

fn parts(cluster: &Cluster, keys: JwtKeys, server: SocketAddr) -> anyhow::Result<Dependencies> {
    let logins = LoginIndex::new([7; 32]);
    let host = Host {
        pool: &cluster.pool,
        logins: &logins,
        server: Some(server),
    };
    let gateway = Gateway::open(&PaymentSettings::default(), &host)?;
    Ok(Dependencies {
        pool: cluster.pool.clone(),
        jwt: keys,
        logins,
        master: masters()?,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        policy: BookingPolicy::default(),
        timer_pause: TIMER_PAUSE,
        cors_origins: Vec::new(),
        trusted_proxies: Vec::new(),
        metrics: MetricsAccess::Closed,
        gateway,
    })
}

fn tokens(keys: &JwtKeys, now: DateTime<Utc>) -> anyhow::Result<Vec<(PatientId, String)>> {
    let signer = AccessTokenSigner::new(keys, realm());
    (0..PATIENTS)
        .map(|_| {
            let patient = PatientId::from_uuid(SystemIds.id());
            let claims = AccessClaims {
                sub: AccountId::from_uuid(SystemIds.id()),
                sid: SessionId(SystemIds.id()),
                roles: [Role::Patient].into(),
                clinics: ClinicScope::Only([].into()),
                patient: Some(patient),
                doctor: None,
                iat: now,
                exp: now + TimeDelta::hours(2),
                jti: SystemIds.id(),
            };
            Ok((patient, signer.sign(&claims).context("signing a token")?))
        })
        .collect()
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(0)
}
