//! The program as a process, and patients in the care of doctors.

use adapters::system::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::Clock as _;
use domain::clinic::ClinicFacts;
use domain::{Currency, DoctorId, PatientId};
use serde_json::json;
use sqlx::PgPool;
use tests::app::{Principal, Site};
use tests::world::{Terms, World};
use tokio::sync::watch;

use crate::support::{Client, Server, all_read};

/// The target of a kill.
#[derive(Clone, Copy)]
pub enum Kill {
    Program,
    ProgramAndDatabase,
}

/// A patient and those who treat them.
#[derive(Clone)]
pub struct Chart {
    pub patient: PatientId,
    pub doctors: Vec<DoctorId>,
    /// A patient whom none of them is.
    pub stranger: PatientId,
}

pub struct Practice {
    pub site: Site,
    pub clinic: ClinicFacts,
    /// Connections to the program's private database.
    pub pool: PgPool,
    /// Current address of the program.
    pub address: watch::Sender<Client>,
    charts: Vec<Chart>,
    server: Server,
}

impl Practice {
    /// Starts the program, and books a visit of each patient with each of the doctors.
    pub async fn open(charts: usize, doctors: usize) -> Self {
        let now = SystemClock.now();
        let site = Site::at(now).await.unwrap();
        let server = Server::start(&site.keys).await;
        let pool = server.pool().await;
        let world = World::new(pool.clone(), now).await.unwrap();
        let clinic = world.clinic("UTC", Currency::Inr).await.unwrap();
        let stranger = world.patient().await.unwrap();
        let mut practice = Self {
            site,
            clinic,
            pool,
            address: watch::Sender::new(server.client.clone()),
            charts: Vec::new(),
            server,
        };
        for _ in 0..charts {
            let mut chart = Chart {
                patient: world.patient().await.unwrap(),
                doctors: Vec::new(),
                stranger,
            };
            for number in 0..doctors {
                let doctor = practice.doctor(&world).await;
                practice.book(&chart, doctor, number, now).await;
                chart.doctors.push(doctor);
            }
            practice.charts.push(chart);
        }
        all_read(&practice.server.client).await;
        practice
    }

    pub fn charts(&self) -> &[Chart] {
        &self.charts
    }

    /// A client with a token.
    pub fn client(&self, token: &str) -> Client {
        self.server.client.with_token(token)
    }

    pub fn token(&self, principal: &Principal) -> String {
        let until = self.site.clock_now() + TimeDelta::hours(1);
        self.site.token_until(principal, until).unwrap()
    }

    /// Kills the program, or both, and starts the program again.
    pub async fn kill(&mut self, target: Kill) {
        self.server.kill();
        if matches!(target, Kill::ProgramAndDatabase) {
            self.server.kill_database();
        }
        self.server.restart().await;
        self.address.send_replace(self.server.client.clone());
    }

    /// Waits until the read models have everything.
    pub async fn settle(&self) {
        all_read(&self.server.client).await;
    }

    pub async fn stop(mut self) {
        self.pool.close().await;
        self.server.stop().await;
    }

    /// A doctor who asks no fee, so that visits are confirmed at once.
    async fn doctor(&self, world: &World) -> DoctorId {
        let terms = Terms {
            fee: 0,
            hours: (0, 23),
            ..Terms::default()
        };
        world.doctor(self.clinic, terms).await.unwrap()
    }

    async fn book(&self, chart: &Chart, doctor: DoctorId, number: usize, now: DateTime<Utc>) {
        let tomorrow = now.date_naive() + TimeDelta::days(1);
        let start = tomorrow.and_hms_opt(u32::try_from(8 + number).unwrap(), 0, 0);
        let visit = json!({
            "clinicId": self.clinic.clinic,
            "doctorId": doctor,
            "start": start.unwrap().and_utc(),
        });
        let patient = self.token(&Principal::patient(chart.patient));
        let booked = self.client(&patient).post("/api/v1/appointments", &visit);
        booked.expect(201).await;
    }
}
