//! The data of `caresync serve --demo`, read from the program itself.

use std::collections::BTreeMap;

use adapters::jwt::JwtKeys;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Client, Server, all_read};

/// Status of an appointment after an event of that type.
const STATUS_AFTER: [(&str, &str); 8] = [
    ("appointment.booked", "BOOKED"),
    ("appointment.confirmed", "CONFIRMED"),
    ("appointment.arrived", "ARRIVED"),
    ("appointment.started", "IN_PROGRESS"),
    ("appointment.completed", "COMPLETED"),
    ("appointment.cancelled", "CANCELLED"),
    ("appointment.hold_expired", "EXPIRED"),
    ("appointment.no_show", "NO_SHOW"),
];
/// Statuses of appointments that hold claims.
const TAKES_TIME: [&str; 5] = ["BOOKED", "CONFIRMED", "ARRIVED", "IN_PROGRESS", "COMPLETED"];

/// Counts by key, as a query returns them.
pub(super) async fn tally(pool: &PgPool, sql: &str) -> BTreeMap<String, i64> {
    let rows: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    rows.into_iter().collect()
}

pub(super) async fn count(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

pub(super) async fn sign_in(client: &Client, local: &str) -> Client {
    let email = format!("{local}@caresync.example");
    let login = json!({"email": email, "password": "caresync-demo"});
    let tokens = client.post("/api/v1/auth/login", &login).expect(200).await;
    client.with_token(tokens.text("accessToken"))
}

#[tokio::test]
async fn the_demo_has_every_state_and_role_and_its_read_models_agree() {
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    server.demo = true;
    server.restart().await;
    all_read(&server.client).await;
    let pool = server.pool().await;

    every_state_exists_and_read_models_agree(&pool).await;
    accounts_and_patients_exist(&pool).await;
    charts_are_worth_reading(&pool).await;
    charts_are_read(&server.client, &pool).await;
    every_demo_account_signs_in(&server.client).await;

    let events = count(&pool, "select count(*) from events").await;
    pool.close().await;
    server.stop().await;
    server.restart().await;
    let pool = server.pool().await;
    assert_eq!(
        count(&pool, "select count(*) from events").await,
        events,
        "it is made once"
    );
    pool.close().await;
    server.stop().await;
}

async fn every_state_exists_and_read_models_agree(pool: &PgPool) {
    let last = "
        select event_type, count(*) from (
          select distinct on (aggregate_id) event_type from events
          where aggregate_type = 'appointment' order by aggregate_id, sequence desc
        ) last group by event_type";
    let last = tally(pool, last).await;
    let statuses = STATUS_AFTER.map(|(event, status)| {
        let found = last.get(event).copied().unwrap_or_default();
        assert!(found >= 3, "{event}: {last:?}");
        (status.to_owned(), found)
    });
    let statuses = BTreeMap::from(statuses);
    for table in ["patient_appointments", "day_sheet"] {
        let sql = format!("select status, count(*) from {table} group by status");
        assert_eq!(tally(pool, &sql).await, statuses, "{table}");
    }
    let taken: i64 = TAKES_TIME.iter().map(|status| statuses[*status]).sum();
    let claims = "select kind, count(*) from slot_claims where holder_type = 'appointment'
                  group by kind";
    let claims = tally(pool, claims).await;
    let both = ["doctor", "patient"].map(|kind| (kind.to_owned(), taken));
    assert_eq!(claims, BTreeMap::from(both));
    let away = "select count(*) from slot_claims where holder_type = 'leave'";
    assert_eq!(count(pool, away).await, 3);
    let closed = "select count(*) from timetable_clinics where holidays <> '{}'";
    assert_eq!(count(pool, closed).await, 4);
}

async fn accounts_and_patients_exist(pool: &PgPool) {
    let roles = "
        select role, count(*) from account_directory, jsonb_array_elements_text(roles) role
        group by role";
    let roles = tally(pool, roles).await;
    let all = ["ADMIN", "AUDITOR", "DOCTOR", "PATIENT", "RECEPTIONIST"];
    assert!(roles.keys().eq(all), "{roles:?}");
    assert_eq!(count(pool, "select count(*) from patient_cards").await, 300);
    let children = "select count(*) from patient_cards where jsonb_array_length(proxies) > 0";
    assert_eq!(count(pool, children).await, 16);
    let follow_ups = "
        select count(*) from patient_appointments later
        join patient_appointments first on first.appointment_id = later.follows_id
        where first.patient_id = later.patient_id and first.status = 'COMPLETED'
          and first.ends_at < later.booked_at";
    let named = "select count(*) from patient_appointments where follows_id is not null";
    let follow_ups = count(pool, follow_ups).await;
    assert!(follow_ups >= 40, "{follow_ups}");
    assert_eq!(
        count(pool, named).await,
        follow_ups,
        "each follows a visit that was"
    );
    let early = "select count(*) from patient_appointments where booked_at >= starts_at";
    assert_eq!(count(pool, early).await, 0);
}

async fn charts_are_worth_reading(pool: &PgPool) {
    let kinds = "select kind || ' ' || status, count(*) from chart_entries group by 1";
    let kinds = tally(pool, kinds).await;
    for kind in [
        "ALLERGY",
        "FAMILY_HISTORY",
        "NOTE",
        "PRESCRIPTION",
        "PROBLEM",
        "SOCIAL_HISTORY",
        "VITALS",
        "IMMUNISATION",
    ] {
        let active = kinds.get(&format!("{kind} ACTIVE"));
        assert!(active > Some(&20), "{kind}: {kinds:?}");
    }
    for kind in ["ALLERGY", "NOTE", "PRESCRIPTION", "VITALS"] {
        let in_error = kinds.get(&format!("{kind} ENTERED_IN_ERROR"));
        assert!(in_error > Some(&1), "{kind}: {kinds:?}");
    }
    let made = "
        select count(*) from events where event_type in (
          'allergy.recorded', 'health_summary.item_added', 'note.signed', 'prescription.issued', 'vitals.recorded'
        )";
    assert_eq!(kinds.values().sum::<i64>(), count(pool, made).await);
    let charts = "select count(distinct patient_id) from chart_entries";
    assert_eq!(count(pool, charts).await, 300);
    let long = "select count(*) from (
                  select from chart_entries group by patient_id having count(*) >= 200
                ) long";
    assert!(count(pool, long).await >= 6);
    let unwritten = "
        select count(*) from patient_appointments a
        where a.status = 'COMPLETED' and not exists (
          select from chart_entries e where e.appointment_id = a.appointment_id and e.kind = 'NOTE'
        )";
    assert_eq!(count(pool, unwritten).await, 0);
    assert_eq!(count(pool, "select count(*) from note_drafts").await, 2);
    let reviews = "select event_type, count(*) from events where aggregate_type = 'break_glass'
                   group by event_type";
    let reviews = tally(pool, reviews).await;
    assert_eq!(
        (
            reviews["break_glass.opened"],
            reviews["break_glass.reviewed"]
        ),
        (2, 1)
    );
    let consents = "select event_type, count(*) from events where aggregate_type = 'consents'
                    group by event_type";
    let consents = tally(pool, consents).await;
    assert!(
        consents["consent.granted"] > 100 && consents["consent.withdrawn"] > 10,
        "{consents:?}"
    );
}

/// Reads the long chart of a patient who was warned about a drug and takes it all the same.
async fn charts_are_read(client: &Client, pool: &PgPool) {
    let patient = sign_in(client, "patient").await;
    let me = patient.get("/api/v1/auth/me").expect(200).await;
    let id = me.text("patientId");
    let chart = patient.get(&format!("/api/v1/patients/{id}/chart?limit=1000"));
    let chart = chart.expect(200).await;
    let entries = chart.body["items"].as_array().unwrap();
    assert!(entries.len() >= 200, "{}", entries.len());
    let warned = sign_in(client, "divya.pillai").await;
    let me = warned.get("/api/v1/auth/me").expect(200).await;
    let id = me.text("patientId");
    let path = format!("/api/v1/patients/{id}/chart?kind=PRESCRIPTION");
    let prescriptions = warned.get(&path).expect(200).await;
    assert!(
        prescriptions.body.to_string().contains("overridden"),
        "{:?}",
        prescriptions.body
    );
    let admin = sign_in(client, "admin").await;
    let waiting = admin.get("/api/v1/break-glass").expect(200).await;
    assert_eq!(waiting.body["items"].as_array().unwrap().len(), 1);
    let accesses = "select count(*) from access_log where item_kind = 'CHART'";
    assert!(count(pool, accesses).await >= 2);
}

async fn every_demo_account_signs_in(client: &Client) {
    for local in [
        "patient",
        "vikram.nair",
        "doctor",
        "desk.pune",
        "admin",
        "auditor",
    ] {
        let principal = sign_in(client, local).await;
        principal.get("/api/v1/auth/me").expect(200).await;
    }
    let patient = sign_in(client, "patient").await;
    for status in ["BOOKED", "CONFIRMED", "COMPLETED", "CANCELLED"] {
        let list = patient.get(&format!("/api/v1/appointments?status={status}"));
        let list = list.expect(200).await;
        assert!(
            list.body["items"]
                .as_array()
                .is_some_and(|items| !items.is_empty()),
            "{status}"
        );
    }
}
