//! The program as a process, with a gateway that refuses, is slow, or is away, and with databases that are away: what
//! payers are told, and that each outage ends for them when it ends.
//!
//! The circuit breaker counts only failures of the gateway itself. Otherwise checkouts would be refused after the end
//! of an outage that was none of the gateway's.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use adapters::system::{SystemClock, SystemIds};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::clinic::ClinicFacts;
use domain::{Currency, DoctorId, PatientId};
use futures::future::join_all;
use razorpay_sandbox::{Sandbox, SandboxOptions, SandboxPace};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::app::{Principal, Site};
use tests::database::Database;
use tests::world::{Terms, World};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::fixture::keys;
use crate::support::{Client, Reply, Server, all_read, eventually, http};

/// More failures in a row than open the circuit breaker.
const MANY: usize = 12;

/// Forwards connections to a server, until it is closed with all of them.
struct Forwarder(JoinSet<()>);

impl Forwarder {
    fn open(listener: TcpListener, to: SocketAddr) -> Self {
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                connections.spawn(async move {
                    let mut server = TcpStream::connect(to).await.unwrap();
                    // Either side may end it.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Self(listening)
    }
}

/// A gateway in the test, at an address that it keeps.
struct Gateway {
    database: Database,
    pool: PgPool,
    sandbox: Sandbox,
    forwarder: Forwarder,
    address: SocketAddr,
}

impl Gateway {
    async fn start() -> Self {
        let database = Database::create().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sandbox, pool) = sandbox(&database).await;
        Self {
            forwarder: Forwarder::open(listener, sandbox.address()),
            database,
            pool,
            sandbox,
            address,
        }
    }

    /// Closes its address: no connection is accepted.
    async fn go_away(&mut self) {
        self.forwarder.0.shutdown().await;
    }

    /// Opens its address again.
    async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.forwarder = Forwarder::open(listener, self.sandbox.address());
    }

    /// Starts it again with new connections to its database.
    async fn restart(self) -> Self {
        let Self {
            database,
            sandbox: stopped,
            mut forwarder,
            address,
            ..
        } = self;
        forwarder.0.shutdown().await;
        stopped.stop().await;
        let (sandbox, pool) = sandbox(&database).await;
        let listener = TcpListener::bind(address).await.unwrap();
        Self {
            forwarder: Forwarder::open(listener, sandbox.address()),
            database,
            pool,
            sandbox,
            address,
        }
    }

    async fn fail(&self, plan: Value) {
        let url = format!("http://{}/sandbox/faults", self.sandbox.address());
        let answer = http().put(url).json(&plan).send().await.unwrap();
        assert!(answer.status().is_success());
    }
}

async fn sandbox(database: &Database) -> (Sandbox, PgPool) {
    let pool = database.pool(4).await.unwrap();
    let sandbox = Sandbox::start(SandboxOptions {
        pool: pool.clone(),
        keys: keys(),
        listener: std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
        webhook_url: None,
        pace: SandboxPace::default(),
    });
    (sandbox.unwrap(), pool)
}

/// A patient of a small clinic at a program.
struct Payer {
    client: Client,
    clinic: ClinicFacts,
    doctor: DoctorId,
}

impl Payer {
    async fn at(server: &Server, site: &Site) -> Self {
        let pool = server.pool().await;
        let world = World::new(pool.clone(), SystemClock.now()).await.unwrap();
        let clinic = world.clinic("UTC", Currency::Inr).await.unwrap();
        let terms = Terms {
            hours: (0, 23),
            ..Terms::default()
        };
        let doctor = world.doctor(clinic, terms).await.unwrap();
        pool.close().await;
        all_read(&server.client).await;
        let patient = Principal::patient(PatientId::from_uuid(SystemIds.id()));
        Self {
            client: server.client.with_token(site.token(&patient).unwrap()),
            clinic,
            doctor,
        }
    }

    /// Books the nth slot of tomorrow. Returns the path at which it is paid.
    async fn book(&self, slot: i32) -> String {
        let tomorrow = SystemClock.now().date_naive() + TimeDelta::days(1);
        let first: DateTime<Utc> = tomorrow.and_hms_opt(9, 0, 0).unwrap().and_utc();
        let start = first + TimeDelta::minutes(15) * slot;
        let (clinic, doctor) = (self.clinic.clinic, self.doctor);
        let booking = json!({"clinicId": clinic, "doctorId": doctor, "start": start});
        let booked = self.client.post("/api/v1/appointments", &booking);
        booked.expect(201).await.appointment("payment")
    }

    async fn pay(&self, path: &str) -> Reply {
        self.client.post(path, &json!({})).send().await
    }

    /// Opens a checkout that must succeed at once.
    async fn pays(&self, path: &str) {
        let paid = self.pay(path).await;
        assert_eq!(paid.status, 201, "{path}: {}", paid.body);
    }

    /// The status of a page that is no part of the API.
    async fn status_of(&self, page: &str) -> u16 {
        let url = format!("http://{}{page}", self.client.host());
        http().get(url).send().await.unwrap().status().as_u16()
    }

    /// Asserts that what needs no gateway is served.
    async fn is_served(&self) {
        let begun = Instant::now();
        self.client.get("/api/v1/clinics").expect(200).await;
        assert_eq!(self.status_of("/readyz").await, 200);
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

#[track_caller]
fn is_refused(reply: &Reply, kind: &str) {
    assert_eq!(reply.status, 503, "{}", reply.body);
    assert_eq!(reply.body["type"], kind);
    assert!(!reply.header("retry-after").is_empty());
}

/// A program that uses this gateway.
async fn program(site: &Site, gateway: &Gateway) -> Server {
    let mut server = Server::start(&site.keys).await;
    server.stop().await;
    let keys = gateway.sandbox.keys();
    server.environment.extend([
        (
            "RAZORPAY_BASE_URL",
            format!("http://{}/v1", gateway.address),
        ),
        ("RAZORPAY_KEY_ID", keys.key_id.clone()),
        (
            "RAZORPAY_KEY_SECRET",
            keys.key_secret.expose_secret().to_owned(),
        ),
        (
            "RAZORPAY_WEBHOOK_SECRET",
            keys.webhook_secret.expose_secret().to_owned(),
        ),
    ]);
    server.restart().await;
    server
}

async fn site() -> Site {
    Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn checkouts_go_on_as_soon_as_a_gateway_is_well_that_refused_was_slow_or_had_no_database() {
    let site = site().await;
    let gateway = Gateway::start().await;
    let mut server = program(&site, &gateway).await;
    let payer = Payer::at(&server, &site).await;

    // It refuses: an answer, however often.
    let path = payer.book(0).await;
    gateway
        .fail(json!({"failNext": 1_000, "status": 400}))
        .await;
    for _ in 0..MANY {
        let refused = payer.pay(&path).await;
        assert_eq!(
            (refused.status, &refused.body["type"]),
            (422, &json!("order-refused"))
        );
    }
    gateway.fail(json!({"failNext": 0})).await;
    payer.pays(&path).await;

    // It is slow: the payer waits, and no other request does.
    let path = payer.book(1).await;
    gateway.fail(json!({"failNext": 1, "delayMs": 1_500})).await;
    let begun = Instant::now();
    tokio::join!(payer.pays(&path), payer.is_served());
    assert!(begun.elapsed() >= Duration::from_millis(1_500));

    // It says that its own database is away, and to ask again later.
    let path = payer.book(2).await;
    gateway.pool.close().await;
    for reply in join_all((0..MANY).map(|_| payer.pay(&path))).await {
        is_refused(&reply, "gateway-away");
    }
    payer.is_served().await;
    let mut gateway = gateway.restart().await;
    payer.pays(&path).await;

    // It is away for a moment.
    let path = payer.book(3).await;
    gateway.go_away().await;
    is_refused(&payer.pay(&path).await, "gateway-away");
    payer.is_served().await;
    gateway.come_back().await;
    payer.pays(&path).await;

    // The program's own database is away: no word of the gateway, before and after.
    let path = payer.book(4).await;
    server.kill_database();
    eventually("the checkout is opened", async || {
        let reply = payer.pay(&path).await;
        if reply.status != 201 {
            is_refused(&reply, "database-unavailable");
        }
        reply.status == 201
    })
    .await;
    server.stop().await;
    gateway.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_outage_of_the_database_the_sandbox_inside_the_program_takes_checkouts_at_once() {
    let site = site().await;
    let mut server = Server::start(&site.keys).await;
    let payer = Payer::at(&server, &site).await;
    let path = payer.book(0).await;
    let order = payer.pay(&payer.book(1).await).await;
    let page = format!("/sandbox/checkout/{}", order.text("orderId"));
    server.lose_database();
    eventually("the outage is noticed", async || {
        payer.status_of("/readyz").await == 503
    })
    .await;
    for _ in 0..MANY {
        is_refused(&payer.pay(&path).await, "database-unavailable");
    }
    assert_eq!(payer.status_of(&page).await, 503);
    server.find_database();
    eventually("the node is ready again", async || {
        payer.status_of("/readyz").await == 200
    })
    .await;
    eventually("the checkout is opened", async || {
        let reply = payer.pay(&path).await;
        assert_ne!(reply.body["type"], "gateway-away", "{}", reply.body);
        reply.status == 201
    })
    .await;
    server.stop().await;
}

/// The circuit breaker rests for ten seconds.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "long"]
async fn while_a_gateway_is_away_for_long_checkouts_are_refused_quickly_and_the_rest_is_served() {
    let site = site().await;
    let mut gateway = Gateway::start().await;
    let mut server = program(&site, &gateway).await;
    let payer = Payer::at(&server, &site).await;
    let path = payer.book(0).await;
    gateway.go_away().await;
    for _ in 0..MANY {
        is_refused(&payer.pay(&path).await, "gateway-away");
    }
    let begun = Instant::now();
    is_refused(&payer.pay(&path).await, "gateway-away");
    assert!(begun.elapsed() < Duration::from_millis(500));
    payer.is_served().await;
    gateway.come_back().await;
    eventually("the gateway is asked again", async || {
        payer.pay(&path).await.status == 201
    })
    .await;
    server.stop().await;
    gateway.sandbox.stop().await;
}
