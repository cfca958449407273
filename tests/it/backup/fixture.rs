//! A server with a small clinic, its backups, and new machines to restore them on.

use std::path::{Path, PathBuf};
use std::process::Command;

use adapters::system::{SystemClock, SystemIds};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::clinic::ClinicFacts;
use domain::{Currency, DoctorId, PatientId};
use serde_json::{Value, json};
use sqlx::{Executor as _, PgPool};
use tempfile::TempDir;
use tests::app::{Principal, Site};
use tests::database::Database;
use tests::world::{Terms, World};

use crate::support::{Client, Reply, Server, all_read};

/// A running server whose transaction ids are far ahead of a new cluster's.
pub struct Original {
    pub server: Server,
    pub site: Site,
    pub facts: ClinicFacts,
    pub doctor: DoctorId,
    pub patient: Principal,
    backups: TempDir,
}

/// The first slot of tomorrow.
fn tomorrow() -> DateTime<Utc> {
    let day = (SystemClock.now() + TimeDelta::minutes(330)).date_naive() + TimeDelta::days(1);
    day.and_hms_opt(3, 30, 0).unwrap().and_utc()
}

impl Original {
    pub async fn start() -> Self {
        // The site only signs tokens; its database is not used.
        let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
        let server = Server::start(&site.keys).await;
        let pool = server.pool().await;
        use_up_transaction_ids(&pool).await;
        let world = World::new(pool.clone(), SystemClock.now()).await.unwrap();
        let facts = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
        let doctor = world.doctor(facts, Terms::default()).await.unwrap();
        pool.close().await;
        Self {
            server,
            site,
            facts,
            doctor,
            patient: Principal::patient(PatientId::from_uuid(SystemIds.id())),
            backups: tempfile::tempdir().unwrap(),
        }
    }

    /// A machine on which nothing was ever run, with the same keys.
    pub fn new_machine(&self) -> Server {
        Server::prepare(&self.site.keys)
    }

    /// The patient at a server, with a token of now.
    pub fn at(&self, server: &Server) -> Client {
        self.site.clock.set(SystemClock.now());
        server
            .client
            .with_token(self.site.token(&self.patient).unwrap())
    }

    /// Books the nth slot of tomorrow.
    pub async fn book(&self, server: &Server, slot: i32) -> Reply {
        let request = self.booking_request(slot);
        let client = self.at(server);
        let booking = client.post("/api/v1/appointments", &request);
        booking
            .key(&format!("booking-of-slot-{slot}"))
            .expect(201)
            .await
    }

    /// Restarts the server and reads an appointment, which must have this status.
    pub async fn restarts_with(&mut self, appointment: &Reply, status: u16) {
        self.server.restart().await;
        all_read(&self.server.client).await;
        let read = self.at(&self.server).get(&appointment.appointment(""));
        read.expect(status).await;
    }

    pub fn booking_request(&self, slot: i32) -> Value {
        let start = tomorrow() + TimeDelta::minutes(15) * slot;
        json!({"clinicId": self.facts.clinic, "doctorId": self.doctor, "start": start})
    }

    /// Folder of the backup of that name.
    pub fn backup_folder(&self, name: &str) -> PathBuf {
        self.backups.path().join(name)
    }

    /// Takes a backup.
    pub fn backup(&self, name: &str) -> PathBuf {
        let folder = self.backup_folder(name);
        succeeds(self.server.command(&["backup", text(&folder)]));
        folder
    }
}

/// A database of the test cluster as `DATABASE_URL` names it.
pub fn url(database: &Database) -> String {
    let options = database.options();
    format!(
        "postgres://{}@localhost/{}?host={}",
        options.get_username(),
        options.get_database().unwrap(),
        text(options.get_socket().unwrap())
    )
}

/// Uses up transaction ids.
async fn use_up_transaction_ids(pool: &PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    let many = "do $$ begin
                  for n in 1..5000 loop perform pg_current_xact_id(); commit; end loop;
                end $$";
    for sql in ["set synchronous_commit = off", many] {
        connection.execute(sql).await.unwrap();
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a command that must succeed. Returns its log.
#[track_caller]
pub fn succeeds(mut command: Command) -> String {
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {words}");
    words
}

/// Runs a command that must fail with these words.
#[track_caller]
pub fn fails(mut command: Command, words: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{command:?} succeeded: {said}");
    assert!(said.contains(words), "{words:?} is not in: {said}");
}

/// The number that a query counts.
pub async fn count(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}
