//! A doctor who writes drafts, saves them as they grow, signs most of them, prescribes and measures.

use std::time::Duration;

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use domain::{DoctorId, PatientId};
use serde_json::{Value, json};
use tests::app::Principal;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::Rng;
use super::answers::{Answers, Written};
use super::practice::{Chart, Practice};
use super::session::Session;

pub struct Doctor {
    session: Session,
    patient: PatientId,
    clinic: Uuid,
    visited_at: String,
    rng: Rng,
}

impl Doctor {
    pub fn new(practice: &Practice, chart: &Chart, doctor: &DoctorId, rng: Rng) -> Self {
        let token = practice.token(&Principal::doctor(*doctor));
        Self {
            session: Session::new(practice, token),
            patient: chart.patient,
            clinic: practice.clinic.clinic.as_uuid(),
            visited_at: practice.site.clock_now().to_rfc3339(),
            rng,
        }
    }

    /// Begins visits until then, and ends the last one.
    pub async fn work_until(mut self, end: Instant) -> Answers {
        while Instant::now() < end {
            let note = self.write().await;
            if self.rng.percent(75) {
                self.sign(note).await;
                let path = format!("/api/v1/notes/{note}");
                self.session.read(&path).await;
            }
            match self.rng.below(3) {
                0 => self.prescribe().await,
                1 => self.measure().await,
                _ => {
                    let chart = self.path("chart?limit=20");
                    self.session.read(&chart).await;
                }
            }
            self.rest().await;
        }
        self.session.answers
    }

    /// Begins a draft and saves it some times.
    async fn write(&mut self) -> Uuid {
        let path = self.path("note-drafts");
        let key = key();
        let mut text = format!("Begun as {key}");
        let body = self.draft(&text);
        let begin = |client: &crate::support::Client| client.post(&path, &body).key(&key);
        let note = self.session.done(201, begin).await.id();
        self.remember(note, 1, text);
        for version in 1..=self.rng.between(1, 4) {
            self.rest().await;
            text = format!("Version {version} of {key}");
            let version = i64::try_from(version).unwrap();
            let body = self.draft(&text);
            let path = format!("/api/v1/note-drafts/{note}");
            let seen = format!("\"{version}\"");
            let saved = self.session.done(200, |client| {
                client.put(&path, &body).header("If-Match", &seen)
            });
            let saved = saved.await;
            assert_eq!(saved.body["version"], version + 1, "{saved:?}");
            self.remember(note, version + 1, text);
        }
        note
    }

    async fn sign(&mut self, note: Uuid) {
        let (path, key) = (format!("/api/v1/note-drafts/{note}/sign"), key());
        let draft = self.session.answers.drafts.remove(&note).unwrap();
        let seen = format!("\"{}\"", draft.version);
        let signed = self.session.done(201, |client| {
            let sign = client.post(&path, &json!({}));
            sign.key(&key).header("If-Match", &seen)
        });
        assert_eq!(signed.await.id(), note);
        self.session.answers.signed.insert(note, draft);
    }

    async fn prescribe(&mut self) {
        let (path, key) = (self.path("prescriptions"), key());
        let body = json!({"clinicId": self.clinic, "lines": [{
            "drug": format!("Drug {key}"), "dose": {"amount": "1", "unit": "TABLET"},
            "route": "ORAL", "frequency": {"times": 1, "per": "DAY"},
        }]});
        let issued = self
            .session
            .done(201, |client| client.post(&path, &body).key(&key));
        let issued = issued.await.id();
        let prescriptions = &mut self.session.answers.prescriptions;
        prescriptions.insert(issued, self.patient.as_uuid());
    }

    async fn measure(&mut self) {
        let (path, key) = (self.path("vitals"), key());
        let body = json!({"measurements": {"pulse": {"value": "72"}}});
        let recorded = self
            .session
            .done(201, |client| client.post(&path, &body).key(&key));
        let recorded = recorded.await.id();
        let vitals = &mut self.session.answers.vitals;
        vitals.insert(recorded, self.patient.as_uuid());
    }

    fn draft(&self, text: &str) -> Value {
        json!({
            "clinicId": self.clinic, "visitedAt": self.visited_at, "content": {"text": text},
        })
    }

    fn remember(&mut self, note: Uuid, version: i64, text: String) {
        let written = Written {
            patient: self.patient.as_uuid(),
            author: self.session.token.clone(),
            version,
            text,
        };
        self.session.answers.drafts.insert(note, written);
    }

    fn path(&self, of: &str) -> String {
        format!("/api/v1/patients/{}/{of}", self.patient)
    }

    async fn rest(&mut self) {
        sleep(Duration::from_millis(self.rng.between(20, 200))).await;
    }
}

fn key() -> String {
    SystemIds.id().to_string()
}
