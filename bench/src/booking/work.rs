//! Bookings to send: other doctors, slots and patients each time.

use std::sync::atomic::{AtomicU64, Ordering};

use adapters::system::{SystemClock, SystemIds};
use anyhow::ensure;
use caresync::settings::PaymentSettings;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::appointment::BookingPolicy;
use domain::{ClinicId, Currency, DoctorId, PatientId};
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::world::{Terms, World};

use crate::application::Node;
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
    patients: Vec<Patient>,
    /// Midnight of the first day.
    first_day: DateTime<Utc>,
    next: AtomicU64,
}

/// A patient, with the header that proves it.
struct Patient {
    id: PatientId,
    authorization: String,
}

impl Work {
    /// Starts the real application and fills it with doctors.
    pub async fn prepare(cluster: &Cluster) -> anyhow::Result<(Node, Self)> {
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
        let payments = PaymentSettings::default();
        // A patient comes back within minutes, more often than people may.
        let policy = BookingPolicy {
            max_holds: 200,
            max_daily_bookings: 200,
            ..BookingPolicy::default()
        };
        let node = Node::start(&cluster.pool, &payments, policy).await?;
        let patient = || {
            let id = PatientId::from_uuid(SystemIds.id());
            node.patient(id)
                .map(|authorization| Patient { id, authorization })
        };
        let patients = std::iter::repeat_with(patient).take(index(PATIENTS));
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let work = Self {
            clinic: clinic.clinic,
            doctors,
            patients: patients.collect::<Result<_, _>>()?,
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
        let patient = &self.patients[index(n % PATIENTS)];
        let body = json!({
            "clinicId": self.clinic,
            "doctorId": doctor,
            "patientId": patient.id,
            "start": start,
            "reason": "A cough that has lasted for two weeks",
        });
        let headers = patient.headers();
        post("/api/v1/appointments", &headers, &body.to_string())
    }

    /// The reference's request: a body of about the same size.
    pub fn bare(&self) -> Vec<u8> {
        let patient = &self.patients[0];
        let body = json!({
            "clinicId": self.clinic,
            "doctorId": self.doctors[0],
            "patientId": patient.id,
            "start": self.first_day,
            "reason": "A cough that has lasted for two weeks",
        });
        let headers = patient.headers();
        post("/bare", &headers, &body.to_string())
    }

    /// Payload and metadata of a booking, as the log has them.
    pub async fn recorded_event(&self, pool: &PgPool) -> anyhow::Result<(Value, Value)> {
        let sql =
            "select payload, metadata from events where event_type = 'appointment.booked' limit 1";
        Ok(sqlx::query_as(sql).fetch_one(pool).await?)
    }
}

impl Patient {
    /// Headers of a request of its own.
    fn headers(&self) -> String {
        format!(
            "{}idempotency-key: {}\r\n",
            self.authorization,
            SystemIds.id()
        )
    }
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(0)
}
