//! A clinic with one doctor and one node, and clients for its patients and staff.

use std::time::Duration;

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::clinic::ClinicFacts;
use domain::{ClinicId, ClinicScope, Currency, DoctorId, PatientId};
use event_store::EventStore;
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::app::{Node, Principal, Site};
use tests::world::{Terms, World};

use super::{Call, Client, Reply};

/// Time of the test's clock at the start: half past five in the morning at the clinic.
pub fn now() -> DateTime<Utc> {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

/// The start of the nth slot of today; the doctor has 32.
pub fn slot(number: i32) -> DateTime<Utc> {
    now() + TimeDelta::minutes(210) + TimeDelta::minutes(15) * number
}

/// Polls a condition until it holds; panics after 20 seconds.
pub async fn eventually(what: &str, so: impl AsyncFnMut() -> bool) {
    eventually_within(Duration::from_secs(20), what, so).await;
}

/// The same with another limit.
pub async fn eventually_within(patience: Duration, what: &str, mut so: impl AsyncFnMut() -> bool) {
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 0..patience.as_millis() / PAUSE.as_millis() {
        if so().await {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("timed out waiting: {what}");
}

/// Waits until every subscriber of a node has caught up.
pub async fn all_read(client: &Client) {
    eventually("every subscriber has caught up", async || {
        let ready = client.get("/readyz").send().await;
        // On a machine with much to do the database may answer too late for once.
        if ready.status != 200 {
            return false;
        }
        let subscribers = ready.body["subscribers"].as_array().unwrap();
        assert!(subscribers.len() > 5, "{subscribers:?}");
        subscribers.iter().all(|one| one["caughtUp"] == true)
    })
    .await;
}

/// A clinic with one verified doctor who asks a fee, and one node. [`Clinic::close`] it at the end.
pub struct Clinic {
    pub site: Site,
    pub world: World,
    pub facts: ClinicFacts,
    pub doctor: DoctorId,
    pub pool: PgPool,
    node: Option<Node>,
    client: Client,
}

impl Clinic {
    pub async fn open() -> Self {
        Self::with(Terms::default()).await
    }

    /// A clinic whose doctor works on other terms.
    pub async fn with(terms: Terms) -> Self {
        Self::on_clock("Asia/Kolkata", now(), terms).await
    }

    /// A clinic whose doctor asks no fee, so that bookings are confirmed at once.
    pub async fn without_fee() -> Self {
        let terms = Terms {
            fee: 0,
            ..Terms::default()
        };
        Self::with(terms).await
    }

    /// A clinic in another time zone, at another time.
    pub async fn on_clock(zone: &str, now: DateTime<Utc>, terms: Terms) -> Self {
        let site = Site::at(now).await.unwrap();
        let pool = site.database.pool(4).await.unwrap();
        let world = World::new(pool.clone(), now).await.unwrap();
        let currency = Currency::Inr;
        let facts = world.clinic(zone, currency).await.unwrap();
        let doctor = world.doctor(facts, terms).await.unwrap();
        let node = site.node().await.unwrap();
        let client = Client::new(node.url(""));
        Self {
            site,
            world,
            facts,
            doctor,
            pool,
            node: Some(node),
            client,
        }
    }

    /// Stops the node, once every subscriber has caught up. Closes `pool`.
    pub async fn close(mut self) {
        if self.node.is_some() {
            self.stop_node().await;
        }
        self.pool.close().await;
    }

    /// Stops the first node; then use another one.
    pub async fn stop_node(&mut self) {
        all_read(&self.client).await;
        if let Some(node) = self.node.take() {
            node.stop().await;
        }
    }

    /// Starts a second node. Stop it with [`OtherNode::stop`].
    pub async fn another_node(&self) -> OtherNode {
        let node = self.site.node().await.unwrap();
        let client = Client::new(node.url(""));
        OtherNode { node, client }
    }

    /// The node's handle on the log.
    pub fn store(&self) -> &EventStore {
        self.node.as_ref().unwrap().store()
    }

    /// Does what the node's janitor does every ten minutes.
    pub async fn clean(&self) {
        let node = self.node.as_ref().unwrap();
        node.clean(&self.site).await.unwrap();
    }

    /// State of the node's request handlers.
    pub fn app(&self) -> &api::App {
        self.node.as_ref().unwrap().app()
    }

    /// The address of a path on the node.
    pub fn url(&self, path: &str) -> String {
        self.node.as_ref().unwrap().url(path)
    }

    /// The address of a path at the sandbox of the payment gateway.
    pub fn sandbox(&self, path: &str) -> String {
        let node = self.node.as_ref().unwrap();
        node.sandbox_url(path).unwrap()
    }

    /// A client without a token.
    pub fn anonymous(&self) -> &Client {
        &self.client
    }

    /// A client with a token of `principal`.
    pub fn client(&self, principal: &Principal) -> Client {
        self.client.with_token(self.site.token(principal).unwrap())
    }

    /// A new patient. They have no card: booking for oneself needs none.
    pub fn patient(&self) -> Client {
        self.client(&Principal::patient(PatientId::from_uuid(SystemIds.id())))
    }

    /// The clinic's front desk.
    pub fn desk(&self) -> Client {
        self.client(&Principal::receptionist(only(self.facts.clinic)))
    }

    /// An admin of the clinic, and of no other.
    pub fn admin(&self) -> Client {
        self.client(&Principal {
            clinics: only(self.facts.clinic),
            ..Principal::admin()
        })
    }

    /// An admin of another clinic.
    pub fn other_admin(&self) -> Client {
        let elsewhere = ClinicId::from_uuid(SystemIds.id());
        self.client(&Principal {
            clinics: only(elsewhere),
            ..Principal::admin()
        })
    }

    /// Another clinic's front desk.
    pub fn other_desk(&self) -> Client {
        let elsewhere = ClinicId::from_uuid(SystemIds.id());
        self.client(&Principal::receptionist(only(elsewhere)))
    }

    /// Body of a booking for the slot that starts then.
    pub fn booking_request(&self, start: DateTime<Utc>) -> Value {
        json!({"clinicId": self.facts.clinic, "doctorId": self.doctor, "start": start})
    }

    /// Books the nth slot of today.
    pub fn book(&self, who: &Client, number: i32) -> Call {
        who.post("/api/v1/appointments", &self.booking_request(slot(number)))
    }

    /// The appointment as it can be read once `reply`'s events are known.
    pub async fn read(&self, who: &Client, reply: &Reply) -> Reply {
        self.settled(async || who.get(&reply.appointment("")).after(reply))
            .await
    }

    /// The response to a query, repeated while its read model is behind: other tests in the same
    /// cluster hold the horizon back.
    pub async fn settled(&self, query: impl AsyncFn() -> Call) -> Reply {
        for _ in 0..10 {
            let reply = query().await.send().await;
            if reply.status != 503 {
                assert_eq!(reply.status, 200, "{reply:?}");
                return reply;
            }
            reply.is("read-model-behind");
        }
        panic!("the read model stays behind");
    }

    /// Number of events of that type.
    pub async fn events(&self, event_type: &str) -> i64 {
        self.count(
            "select count(*) from events where event_type = $1",
            event_type,
        )
        .await
    }

    /// Result of a counting query with one parameter.
    pub async fn count(&self, sql: &str, parameter: &str) -> i64 {
        let counted = sqlx::query_scalar(sql).bind(parameter);
        counted.fetch_one(&self.pool).await.unwrap()
    }
}

/// A second node of a clinic, and an anonymous client of it.
pub struct OtherNode {
    node: Node,
    pub client: Client,
}

impl OtherNode {
    /// Stops the node, once every subscriber has caught up.
    pub async fn stop(self) {
        all_read(&self.client).await;
        self.node.stop().await;
    }
}

impl Drop for Clinic {
    fn drop(&mut self) {
        let open = self.node.is_some() && !std::thread::panicking();
        assert!(!open, "the test did not close its clinic");
    }
}

fn only(clinic: ClinicId) -> ClinicScope {
    ClinicScope::Only([clinic].into())
}
