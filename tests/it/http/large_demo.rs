//! `caresync serve --demo --size …` at a small size: killed half way, resumed, and booked in.

use std::collections::BTreeMap;
use std::time::Duration;

use adapters::jwt::JwtKeys;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::demo::{count, sign_in, tally};
use crate::support::{Client, Server, all_read, eventually_within};

/// Two practices.
const SIZE: &str = "200,12,1200,1000";
const SMALL_PATIENTS: i64 = 300;
const SMALL_DOCTORS: i64 = 60;

#[tokio::test]
async fn a_large_demo_resumes_after_a_kill_and_its_claims_match_its_events() {
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    server.demo = true;
    server.size = Some(SIZE);
    let before = kill_half_way(&mut server).await;

    server.restart().await;
    all_read(&server.client).await;
    let pool = server.pool().await;
    assert!(count(&pool, "select count(*) from events").await > before);
    accounts_visits_and_clinics_exist(&pool).await;
    claims_match_events(&pool).await;
    claims_do_not_overlap(&pool).await;
    read_models_agree(&pool).await;
    a_patient_books_beside_the_demo(&server.client, &pool).await;

    let events = count(&pool, "select count(*) from events").await;
    pool.close().await;
    server.stop().await;
    server.restart().await;
    let pool = server.pool().await;
    let again = count(&pool, "select count(*) from events").await;
    assert_eq!(again, events, "it is made once");
    pool.close().await;
    server.stop().await;
}

/// Kills the program when its patients exist and their visits cannot exist yet: the test holds the claims.
async fn kill_half_way(server: &mut Server) -> i64 {
    server.spawn();
    let pool = server.pool_soon().await;
    let patience = Duration::from_mins(2);
    let people = "select count(*) from events where event_type = 'patient.registered'";
    eventually_within(
        patience,
        "the first of the large group are there",
        async || count(&pool, people).await > SMALL_PATIENTS,
    )
    .await;
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("lock table slot_claims in exclusive mode")
        .execute(&mut *holding)
        .await
        .unwrap();
    server.kill();
    holding.rollback().await.unwrap();
    let events = count(&pool, "select count(*) from events").await;
    pool.close().await;
    events
}

async fn accounts_visits_and_clinics_exist(pool: &PgPool) {
    let patients = count(pool, "select count(*) from patient_cards").await;
    assert_eq!(patients, SMALL_PATIENTS + 200);
    let doctors = "select count(distinct aggregate_id) from events where aggregate_type = 'doctor'";
    assert_eq!(count(pool, doctors).await, SMALL_DOCTORS + 12);
    // Those of the small demo were opened later.
    let clinics = "
        select case when (payload ->> 'at')::timestamptz < now() - interval '170 days' then 'founded'
                    else 'later' end, count(*)
        from events where event_type = 'clinic.opened' group by 1";
    let clinics = tally(pool, clinics).await;
    assert_eq!(clinics["founded"], 1, "{clinics:?}");
    let of_the_group = "
        select case when starts_at > now() then 'ahead' else 'past' end, count(*)
        from patient_appointments
        where clinic_id = (
          select aggregate_id::uuid from events where event_type = 'clinic.opened'
          order by (payload ->> 'at')::timestamptz limit 1
        ) group by 1";
    let visits = tally(pool, of_the_group).await;
    let expected = [("ahead", 1_000), ("past", 1_200)];
    let expected = expected.map(|(when, visits)| (when.to_owned(), visits));
    assert_eq!(visits, BTreeMap::from(expected));
    // They have logins without passwords, so that these cannot be used.
    let accounts = "select count(*) from account_directory";
    let passwords = "select count(*) from credentials";
    let without = count(pool, accounts).await - count(pool, passwords).await;
    assert_eq!(without, 12 + 200 / 4 + 1);
}

async fn claims_match_events(pool: &PgPool) {
    let differences = "
        with last as (
          select distinct on (aggregate_id) aggregate_id, event_type, payload
          from events where aggregate_type = 'appointment'
          order by aggregate_id, sequence desc
        ),
        told as (
          select
            aggregate_id as holder, kind, (payload ->> kind)::uuid as resource,
            tstzrange((payload -> 'slot' ->> 'start')::timestamptz, (payload -> 'slot' ->> 'end')::timestamptz) as during,
            event_type <> 'appointment.booked' as settled
          from last cross join unnest(array['doctor', 'patient']) as kind
          where event_type not in ('appointment.cancelled', 'appointment.hold_expired', 'appointment.no_show')
        ),
        held as (
          select holder, kind, resource, during, held_until is null as settled
          from slot_claims where holder_type = 'appointment'
        )
        select count(*) from (
          (table told except all table held) union all (table held except all table told)
        ) differences";
    assert_eq!(count(pool, differences).await, 0);
    assert!(count(pool, "select count(*) from slot_claims").await > 2 * 1_900);
}

async fn claims_do_not_overlap(pool: &PgPool) {
    for kind in ["doctor", "patient"] {
        let sql = format!(
            "select count(*) from (
               select upper(during) > lead(lower(during)) over (partition by resource order by during) as clash
               from slot_claims where kind = '{kind}'
             ) pairs where clash"
        );
        assert_eq!(count(pool, &sql).await, 0, "{kind}");
    }
}

async fn read_models_agree(pool: &PgPool) {
    let tallies = ["patient_appointments", "day_sheet"].map(|table| {
        let sql = format!("select status, count(*) from {table} group by status");
        async move { tally(pool, &sql).await }
    });
    let [patients, doctors] = tallies;
    let (patients, doctors) = (patients.await, doctors.await);
    assert_eq!(patients, doctors);
    let visits =
        "select count(distinct aggregate_id) from events where aggregate_type = 'appointment'";
    assert_eq!(patients.values().sum::<i64>(), count(pool, visits).await);
    for status in ["COMPLETED", "NO_SHOW", "CANCELLED", "CONFIRMED"] {
        assert!(patients[status] > 20, "{patients:?}");
    }
}

/// The demo's patient books with a doctor of the large group.
async fn a_patient_books_beside_the_demo(client: &Client, pool: &PgPool) {
    let taken = "
        select c.resource, (e.payload ->> 'clinic')::uuid, lower(c.during)
        from slot_claims c
        join events e on e.aggregate_id = c.holder and e.sequence = 1
        where c.kind = 'doctor' and lower(c.during) > now() + interval '2 days'
          and (e.payload ->> 'clinic') = (
            select aggregate_id from events where event_type = 'clinic.opened'
            order by (payload ->> 'at')::timestamptz limit 1
          )
        order by c.during limit 1";
    let (doctor, clinic, start): (Uuid, Uuid, DateTime<Utc>) =
        sqlx::query_as(taken).fetch_one(pool).await.unwrap();
    let patient = sign_in(client, "patient").await;
    let request = |start: &str| json!({"clinicId": clinic, "doctorId": doctor, "start": start});
    let taken = patient.post("/api/v1/appointments", &request(&start.to_rfc3339()));
    taken.expect(409).await.is("slot-already-taken");
    let free = first_free(&patient, doctor, clinic, start.date_naive()).await;
    patient
        .post("/api/v1/appointments", &request(&free))
        .expect(201)
        .await;
}

async fn first_free(client: &Client, doctor: Uuid, clinic: Uuid, from: NaiveDate) -> String {
    let to = from + TimeDelta::days(20);
    let path =
        format!("/api/v1/doctors/{doctor}/availability?clinicId={clinic}&from={from}&to={to}");
    let offered = client.get(&path).expect(200).await;
    let slots = offered.body["slots"].as_array().unwrap();
    // The demo's patient has visits of the next days.
    slots.last().unwrap()["start"].as_str().unwrap().to_owned()
}
