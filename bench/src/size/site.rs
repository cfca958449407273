//! One practice with a past of its own: its database, its node, and the calls that are timed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use adapters::system::{SystemClock, SystemIds};
use anyhow::{Context as _, ensure};
use caresync::settings::PaymentSettings;
use caresync::storage;
use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::LoginIndex;
use commands::ports::{Clock as _, IdSource as _};
use domain::appointment::BookingPolicy;
use event_store::EventStore;
use event_store::rebuild::{Operator, RebuildError, RebuildFrom};
use serde_json::json;
use tokio::sync::Notify;

use super::past::{Practice, SLOT, SLOTS_PER_DAY};
use crate::application::Node;
use crate::client::{Client, get, post};
use crate::cluster::Cluster;

/// Connections of a node.
const POOL: u32 = 8;
/// Visits to come that each site has before anything is timed: a page of a patient's list, and a day sheet.
const PAGE: usize = 20;
/// Days from today on which these are, and from which on bookings are timed.
const LISTED_DAY: usize = 2;
const TIMED_DAY: usize = 4;
/// Time that read models may take for the past, and that an operator's lock may outlive its session.
const PATIENCE: Duration = Duration::from_mins(30);
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// A call that is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// A booking with the doctor who has the most visits.
    Book,
    /// A booking of a slot that is taken.
    Refused,
    /// A booking that was sent before, under its idempotency key.
    Repeated,
    /// Free slots of that doctor, for two weeks.
    Availability,
    /// A page of a patient's visits.
    Appointments,
    /// A day of that doctor.
    DaySheet,
    /// A rebuild of all read models, up to its first report of progress.
    RebuildStart,
}

impl Call {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Book,
        Self::Refused,
        Self::Repeated,
        Self::Availability,
        Self::Appointments,
        Self::DaySheet,
        Self::RebuildStart,
    ];
}

/// A practice with a past.
pub struct Site {
    cluster: Cluster,
    practice: Practice,
    node: Node,
    client: Client,
    receptionist: String,
    next_slot: AtomicUsize,
    /// Sent again by [`Call::Repeated`].
    repeated: Vec<u8>,
}

impl Site {
    /// Imports so many past visits, starts a node and waits for its read models.
    pub async fn prepare(visits: usize) -> anyhow::Result<Self> {
        let cluster = Cluster::start(POOL).await?;
        let practice = Practice::new(&cluster.pool, SystemClock.now()).await?;
        let begin = Instant::now();
        practice.import(visits).await?;
        let imported = begin.elapsed();
        // None of the holds ends while the bench runs.
        let policy = BookingPolicy {
            hold_minutes: 24 * 60,
            ..BookingPolicy::default()
        };
        let node = Node::start(&cluster.pool, &PaymentSettings::default(), policy).await?;
        node.catch_up(PATIENCE).await?;
        // As autovacuum would have it after a while.
        let owner = cluster.owner().await?;
        sqlx::query("vacuum analyze").execute(&owner).await?;
        owner.close().await;
        println!(
            "{visits} past visits: imported in {:.0} s, in all read models after {:.0} s",
            imported.as_secs_f64(),
            begin.elapsed().as_secs_f64()
        );
        let mut site = Self {
            client: Client::connect(node.address()).await?,
            receptionist: node.receptionist()?,
            cluster,
            practice,
            node,
            next_slot: AtomicUsize::new(TIMED_DAY * SLOTS_PER_DAY),
            repeated: Vec::new(),
        };
        site.book_what_is_listed().await?;
        site.cluster.settle().await?;
        Ok(site)
    }

    /// Makes the call so many times. Returns the median of its times, in milliseconds.
    pub async fn time(&mut self, call: Call, count: usize) -> anyhow::Result<f64> {
        if call == Call::RebuildStart {
            return self.start_rebuild().await;
        }
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            let (request, wanted) = self.request(call)?;
            let begin = Instant::now();
            let status = self.client.send(&request).await?;
            times.push(begin.elapsed().as_secs_f64() * 1e3);
            let body = String::from_utf8_lossy(self.client.body());
            ensure!(status == wanted, "{call:?}: {status} {body}");
        }
        Ok(crate::figures::median(times))
    }

    /// Stops it and removes its database.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.node.stop().await;
        self.practice.store().pool().close().await;
        self.cluster.stop().await
    }

    /// A request of that call, and the status that answers it.
    fn request(&self, call: Call) -> anyhow::Result<(Vec<u8>, u16)> {
        let doctor = self.practice.doctors[0];
        let clinic = self.practice.clinic.clinic;
        let day = |days: usize| self.start(days * SLOTS_PER_DAY).date_naive();
        Ok(match call {
            Call::Book => (
                self.booking(self.next_slot.fetch_add(1, Ordering::Relaxed))?,
                201,
            ),
            Call::Refused => (self.booking(LISTED_DAY * SLOTS_PER_DAY)?, 409),
            Call::Repeated => (self.repeated.clone(), 201),
            Call::Availability => {
                let (from, to) = (day(TIMED_DAY), day(TIMED_DAY + 13));
                let path = format!(
                    "/api/v1/doctors/{doctor}/availability?clinicId={clinic}&from={from}&to={to}"
                );
                (get(&path, &self.receptionist), 200)
            }
            Call::Appointments => {
                let patient = self.practice.patients[0];
                let path = format!("/api/v1/appointments?patientId={patient}&limit={PAGE}");
                (get(&path, &self.node.patient(patient)?), 200)
            }
            Call::DaySheet => {
                let date = day(LISTED_DAY);
                let path =
                    format!("/api/v1/doctors/{doctor}/day-sheet?date={date}&clinicId={clinic}");
                (get(&path, &self.receptionist), 200)
            }
            Call::RebuildStart => anyhow::bail!("a rebuild is no request"),
        })
    }

    /// A page of visits of the first patient, with the second doctor, and as many on one day of the first.
    async fn book_what_is_listed(&mut self) -> anyhow::Result<()> {
        let listed = LISTED_DAY * SLOTS_PER_DAY;
        for slot in listed..listed + PAGE {
            let mut requests = vec![self.booking(slot)?];
            // A page of one patient's visits, on the day before.
            requests.push(self.booking_of(1, 0, slot - SLOTS_PER_DAY)?);
            for request in requests {
                let status = self.client.send(&request).await?;
                let body = String::from_utf8_lossy(self.client.body());
                ensure!(status == 201, "a visit to come: {status} {body}");
                self.repeated = request;
            }
        }
        self.node.catch_up(PATIENCE).await.map(drop)
    }

    /// A booking of a slot of the first doctor, with a patient of its own.
    fn booking(&self, slot: usize) -> anyhow::Result<Vec<u8>> {
        self.booking_of(0, 1 + slot % (self.practice.patients.len() - 1), slot)
    }

    /// By the patient, who needs no record for that.
    fn booking_of(&self, doctor: usize, patient: usize, slot: usize) -> anyhow::Result<Vec<u8>> {
        let patient = self.practice.patients[patient];
        let body = json!({
            "clinicId": self.practice.clinic.clinic,
            "doctorId": self.practice.doctors[doctor],
            "patientId": patient,
            "start": self.start(slot),
            "reason": "A cough that has lasted for two weeks",
        });
        let headers = format!(
            "{}idempotency-key: {}\r\n",
            self.node.patient(patient)?,
            SystemIds.id()
        );
        Ok(post("/api/v1/appointments", &headers, &body.to_string()))
    }

    /// Start of a slot, counted from today's midnight.
    fn start(&self, slot: usize) -> DateTime<Utc> {
        let (day, slot) = (slot / SLOTS_PER_DAY, slot % SLOTS_PER_DAY);
        let minutes = day * 24 * 60 + slot * usize::from(SLOT);
        self.practice.today + TimeDelta::minutes(i64::try_from(minutes).unwrap_or(0))
    }

    /// Begins a rebuild of all read models as an operator does, and abandons it at its first report.
    async fn start_rebuild(&self) -> anyhow::Result<f64> {
        let pool = storage::connect(self.cluster.owner_options(), POOL).await?;
        let sealing = tests::sealing::sealing(pool.clone()).await?;
        let options = commands::store_options::options(LoginIndex::new([7; 32]), sealing);
        let store = EventStore::open_with(pool, options).await?;
        let begin = Instant::now();
        let mut operator = operator(&store).await?;
        let reported = Notify::new();
        let report = |_, _| reported.notify_one();
        tokio::select! {
            biased;
            rebuilt = operator.rebuild(RebuildFrom::LogStart, &report) => drop(rebuilt.context("a rebuild")?),
            () = reported.notified() => {}
        }
        let took = begin.elapsed();
        drop(operator);
        let mut operator = self::operator(&store).await?;
        operator.drop_copies().await?;
        operator.release().await?;
        store.pool().close().await;
        Ok(took.as_secs_f64() * 1e3)
    }
}

/// Takes all read models, once the session before has let them go.
async fn operator(store: &EventStore) -> anyhow::Result<Operator> {
    let begin = Instant::now();
    loop {
        match Operator::open(store, projections::read_models(store.sealing())).await {
            Err(RebuildError::Locked { .. }) if begin.elapsed() < LOCK_PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            taken => return Ok(taken?),
        }
    }
}
