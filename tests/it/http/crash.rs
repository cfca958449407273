//! Kills of the program and of its database: acknowledged bookings are kept, others can be repeated.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use adapters::system::{SystemClock, SystemIds};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::{Currency, PatientId};
use event_store::{ReadModelTable, Sealing};
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::app::{Principal, Site};
use tests::database::Database;
use tests::sealing::{opened, sealing};
use tests::world::{Terms, World};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{Client, Server, all_read, eventually};

const DOCTORS: usize = 16;
const BOOKINGS: usize = 500;
const CLIENTS: usize = 8;

/// A booking to make, with its idempotency key.
#[derive(Clone)]
struct Booking {
    key: String,
    token: String,
    body: Value,
}

/// The first slot of tomorrow.
fn tomorrow() -> DateTime<Utc> {
    let day = (SystemClock.now() + TimeDelta::minutes(330)).date_naive() + TimeDelta::days(1);
    day.and_hms_opt(3, 30, 0).unwrap().and_utc()
}

/// Enough doctors, and bookings of which no two want the same slot.
async fn bookings(site: &Site, pool: PgPool) -> Vec<Booking> {
    let world = World::new(pool, SystemClock.now()).await.unwrap();
    let clinic = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
    let mut bookings = Vec::new();
    for _ in 0..DOCTORS {
        let doctor = world.doctor(clinic, Terms::default()).await.unwrap();
        for slot in 0..32 {
            let patient = Principal::patient(PatientId::from_uuid(SystemIds.id()));
            let start = tomorrow() + TimeDelta::minutes(15) * slot;
            bookings.push(Booking {
                key: SystemIds.id().to_string(),
                token: site.token(&patient).unwrap(),
                body: json!({"clinicId": clinic.clinic, "doctorId": doctor, "start": start}),
            });
        }
    }
    bookings.truncate(BOOKINGS);
    bookings
}

/// Response by idempotency key.
type Acknowledged = Arc<Mutex<BTreeMap<String, Value>>>;

/// Clients that repeat each request until it is answered, at the current address of the server.
struct Clients {
    acknowledged: Acknowledged,
    address: watch::Sender<Client>,
    lanes: JoinSet<()>,
}

impl Clients {
    fn start(server: &Server, bookings: &[Booking]) -> Self {
        let queue = Arc::new(Mutex::new(VecDeque::from(bookings.to_vec())));
        let acknowledged = Acknowledged::default();
        let address = watch::Sender::new(server.client.clone());
        let mut lanes = JoinSet::new();
        for _ in 0..CLIENTS {
            let (queue, acknowledged) = (queue.clone(), acknowledged.clone());
            let mut address = address.subscribe();
            lanes.spawn(async move {
                loop {
                    let Some(request) = queue.lock().unwrap().pop_front() else {
                        return;
                    };
                    let answer = book_until_answered(&mut address, &request).await;
                    let earlier = acknowledged.lock().unwrap().insert(request.key, answer);
                    assert_eq!(earlier, None);
                }
            });
        }
        Self {
            acknowledged,
            address,
            lanes,
        }
    }

    fn acknowledged(&self) -> BTreeMap<String, Value> {
        self.acknowledged.lock().unwrap().clone()
    }

    async fn until(&self, count: usize) {
        let enough = async || self.acknowledged().len() >= count;
        eventually("enough bookings are made", enough).await;
    }

    fn go_on_at(&self, server: &Server) {
        self.address.send_replace(server.client.clone());
    }

    async fn done(mut self) -> BTreeMap<String, Value> {
        while let Some(lane) = self.lanes.join_next().await {
            lane.unwrap();
        }
        self.acknowledged()
    }
}

/// Repeats a request under its key until it is answered. After a lost connection and after a server
/// error the outcome is unknown.
async fn book_until_answered(address: &mut watch::Receiver<Client>, request: &Booking) -> Value {
    loop {
        let server = address.borrow_and_update().with_token(&request.token);
        let asked = server
            .post("/api/v1/appointments", &request.body)
            .key(&request.key);
        match asked.try_send().await {
            Ok(reply) if reply.status == 201 => return reply.body,
            Ok(reply) => assert!(reply.status >= 500, "{reply:?}"),
            Err(_) => {}
        }
        address.changed().await.unwrap();
    }
}

async fn rows(pool: &PgPool, sql: &str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

/// The tables that projections write.
fn read_models() -> Vec<&'static str> {
    let models = projections::read_models(&Sealing::off());
    let tables = models.iter().flat_map(|model| model.tables());
    tables.map(ReadModelTable::name).collect()
}

async fn contents(pool: &PgPool) -> BTreeMap<&'static str, Vec<Value>> {
    let sealing = sealing(pool.clone()).await.unwrap();
    let mut contents = BTreeMap::new();
    for table in read_models() {
        let rows = opened(pool, &sealing, table).await.unwrap();
        contents.insert(table, rows);
    }
    contents
}

/// The log, the claims, the timers and the recorded replies hold each booking once.
async fn each_booking_once(pool: &PgPool, acknowledged: &BTreeMap<String, Value>) {
    let booked =
        "select aggregate_id from events where event_type = 'appointment.booked' order by 1";
    let booked = rows(pool, booked).await;
    let mut told: Vec<_> = acknowledged
        .values()
        .map(|body| body["id"].as_str().unwrap())
        .collect();
    told.sort_unstable();
    assert_eq!(told.len(), BOOKINGS);
    assert_eq!(
        told, booked,
        "what was acknowledged is what stands in the log"
    );
    for (table, sql) in [
        (
            "doctors' claims",
            "select holder from slot_claims where kind = 'doctor' order by 1",
        ),
        (
            "patients' claims",
            "select holder from slot_claims where kind = 'patient' order by 1",
        ),
        ("timers", "select key from timers order by 1"),
        (
            "replies",
            "select aggregate_id from idempotency_keys order by 1",
        ),
        (
            "appointments",
            "select appointment_id::text from patient_appointments order by 1",
        ),
    ] {
        assert_eq!(rows(pool, sql).await, booked, "{table}");
    }
}

/// Repeating an acknowledged booking returns the same response.
async fn assert_replays(server: &Server, bookings: &[Booking], told: &BTreeMap<String, Value>) {
    assert!(!told.is_empty());
    for request in bookings
        .iter()
        .filter(|request| told.contains_key(&request.key))
        .take(50)
    {
        let patient = server.client.with_token(&request.token);
        let again = patient
            .post("/api/v1/appointments", &request.body)
            .key(&request.key);
        let again = again.expect(201).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.body, told[&request.key]);
    }
}

/// Empties every read model, has them written again from the log, and compares.
async fn read_models_equal_a_rebuild(server: &mut Server) {
    let pool = server.pool().await;
    let before = contents(&pool).await;
    assert_eq!(before["patient_appointments"].len(), BOOKINGS);
    server.kill();
    let tables = read_models().join(", ");
    sqlx::raw_sql(&format!("truncate {tables}"))
        .execute(&pool)
        .await
        .unwrap();
    let projections = projections::all(&Sealing::off());
    let names: Vec<_> = projections
        .iter()
        .map(|projection| projection.name())
        .collect();
    let forgotten = sqlx::query("delete from subscription_checkpoints where name = any ($1)")
        .bind(&names)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(
        forgotten.rows_affected(),
        u64::try_from(names.len()).unwrap()
    );
    server.restart().await;
    all_read(&server.client).await;
    for (table, rebuilt) in contents(&pool).await {
        assert!(before[table] == rebuilt, "{table} differs from its rebuild");
    }
    pool.close().await;
}

/// A server, and a site that only signs tokens: its clock is the real one, its database unused.
async fn start() -> (Server, Site, Vec<Booking>) {
    let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
    let server = Server::start(&site.keys).await;
    let pool = server.pool().await;
    let bookings = bookings(&site, pool.clone()).await;
    pool.close().await;
    (server, site, bookings)
}

/// The process that is killed.
#[derive(Clone, Copy)]
enum Victim {
    Program,
    Database,
}

/// Books under load while the processes are killed and restarted one after the other.
async fn survive(victims: &[Victim]) {
    let (mut server, _site, bookings) = start().await;
    let clients = Clients::start(&server, &bookings);
    for (number, victim) in victims.iter().enumerate() {
        clients
            .until(BOOKINGS * (number + 1) / (victims.len() + 2))
            .await;
        match victim {
            Victim::Program => server.kill(),
            Victim::Database => {
                server.lose_database();
                server.stop().await;
                server.find_database();
            }
        }
        let told = clients.acknowledged();
        assert!(told.len() < BOOKINGS, "it died in the middle");
        server.restart().await;
        assert_replays(&server, &bookings, &told).await;
        clients.go_on_at(&server);
    }
    let acknowledged = clients.done().await;
    all_read(&server.client).await;
    let pool = server.pool().await;
    each_booking_once(&pool, &acknowledged).await;
    pool.close().await;
    read_models_equal_a_rebuild(&mut server).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_loses_no_acknowledged_booking() {
    survive(&[Victim::Program]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_database_loses_no_acknowledged_booking() {
    survive(&[Victim::Database]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long"]
async fn twenty_kills_of_program_and_database_lose_no_acknowledged_booking() {
    survive(&[Victim::Program, Victim::Database].repeat(10)).await;
}
