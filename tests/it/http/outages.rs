//! Outages of the database: requests are answered with 503, and the program goes on by itself when it is back.

use std::time::{Duration, Instant};

use adapters::embedded_postgres::{EmbeddedPostgres, EmbeddedPostgresConfig};
use adapters::system::{SystemClock, SystemIds};
use commands::ports::{Clock as _, IdSource as _};
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tests::app::{Principal, Site};
use tests::database::Database;

use crate::support::{Server, eventually, http};

/// An admin who registers patients and looks at lists, at a server that may be without its database.
struct Desk {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// The answer of a server.
struct Answer {
    status: StatusCode,
    retry_after: bool,
    problem: Value,
}

impl Desk {
    fn new(site: &Site, server: &Server) -> Self {
        Self {
            http: http(),
            base: format!("http://{}", server.client.host()),
            token: site.token(&Principal::admin()).unwrap(),
        }
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        Answer {
            status: answer.status(),
            retry_after: answer.headers().contains_key(RETRY_AFTER),
            problem: answer.json().await.unwrap_or_default(),
        }
    }

    /// Registers a patient.
    async fn write(&self) -> Answer {
        let key = SystemIds.id().to_string();
        let request = self.http.post(format!("{}/api/v1/patients", self.base));
        let card = json!({"name": "Asha Rao", "birthDate": "1990-05-17"});
        self.ask(request.header("Idempotency-Key", key).json(&card))
            .await
    }

    /// Lists clinics.
    async fn read(&self) -> Answer {
        let request = self.http.get(format!("{}/api/v1/clinics", self.base));
        self.ask(request).await
    }

    async fn readiness(&self) -> StatusCode {
        let request = self.http.get(format!("{}/readyz", self.base));
        self.ask(request).await.status
    }

    /// Waits until the outage is noticed. From then on everything is refused, and nothing fails.
    async fn is_refused(&self) {
        eventually("the node is not ready", async || {
            let read = self.read().await;
            read.is_served_or_refused();
            read.status == StatusCode::SERVICE_UNAVAILABLE
                && self.readiness().await == StatusCode::SERVICE_UNAVAILABLE
        })
        .await;
        for answer in [self.write().await, self.read().await] {
            answer.is_served_or_refused();
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        }
    }

    /// Waits until everything is served again.
    async fn is_served(&self) {
        eventually("the node works again", async || {
            let (written, read) = (self.write().await, self.read().await);
            written.is_served_or_refused();
            read.is_served_or_refused();
            written.status == StatusCode::CREATED
                && read.status == StatusCode::OK
                && self.readiness().await == StatusCode::OK
        })
        .await;
    }
}

impl Answer {
    #[track_caller]
    fn is_served_or_refused(&self) {
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            assert_eq!(self.problem["type"], "database-unavailable");
            assert!(self.retry_after, "when to ask again is told");
        } else {
            assert!(
                self.status.is_success(),
                "{}: {}",
                self.status,
                self.problem
            );
        }
    }
}

async fn start() -> (Site, Server) {
    let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
    let server = Server::start(&site.keys).await;
    (site, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_private_database_is_started_again_by_the_running_program() {
    let (site, mut server) = start().await;
    let desk = Desk::new(&site, &server);
    desk.is_served().await;
    server.kill_database();
    desk.is_served().await;
    // A start that fails is repeated.
    server.lose_database();
    desk.is_refused().await;
    server.find_database();
    desk.is_served().await;
    assert!(server.complaints() < 12, "{}", server.logged());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_or_stopped_database_is_refused_and_healed_by_reconnecting() {
    let (site, mut first) = start().await;
    let mut node = Server::beside(&first, &site.keys).await;
    // From here on the database is this test's.
    first.kill();
    let config = || EmbeddedPostgresConfig::new(first.folder().join("postgres"));
    let database = EmbeddedPostgres::start(config()).await.unwrap();
    let desk = Desk::new(&site, &node);
    desk.is_served().await;

    let set = async |sql: &str| {
        let options = database.superuser_options();
        let mut superuser = PgConnection::connect_with(&options).await.unwrap();
        superuser.execute(sql).await.unwrap();
        superuser.execute("select pg_reload_conf()").await.unwrap();
    };
    set("alter system set default_transaction_read_only = on").await;
    desk.is_refused().await;
    set("alter system reset default_transaction_read_only").await;
    desk.is_served().await;

    database.stop().await.unwrap();
    desk.is_refused().await;
    let database = EmbeddedPostgres::start(config()).await.unwrap();
    desk.is_served().await;
    assert!(node.complaints() < 6, "{}", node.logged());
    node.stop().await;
    database.stop().await.unwrap();
}

/// Kills under requests: nothing but 503 is seen, no acknowledged patient is lost, and the log stays short.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "long"]
async fn ten_kills_of_the_private_database_are_survived_by_one_process() {
    let (site, mut server) = start().await;
    let desk = Desk::new(&site, &server);
    let process = server.id();
    let mut acknowledged = 0;
    for _ in 0..10 {
        desk.is_served().await;
        acknowledged += 1;
        server.kill_database();
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(5) {
            let written = desk.write().await;
            written.is_served_or_refused();
            acknowledged += i64::from(written.status == StatusCode::CREATED);
        }
    }
    desk.is_served().await;
    let pool = server.pool().await;
    let sql = "select count(*) from events where event_type = 'patient.registered'";
    let registered: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
    assert!(registered >= acknowledged, "{registered} of {acknowledged}");
    pool.close().await;
    assert_eq!(server.id(), process);
    assert!(server.complaints() < 60, "{}", server.complaints());
    server.stop().await;
}
