//! A clinic with patients in the care of doctors, and the requests about their charts.

use adapters::system::{SystemClock, SystemIds};
use anyhow::{Context as _, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::clinic::ClinicFacts;
use domain::{ClinicId, Currency, DoctorId, PatientId};
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::world::{Terms, World};
use uuid::Uuid;

use super::load::{Expected, send_all};
use crate::application::Node;
use crate::client::{Client, get, post};
use crate::figures::Round;

const DOCTORS: usize = 20;
/// Minutes per slot.
const SLOT: u16 = 10;
/// Connections that fill charts.
const FILLERS: usize = 16;
/// Of so many entries one is a prescription.
const PRESCRIPTION_EVERY: usize = 100;

/// A patient, with a doctor who treats them.
pub struct Chart {
    patient: PatientId,
    clinic: ClinicId,
    /// Header that proves the doctor.
    doctor: String,
}

/// Makes charts.
pub struct Practice<'a> {
    node: &'a Node,
    world: World,
    clinic: ClinicFacts,
    doctors: Vec<DoctorId>,
    now: DateTime<Utc>,
    /// Number of visits so far.
    visits: usize,
}

impl<'a> Practice<'a> {
    /// A clinic whose doctors ask no fee: a visit is confirmed at once.
    pub async fn open(pool: &PgPool, node: &'a Node) -> anyhow::Result<Self> {
        let now = SystemClock.now();
        let world = World::new(pool.clone(), now).await?;
        let clinic = world.clinic("UTC", Currency::Inr).await?;
        let terms = Terms {
            fee: 0,
            slot_minutes: SLOT,
            hours: (0, 23),
            ..Terms::default()
        };
        let mut doctors = Vec::new();
        for _ in 0..DOCTORS {
            doctors.push(world.doctor(clinic, terms).await?);
        }
        Ok(Self {
            node,
            world,
            clinic,
            doctors,
            now,
            visits: 0,
        })
    }

    /// Patients who have a visit tomorrow, and so charts that their doctors read and write.
    pub async fn charts(&mut self, count: usize) -> anyhow::Result<Vec<Chart>> {
        let mut client = Client::connect(self.node.address()).await?;
        let mut charts = Vec::with_capacity(count);
        for _ in 0..count {
            let patient = self.world.patient().await?;
            let doctor = self.doctors[self.visits % DOCTORS];
            let visit = json!({
                "clinicId": self.clinic.clinic,
                "doctorId": doctor,
                "patientId": patient,
                "start": self.next_slot(),
            });
            let headers = idempotent(&self.node.patient(patient)?);
            let request = post("/api/v1/appointments", &headers, &visit.to_string());
            let status = client.send(&request).await?;
            let body = String::from_utf8_lossy(client.body());
            ensure!(status == 201, "a visit: {status} {body}");
            charts.push(Chart {
                patient,
                clinic: self.clinic.clinic,
                doctor: self.node.doctor(doctor)?,
            });
        }
        Ok(charts)
    }

    /// Writes so many entries into each of the charts, from the latest to the earliest: three notes to two sets of vital
    /// signs, and few prescriptions.
    pub async fn fill(&self, charts: &[Chart], entries: usize) -> anyhow::Result<()> {
        let (mut begun, mut others) = (Vec::new(), Vec::new());
        for chart in charts {
            for number in 0..entries {
                match number {
                    _ if number % PRESCRIPTION_EVERY == PRESCRIPTION_EVERY - 1 => {
                        others.push(chart.prescribe(number));
                    }
                    _ if number % 5 < 3 => begun.push((chart, self.begin_note(chart, number))),
                    _ => others.push(chart.measure(self.at(number), number)),
                }
            }
        }
        let (notes, _) = self.begin(begun, FILLERS).await?;
        others.extend(notes.iter().map(Draft::sign));
        let address = self.node.address();
        send_all(address, FILLERS, others, Expected::Created).await?;
        Ok(())
    }

    /// Begins so many notes, spread over the charts.
    pub async fn drafts<'c>(
        &self,
        charts: &'c [Chart],
        count: usize,
        connections: usize,
    ) -> anyhow::Result<(Vec<Draft<'c>>, Round)> {
        let requests = (0..count).map(|number| {
            let chart = &charts[number % charts.len()];
            (chart, self.begin_note(chart, number / charts.len()))
        });
        self.begin(requests.collect(), connections).await
    }

    async fn begin<'c>(
        &self,
        notes: Vec<(&'c Chart, Vec<u8>)>,
        connections: usize,
    ) -> anyhow::Result<(Vec<Draft<'c>>, Round)> {
        let (charts, requests): (Vec<_>, Vec<_>) = notes.into_iter().unzip();
        let address = self.node.address();
        let sent = send_all(address, connections, requests, Expected::Created).await?;
        let drafts = charts.into_iter().zip(sent.bodies).map(|(chart, body)| {
            let body: Value = serde_json::from_slice(&body)?;
            let note = body["id"].as_str().context("a draft without an id")?;
            let note = note.parse()?;
            Ok(Draft { chart, note })
        });
        Ok((drafts.collect::<anyhow::Result<_>>()?, sent.round))
    }

    /// The request that begins a note about a visit long ago.
    fn begin_note(&self, chart: &Chart, number: usize) -> Vec<u8> {
        let body = json!({
            "clinicId": self.clinic.clinic,
            "visitedAt": self.at(number),
            "content": {
                "complaint": "A cough that has lasted for two weeks, worse at night and after exercise",
                "symptoms": ["Cough", "Shortness of breath", "Fever in the evening"],
                "findings": "Wheezing over both lungs, no crackles; throat red, no exudate; heart sounds normal",
                "diagnoses": [
                    {"condition": "Asthma", "icd10": "J45.9"},
                    {"condition": "Acute bronchitis", "icd10": "J20.9"},
                ],
                "treatment": "Salbutamol as needed, review in two weeks, sooner if the fever returns",
                "text": format!("Visit {number}. Peak flow 320 L/min before and 410 L/min after salbutamol."),
            },
        });
        let path = format!("/api/v1/patients/{}/note-drafts", chart.patient);
        post(&path, &idempotent(&chart.doctor), &body.to_string())
    }

    /// The time of an entry: a thousand of them take thirty years.
    fn at(&self, number: usize) -> DateTime<Utc> {
        let days = i64::try_from(number).unwrap_or(0) * 11;
        self.now - TimeDelta::days(days) - TimeDelta::hours(1)
    }

    /// The next visit begins tomorrow or later, and no two of a doctor at once.
    fn next_slot(&mut self) -> DateTime<Utc> {
        let slot = self.visits / DOCTORS;
        self.visits += 1;
        let midnight = self.now.date_naive().and_time(chrono::NaiveTime::MIN);
        let minutes = i64::try_from(slot).unwrap_or(0) * i64::from(SLOT);
        midnight.and_utc() + TimeDelta::days(1) + TimeDelta::minutes(minutes)
    }
}

/// A draft that is not signed yet.
pub struct Draft<'c> {
    chart: &'c Chart,
    note: Uuid,
}

impl Draft<'_> {
    /// The request that signs it.
    pub fn sign(&self) -> Vec<u8> {
        let path = format!("/api/v1/note-drafts/{}/sign", self.note);
        let headers = format!("{}if-match: \"1\"\r\n", idempotent(&self.chart.doctor));
        post(&path, &headers, "{}")
    }
}

impl Chart {
    /// The request that reads so many entries, the latest first.
    pub fn read(&self, entries: usize) -> Vec<u8> {
        let path = format!("/api/v1/patients/{}/chart?limit={entries}", self.patient);
        get(&path, &self.doctor)
    }

    fn measure(&self, at: DateTime<Utc>, number: usize) -> Vec<u8> {
        let body = json!({
            "takenAt": at,
            "measurements": {
                "systolicPressure": {"value": (110 + number % 40).to_string()},
                "diastolicPressure": {"value": (70 + number % 20).to_string()},
                "pulse": {"value": (60 + number % 30).to_string()},
                "temperature": {"value": "98.60", "unit": "[degF]"},
                "weight": {"value": "61.25"},
            },
        });
        let path = format!("/api/v1/patients/{}/vitals", self.patient);
        post(&path, &idempotent(&self.doctor), &body.to_string())
    }

    fn prescribe(&self, number: usize) -> Vec<u8> {
        let body = json!({
            "clinicId": self.clinic,
            "lines": [{
                // One word: a number alone would be read as a strength, and all of them as one drug.
                "drug": format!("Drug{number}"),
                "strength": "500 mg",
                "dose": {"amount": "0.5", "unit": "TABLET"},
                "route": "ORAL",
                "frequency": {"times": 2, "per": "DAY"},
                "courseDays": 7,
                "instructions": "With water, after a meal",
            }],
        });
        let path = format!("/api/v1/patients/{}/prescriptions", self.patient);
        post(&path, &idempotent(&self.doctor), &body.to_string())
    }
}

/// Headers of a command of its own.
fn idempotent(authorization: &str) -> String {
    format!("{authorization}idempotency-key: {}\r\n", SystemIds.id())
}
