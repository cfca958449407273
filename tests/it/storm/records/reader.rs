//! A patient who reads the own chart, and tries to read another one.

use std::time::Duration;

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use domain::PatientId;
use serde_json::json;
use tests::app::Principal;
use tokio::time::{Instant, sleep};

use super::Rng;
use super::answers::Answers;
use super::practice::{Chart, Practice};
use super::session::Session;

pub struct Reader {
    session: Session,
    patient: PatientId,
    stranger: PatientId,
    rng: Rng,
}

impl Reader {
    pub fn new(practice: &Practice, chart: &Chart, rng: Rng) -> Self {
        let token = practice.token(&Principal::patient(chart.patient));
        Self {
            session: Session::new(practice, token),
            patient: chart.patient,
            stranger: chart.stranger,
            rng,
        }
    }

    pub async fn read_until(mut self, end: Instant) -> Answers {
        while Instant::now() < end {
            match self.rng.below(8) {
                0 => self.measure().await,
                1 => {
                    let path = format!("/api/v1/patients/{}/chart", self.stranger);
                    self.session.try_to_read(&path).await;
                }
                2 => self.read("profile").await,
                3 => self.read("access-log").await,
                _ => self.read("chart").await,
            }
            sleep(Duration::from_millis(self.rng.between(20, 200))).await;
        }
        self.session.answers
    }

    async fn read(&mut self, of: &str) {
        let path = format!("/api/v1/patients/{}/{of}", self.patient);
        self.session.read(&path).await;
    }

    /// Records the own pulse.
    async fn measure(&mut self) {
        let path = format!("/api/v1/patients/{}/vitals", self.patient);
        let key = SystemIds.id().to_string();
        let body = json!({"measurements": {"pulse": {"value": "64"}}});
        let recorded = self
            .session
            .done(201, |client| client.post(&path, &body).key(&key));
        let recorded = recorded.await.id();
        let vitals = &mut self.session.answers.vitals;
        vitals.insert(recorded, self.patient.as_uuid());
    }
}
