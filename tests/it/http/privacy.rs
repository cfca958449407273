//! Protected health information (PHI) appears in no log, no unsealed column and no dump.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::json;
use sqlx::PgPool;
use tests::app::Principal;
use tests::database::Database;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::profile::tell_profile;
use crate::support::{Clinic, eventually, slot};

/// Words that occur nowhere in the product itself.
const CANARIES: [&str; 6] = [
    "Zephyrine",
    "Quillfeather",
    "1931-02-03",
    "7700900123",
    "xanthelasma",
    "canary-password-9",
];

/// Queries over columns that must never contain PHI.
const PLACES: [&str; 9] = [
    "select metadata::text from events",
    "select (payload - 'phi')::text from events",
    "select row(i)::text from idempotency_keys i",
    "select row(c)::text from slot_claims c",
    "select row(r)::text from reservations r",
    "select row(t)::text from timers t",
    "select row(s)::text from sessions s",
    "select row(f)::text from login_failures f",
    "select row(c)::text from mailed_codes c",
];

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that the server's side of this process logs. One test is one process.
fn capture() -> Captured {
    let captured = Captured::default();
    let ours = "api=trace,caresync=trace,demo=trace,commands=trace,event_store=trace,projections=trace,\
                adapters=trace,domain=trace,sqlx=trace,actix_web=trace,actix_http=debug,actix_server=trace";
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(ours))
        .with_writer(captured.clone())
        .with_ansi(false)
        .init();
    captured
}

#[track_caller]
pub fn contains_no_phi(text: &str, place: &str) {
    let text = text.to_lowercase();
    let hex =
        |byte: u8| [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16).unwrap());
    for canary in CANARIES {
        let canary = canary.to_lowercase();
        let hex: String = canary.bytes().flat_map(hex).collect();
        assert!(!text.contains(&canary), "{canary} stands in {place}");
        assert!(!text.contains(&hex), "{canary} stands in {place} in hex");
    }
}

async fn dump(pool: &PgPool, sql: &str) -> String {
    let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
    rows.join("\n")
}

/// Signs up, books and cancels, with every kind of mistake.
pub async fn live(clinic: &Clinic) {
    let anonymous = clinic.anonymous();
    let new = json!({
        "name": "Zephyrine Quillfeather",
        "birthDate": "1931-02-03",
        "phone": "+447700900123",
        "email": "zephyrine@quillfeather.example",
        "password": "canary-password-9",
    });
    let sign_up = anonymous.sign_up(&new).await;
    sign_up.expect(201).await;
    let mut again = new.clone();
    again["code"] = json!("7KQ2-01MR");
    anonymous
        .post("/api/v1/auth/register/complete", &again)
        .expect(403)
        .await;
    let mut login =
        json!({"email": "zephyrine@quillfeather.example", "password": "canary-password-9"});
    let tokens = anonymous
        .post("/api/v1/auth/login", &login)
        .expect(200)
        .await;
    login["password"] = json!("canary-password-99");
    anonymous
        .post("/api/v1/auth/login", &login)
        .expect(401)
        .await;
    login["Zephyrine"] = json!("xanthelasma");
    anonymous
        .post("/api/v1/auth/login", &login)
        .expect(400)
        .await;
    let asha = anonymous.with_token(tokens.text("accessToken"));
    let mut request = clinic.booking_request(slot(0));
    request["reason"] = json!("xanthelasma");
    let book = || asha.post("/api/v1/appointments", &request);
    let booked = book().key("a-key-for-the-canary").expect(201).await;
    book().key("a-key-for-the-canary").expect(201).await;
    book().expect(409).await;
    let moved = json!({"start": slot(1), "reason": "xanthelasma"});
    asha.post(&booked.appointment("reschedule"), &moved)
        .expect(200)
        .await;
    let cancel = asha.post(
        &booked.appointment("cancel"),
        &json!({"reason": "xanthelasma"}),
    );
    cancel.expect(200).await;
    asha.get("/api/v1/appointments?status=xanthelasma")
        .expect(400)
        .await;
    asha.get("/api/v1/appointments/xanthelasma")
        .expect(400)
        .await;
    book().key("another-key-for-it").expect(201).await;
    let card = format!("/api/v1/patients/{}", booked.text("patientId"));
    let seen = clinic
        .settled(async || asha.get(&card).after(&booked))
        .await;
    assert_eq!(seen.text("name"), "Zephyrine Quillfeather");
    tell_profile(clinic, &asha, &card).await;
    let desk = clinic.client(&Principal::admin());
    let mut evening = clinic.booking_request(slot(40));
    evening["patientId"] = booked.body["patientId"].clone();
    evening["overrideReason"] = json!("xanthelasma");
    desk.post("/api/v1/appointments", &evening)
        .expect(201)
        .await;
    let leave = json!({"start": slot(20), "end": slot(24), "reason": "xanthelasma"});
    desk.post(&format!("/api/v1/doctors/{}/leaves", clinic.doctor), &leave)
        .expect(201)
        .await;
    desk.post(
        "/api/v1/patients",
        &json!({"name": "Zephyrine", "birthDate": "1931-02-03"}),
    )
    .expect(201)
    .await;
}

/// Breaks the database under a booking, a sign-up and a list.
async fn fail(clinic: &Clinic) {
    let rename = "alter table slot_claims rename to gone; alter table reservations rename to away";
    sqlx::raw_sql(rename).execute(&clinic.pool).await.unwrap();
    let mut request = clinic.booking_request(slot(1));
    request["reason"] = json!("xanthelasma");
    let failed = clinic
        .patient()
        .post("/api/v1/appointments", &request)
        .expect(500)
        .await;
    failed.is("internal-error");
    let told = failed.body.as_object().unwrap().keys().collect::<Vec<_>>();
    assert_eq!(told, ["errorId", "status", "title", "type"]);
    let new = json!({
        "name": "Zephyrine Quillfeather",
        "birthDate": "1931-02-03",
        "email": "other@quillfeather.example",
        "password": "canary-password-9",
    });
    clinic
        .anonymous()
        .post("/api/v1/auth/register", &json!({"email": new["email"]}))
        .expect(500)
        .await;
    let back = "alter table gone rename to slot_claims; alter table away rename to reservations";
    sqlx::raw_sql(back).execute(&clinic.pool).await.unwrap();
}

#[tokio::test]
async fn no_log_line_and_no_unsealed_column_contains_phi() {
    let captured = capture();
    let clinic = Clinic::open().await;
    live(&clinic).await;
    fail(&clinic).await;
    let database = clinic.site.database.clone();
    clinic.close().await;
    let pool = database.pool(1).await.unwrap();
    let log = captured.text();
    assert!(
        log.contains("A request failed on our side."),
        "the capture works"
    );
    assert!(
        log.contains("insert into"),
        "statements are captured as well"
    );
    contains_no_phi(&log, "the log");
    for place in PLACES {
        let dump = dump(&pool, place).await;
        assert!(
            !dump.is_empty() || place.contains("timers"),
            "{place} is empty"
        );
        contains_no_phi(&dump, place);
    }
}

/// Changes the address of the account that [`live`] made.
async fn change_address(clinic: &Clinic) {
    let (present, new) = (
        "zephyrine@quillfeather.example",
        "z.quillfeather@zephyrine.example",
    );
    let anonymous = clinic.anonymous();
    let login = json!({"email": present, "password": "canary-password-9"});
    let tokens = anonymous
        .post("/api/v1/auth/login", &login)
        .expect(200)
        .await;
    let client = anonymous.with_token(tokens.text("accessToken"));
    let before = client.mails(present).await.len();
    let begin = json!({"email": new, "currentPassword": "canary-password-9"});
    let begin = client.post("/api/v1/auth/address", &begin);
    let code = client.mailed_code(new, begin).await;
    let present_code = client.mails_after(present, before).await[0]["code"].clone();
    let confirm = json!({"email": new, "code": code, "presentCode": present_code});
    client
        .post("/api/v1/auth/address/confirm", &confirm)
        .expect(200)
        .await;
}

/// Fills the remaining fields for personal data with canaries.
pub async fn fill_every_phi_field(clinic: &Clinic) {
    change_address(clinic).await;
    let admin = clinic.client(&Principal::admin());
    let doctor = json!({
        "name": "Zephyrine Quillfeather",
        "specialisations": ["cardiology"],
        "languages": ["en"],
        "email": "doctor.quillfeather@zephyrine.example",
        "password": "canary-password-9",
    });
    let doctor = admin.invite("/api/v1/doctors", &doctor).await;
    let patient = json!({
        "name": "Zephyrine", "birthDate": "1931-02-03",
        "phone": "+447700900123", "email": "child@quillfeather.example",
    });
    let patient = admin.post("/api/v1/patients", &patient).expect(201).await;
    let contact = json!({"phone": "+447700900123", "email": "new@quillfeather.example"});
    admin
        .put(
            &format!("/api/v1/patients/{}/contact", patient.id()),
            &contact,
        )
        .header("If-Match", patient.header("etag"))
        .expect(200)
        .await;
    let desk = json!({
        "email": "desk@quillfeather.example",
        "roles": ["RECEPTIONIST"],
        "clinics": {"kind": "only", "clinics": [clinic.facts.clinic]},
    });
    let desk = admin.post("/api/v1/accounts", &desk).expect(201).await;
    let reason = json!({"reason": "xanthelasma"});
    let disable = format!("/api/v1/accounts/{}/disable", desk.id());
    admin.post(&disable, &reason).expect(200).await;
    let asha = clinic.patient();
    let mut request = clinic.booking_request(slot(9));
    request["reason"] = json!("xanthelasma");
    let booked = asha
        .post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    let confirm = clinic.desk().post(&booked.appointment("confirm"), &reason);
    confirm.expect(200).await;
    let desk = clinic.desk();
    desk.post(&booked.appointment("arrive"), &json!({}))
        .expect(200)
        .await;
    for verb in ["start", "complete"] {
        let step = desk.post(&booked.appointment(verb), &reason);
        step.expect(200).await;
    }
    let path = format!("/api/v1/doctors/{}", doctor.id());
    let seen = clinic.settled(async || clinic.anonymous().get(&path).after(&booked));
    assert_eq!(seen.await.text("name"), "Zephyrine Quillfeather");
}

/// A dump of the whole database, as a backup or a thief would have it.
fn pg_dump(database: &Database) -> String {
    let options = database.options();
    let mut dump = Command::new(server_binaries().join("pg_dump"));
    dump.arg("--username").arg(options.get_username());
    let socket = options.get_socket().map(|path| path.display().to_string());
    let host = socket.unwrap_or_else(|| options.get_host().to_owned());
    dump.arg("--host").arg(host);
    dump.arg("--port").arg(options.get_port().to_string());
    let dumped = dump.arg(options.get_database().unwrap()).output().unwrap();
    let told = String::from_utf8_lossy(&dumped.stderr);
    assert!(dumped.status.success(), "{told}");
    String::from_utf8(dumped.stdout).unwrap()
}

/// The newest installed.
pub fn server_binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let folders = versions.map(|version| version.unwrap().path().join("bin"));
    let newest = folders
        .filter(|folder| folder.join("pg_dump").exists())
        .max();
    newest.unwrap_or_default()
}

#[tokio::test]
async fn a_dump_of_the_database_contains_no_phi() {
    let clinic = Clinic::open().await;
    live(&clinic).await;
    fill_every_phi_field(&clinic).await;
    let database = clinic.site.database.clone();
    clinic.close().await;
    let dump = pg_dump(&database);
    contains_no_phi(&dump, "a dump");
    for table in [
        "events",
        "patient_cards",
        "doctor_directory",
        "day_sheet",
        "subject_keys",
    ] {
        let rows = dump.split_once(&format!("COPY public.{table} ")).unwrap().1;
        assert!(
            !rows.lines().nth(1).unwrap().starts_with("\\."),
            "{table} is empty"
        );
    }
    // Every event that has one has it sealed: text, not an object.
    let pool = database.pool(1).await.unwrap();
    let kinds = "select distinct event_type || ' ' || jsonb_typeof(payload -> 'phi')
                 from events where payload ? 'phi' order by 1";
    let kinds: Vec<String> = sqlx::query_scalar(kinds).fetch_all(&pool).await.unwrap();
    let types = [
        "account.address_changed",
        "account.disabled",
        "account.registered",
        "appointment.booked",
        "appointment.cancelled",
        "appointment.completed",
        "appointment.confirmed",
        "appointment.rescheduled",
        "appointment.started",
        "doctor.registered",
        "leave.planned",
        "patient.contact_changed",
        "patient.illnesses_recorded",
        "patient.profile_changed",
        "patient.registered",
    ];
    assert_eq!(kinds, types.map(|of| format!("{of} string")));
}

/// Over HTTP, with warm caches on two nodes, and without a restart.
#[tokio::test]
async fn an_erased_patient_is_gone_from_every_answer() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let desk = clinic.desk();
    let card = json!({"name": "Zephyrine", "birthDate": "1931-02-03"});
    let patient = desk.post("/api/v1/patients", &card).expect(201).await;
    let path = format!("/api/v1/patients/{}", patient.id());
    let seen = clinic
        .settled(async || desk.get(&path).after(&patient))
        .await;
    assert_eq!(seen.text("name"), "Zephyrine");
    let sealing = tests::sealing::sealing(clinic.pool.clone()).await.unwrap();
    sealing.erase(patient.id()).await.unwrap();
    for node in [clinic.anonymous(), &other.client] {
        let desk = desk.at(node);
        eventually("the name is gone", async || {
            desk.get(&path).expect(200).await.body["name"].is_null()
        })
        .await;
    }
    other.stop().await;
    clinic.close().await;
}
