//! The program as a process, and a gateway in the test that outlives it.

use std::net::TcpListener;
use std::time::Duration;

use adapters::system::{SystemClock, SystemIds};
use chrono::{DateTime, DurationRound as _, TimeDelta, Timelike as _, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::clinic::ClinicFacts;
use domain::{ClinicScope, Currency, DoctorId, PatientId};
use razorpay_sandbox::{Sandbox, SandboxKeys, SandboxOptions, SandboxPace};
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::app::{Principal, Site};
use tests::database::Database;
use tests::world::{Terms, World};
use tokio::sync::watch;
use tokio::time::Instant;

use super::plan::Ahead;
use crate::support::{Client, Server, all_read, eventually_within, http};

/// Fee of a visit, in paise.
pub const FEE: i64 = 80_000;
const DOCTORS: usize = 32;
/// Limit for the last holds to end.
const PATIENCE: Duration = Duration::from_secs(90);
/// Limit for the last webhook: a failed refund is reported up to 45 seconds late, the program retries it a minute
/// later, and the result is reported as late again.
const LAST_WEBHOOK: Duration = Duration::from_mins(3);

pub struct Environment {
    pub site: Site,
    pub world: World,
    pub clinic: ClinicFacts,
    pub doctors: Vec<DoctorId>,
    /// Connections to the program's private database.
    pub pool: PgPool,
    pub gateway: Gateway,
    /// Current address of the program.
    pub address: watch::Sender<Client>,
    /// Slots that doctors work, by time until they begin.
    starts: [Vec<DateTime<Utc>>; 3],
    server: Server,
    sandbox: Sandbox,
}

/// A client of the gateway's control requests.
#[derive(Clone)]
pub struct Gateway {
    http: reqwest::Client,
    base: String,
}

impl Environment {
    pub async fn start() -> Self {
        let now = SystemClock.now();
        let database = Database::create().await.unwrap();
        let site = Site::on(database.clone(), now).unwrap();
        let keys = SandboxKeys {
            key_id: "rzp_storm_key".to_owned(),
            key_secret: "what requests are signed with".into(),
            webhook_secret: "what webhooks are signed with".into(),
        };
        // The same port after each kill, since the gateway keeps sending there.
        let port = free_port();
        let webhook = format!("http://127.0.0.1:{port}/api/v1/webhooks/razorpay");
        let sandbox = Sandbox::start(SandboxOptions {
            pool: database.pool(8).await.unwrap(),
            keys: keys.clone(),
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            webhook_url: Some(webhook),
            pace: SandboxPace {
                longest_pause: Duration::from_secs(2),
                ..SandboxPace::default()
            },
        });
        let sandbox = sandbox.unwrap();
        let mut server = Server::prepare(&site.keys);
        server.environment.extend([
            ("CARESYNC_PORT", port.to_string()),
            ("CARESYNC_HOLD_MINUTES", "1".to_owned()),
            ("CARESYNC_RECONCILE_MINUTES", "1".to_owned()),
            ("RAZORPAY_BASE_URL", sandbox.base_url()),
            ("RAZORPAY_KEY_ID", keys.key_id),
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
        let pool = server.pool().await;
        let world = World::new(pool.clone(), now).await.unwrap();
        let clinic = world.clinic("UTC", Currency::Inr).await.unwrap();
        let mut doctors = Vec::new();
        for _ in 0..DOCTORS {
            let terms = Terms {
                fee: FEE,
                hours: (0, 23),
                ..Terms::default()
            };
            doctors.push(world.doctor(clinic, terms).await.unwrap());
        }
        let gateway = Gateway {
            http: http(),
            base: format!("http://{}", sandbox.address()),
        };
        all_read(&server.client).await;
        Self {
            site,
            world,
            clinic,
            doctors,
            pool,
            gateway,
            address: watch::Sender::new(server.client.clone()),
            starts: starts(now),
            server,
            sandbox,
        }
    }

    /// Kills the program and restarts it.
    pub async fn kill(&mut self) {
        self.server.kill();
        self.server.restart().await;
        self.address.send_replace(self.server.client.clone());
    }

    pub async fn stop(mut self) {
        self.pool.close().await;
        self.server.stop().await;
        self.sandbox.stop().await;
    }

    /// The nth visit's doctor and time: no two share both, so there is a doctor for every seven visits. Within
    /// four hours a visit may begin at twelve quarters, at eight if the last hour of a day is among them.
    pub fn slot(&self, number: usize, ahead: Ahead) -> (DoctorId, DateTime<Utc>) {
        let starts = match ahead {
            Ahead::Hours => &self.starts[0],
            Ahead::Today => &self.starts[1],
            Ahead::Days => &self.starts[2],
        };
        let doctor = self.doctors[number % DOCTORS];
        (doctor, starts[number / DOCTORS])
    }

    /// A new patient's token.
    pub fn patient(&self) -> String {
        let patient = PatientId::from_uuid(SystemIds.id());
        self.site.token(&Principal::patient(patient)).unwrap()
    }

    /// A doctor's token.
    pub fn doctor(&self, doctor: DoctorId) -> String {
        self.site.token(&Principal::doctor(doctor)).unwrap()
    }

    /// The front desk's token, of another receptionist each time.
    pub fn desk(&self) -> String {
        let here = ClinicScope::Only([self.clinic.clinic].into());
        self.site.token(&Principal::receptionist(here)).unwrap()
    }

    /// Waits for holds and webhooks, reconciles all orders, and retries failed refunds until nothing is left.
    pub async fn settle(&self) {
        self.holds_end().await;
        self.webhooks_arrive().await;
        let mut said = String::new();
        for _ in 0..30 {
            let (done, told) = self.server.run(&["payments", "reconcile"]);
            assert!(done, "{told}\n{}", self.server.logged());
            all_read(&self.server.client).await;
            self.end_refunds().await;
            said = self.left().await;
            if said.is_empty() {
                all_read(&self.server.client).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("work is left: {said}\n{}", self.server.logged());
    }

    /// Panics with the waiting webhooks and the program's log if they do not arrive in time.
    async fn webhooks_arrive(&self) {
        let until = Instant::now() + LAST_WEBHOOK;
        loop {
            let deliveries = self.gateway.get("/sandbox/deliveries").await;
            if deliveries["waiting"] == 0 {
                return;
            }
            if Instant::now() > until {
                let late = "
                    select event || ' ' || attempts || ' times, behind ' || coalesce(behind, 'none')
                      || ', made at ' || created_at || ', due at ' || due_at
                    from razorpay_sandbox_deliveries
                    where state = 'waiting'";
                let sandbox = self.site.database.pool(1).await.unwrap();
                let late: Vec<String> = sqlx::query_scalar(late).fetch_all(&sandbox).await.unwrap();
                let logged = self.server.logged();
                panic!("webhooks never arrive: {deliveries}, {late:#?}\n{logged}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn holds_end(&self) {
        let holds = "select count(*) from timers where kind = 'hold'";
        eventually_within(PATIENCE, "every hold has ended", async || {
            let count: i64 = sqlx::query_scalar(holds)
                .fetch_one(&self.pool)
                .await
                .unwrap();
            count == 0
        })
        .await;
    }

    /// Ends the refunds pending at the gateway and retries those that failed, as an administrator would.
    async fn end_refunds(&self) {
        let pending = "select id from razorpay_sandbox_refunds where status = 'pending'";
        let sandbox = self.site.database.pool(1).await.unwrap();
        let pending: Vec<String> = sqlx::query_scalar(pending)
            .fetch_all(&sandbox)
            .await
            .unwrap();
        sandbox.close().await;
        for refund in pending {
            let path = format!("/sandbox/refunds/{refund}");
            let ended = json!({"outcome": "processed"});
            self.gateway.send(Method::POST, &path, &ended).await;
        }
        let failed = "
            select payment_id::text, refund_id::text from payment_refunds where status = 'FAILED'";
        let failed: Vec<(String, String)> =
            sqlx::query_as(failed).fetch_all(&self.pool).await.unwrap();
        let admin = self.site.token(&Principal::admin()).unwrap();
        let admin = self.server.client.with_token(admin);
        for (payment, refund) in failed {
            let path = format!("/api/v1/payments/{payment}/refunds/{refund}/retry");
            let again = admin.post(&path, &json!({})).send().await;
            // A timer may have been faster.
            assert!([200, 201, 202, 409].contains(&again.status), "{again:?}");
        }
    }

    /// Work that is left.
    async fn left(&self) -> String {
        // Orders are watched for days, and a refund that failed has a timer that finds it done.
        let sql = "
            select coalesce(string_agg(what, ', '), '') from (
              select kind || ' ' || key as what from timers
              where kind not in ('payment-reconcile', 'payment-disputes', 'payment-refund-again')
                and not (kind = 'payment-refund' and due_at > now() + interval '5 seconds')
              union all
              select 'refund ' || refund_id from payment_refunds where status <> 'REFUNDED'
              union all
              select 'delivery ' || encode(digest, 'hex') from gateway_inbox where outcome is null
            ) as it";
        let left: String = sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap();
        left
    }
}

impl Gateway {
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await;
        answer.unwrap().json().await.unwrap()
    }

    /// Sends a control request. `None` if the gateway refuses.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Option<Value> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.request(method, url).json(body).send().await;
        let answer = answer.unwrap();
        let status = answer.status();
        assert!(!status.is_server_error(), "{path}: {status}");
        let bytes = answer.bytes().await.unwrap();
        let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        status.is_success().then_some(value)
    }
}

/// Quarters of an hour from now on: within four hours, within a day, and later.
fn starts(now: DateTime<Utc>) -> [Vec<DateTime<Utc>>; 3] {
    let quarter = TimeDelta::minutes(15);
    let first = now.duration_trunc(quarter).unwrap() + TimeDelta::hours(1);
    let all = (0..4 * 60).map(|number| first + quarter * number);
    // The last hour of a day is not worked.
    let worked: Vec<_> = all.filter(|start| start.hour() != 23).collect();
    let ahead = |from, until| {
        let within = |start: &&DateTime<Utc>| {
            (TimeDelta::hours(from)..TimeDelta::hours(until)).contains(&(**start - now))
        };
        worked.iter().filter(within).copied().collect()
    };
    // With a margin on both sides, so that no visit changes its group during the test.
    let some_minutes_less: Vec<DateTime<Utc>> = ahead(1, 4);
    [some_minutes_less, ahead(5, 23), ahead(25, 60)]
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
