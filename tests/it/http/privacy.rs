//! Protected health information (PHI) appears in no log, no unsealed column and no dump.

mod captured;
mod life;

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use sqlx::PgPool;
use tests::database::Database;

pub use captured::capture;
pub use life::{fill_every_phi_field, live};

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
const PLACES: [&str; 10] = [
    "select metadata::text from events",
    "select (payload - 'phi')::text from events",
    "select row(i)::text from idempotency_keys i",
    "select row(c)::text from slot_claims c",
    "select row(r)::text from reservations r",
    "select row(t)::text from timers t",
    "select row(s)::text from sessions s",
    "select row(f)::text from login_failures f",
    "select row(c)::text from mailed_codes c",
    "select row(a)::text from access_log a",
];

#[track_caller]
pub fn contains_no_phi(text: &str, place: &str) {
    contains_none(&CANARIES, text, place);
}

#[track_caller]
pub fn contains_none(canaries: &[&str], text: &str, place: &str) {
    let text = text.to_lowercase();
    let hex =
        |byte: u8| [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16).unwrap());
    for canary in canaries {
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

/// A dump of the whole database, as a backup or a thief would have it.
pub fn pg_dump(database: &Database) -> String {
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
        "note_drafts",
        "chart_entries",
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
        "allergy.corrected",
        "allergy.ended",
        "allergy.entered_in_error",
        "allergy.recorded",
        "appointment.booked",
        "appointment.cancelled",
        "appointment.completed",
        "appointment.confirmed",
        "appointment.rescheduled",
        "appointment.started",
        "break_glass.opened",
        "break_glass.reviewed",
        "consent.granted",
        "doctor.registered",
        "erasure.hold_lifted",
        "erasure.hold_placed",
        "erasure.refused",
        "erasure.requested",
        "erasure.withdrawn",
        "health_summary.item_added",
        "health_summary.item_corrected",
        "health_summary.item_ended",
        "health_summary.item_entered_in_error",
        "leave.planned",
        "note.addendum_signed",
        "note.entered_in_error",
        "note.signed",
        "patient.contact_changed",
        "patient.illnesses_recorded",
        "patient.profile_changed",
        "patient.registered",
        "prescription.amended",
        "prescription.cancelled",
        "prescription.entered_in_error",
        "prescription.issued",
        "vitals.corrected",
        "vitals.entered_in_error",
        "vitals.recorded",
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
