//! Two conflicting requests at two programs on one database, two hundred times: one succeeds, the other
//! is refused with the right problem, and the claims match the events.

use std::collections::{BTreeMap, BTreeSet};

use adapters::system::{SystemClock, SystemIds};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::{ClinicScope, Currency, DoctorId, PatientId};
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::app::{Principal, Site};
use tests::database::Database;
use tests::world::{Terms, World};

use super::schedule::WEEKDAYS;
use crate::support::{Call, Client, Reply, Server, all_read};

const ROUNDS: usize = 200;
/// Slots of five minutes from nine to five.
const SLOTS_A_DAY: usize = 96;

/// Two programs on one database, a doctor, and access tokens.
struct Contest {
    site: Site,
    first: Server,
    second: Server,
    clinic: domain::ClinicId,
    doctor: DoctorId,
    pool: PgPool,
}

impl Contest {
    async fn open() -> Self {
        let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
        let first = Server::start(&site.keys).await;
        let second = Server::beside(&first, &site.keys).await;
        let pool = first.pool().await;
        let world = World::new(pool.clone(), SystemClock.now()).await.unwrap();
        let clinic = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
        let terms = Terms {
            slot_minutes: 5,
            ..Terms::default()
        };
        let doctor = world.doctor(clinic, terms).await.unwrap();
        Self {
            clinic: clinic.clinic,
            doctor,
            site,
            first,
            second,
            pool,
        }
    }

    /// Both programs, the other one first in every second round.
    fn nodes(&self, round: usize) -> [&Client; 2] {
        let nodes = [&self.first.client, &self.second.client];
        if round.is_multiple_of(2) {
            nodes
        } else {
            [nodes[1], nodes[0]]
        }
    }

    fn token(&self, principal: &Principal) -> String {
        self.site.token(principal).unwrap()
    }

    fn patient(&self) -> String {
        self.token(&Principal::patient(PatientId::from_uuid(SystemIds.id())))
    }

    fn desk(&self) -> String {
        self.token(&Principal::receptionist(ClinicScope::All))
    }

    fn booking_request(&self, start: DateTime<Utc>) -> Value {
        json!({"clinicId": self.clinic, "doctorId": self.doctor, "start": start})
    }

    fn book(&self, node: &Client, token: &str, start: DateTime<Utc>) -> Call {
        let patient = node.with_token(token);
        patient.post("/api/v1/appointments", &self.booking_request(start))
    }

    /// Books a visit; the requests to cancel it at one program and to confirm it at the other.
    async fn cancel_and_confirm(&self, round: usize) -> (Call, Call) {
        let [here, there] = self.nodes(round);
        let asha = self.patient();
        let visit = self.book(here, &asha, slot(round)).expect(201).await;
        let cancel = here.with_token(&asha);
        let cancel = cancel.post(&visit.appointment("cancel"), &json!({}));
        let why = json!({"reason": "Pays at the desk"});
        let confirm = there.with_token(self.desk());
        let confirm = confirm.post(&visit.appointment("confirm"), &why);
        (cancel, confirm)
    }

    /// Stops both programs, once the claims equal what the events say.
    async fn close(mut self) {
        for server in [&self.first, &self.second] {
            all_read(&server.client).await;
        }
        assert_eq!(claims(&self.pool).await, claims_of_events(&self.pool).await);
        self.pool.close().await;
        self.second.stop().await;
        self.first.stop().await;
    }
}

/// The nth slot from the day after tomorrow on.
fn slot(number: usize) -> DateTime<Utc> {
    let day = SystemClock.now().date_naive() + TimeDelta::days(2);
    let days = i64::try_from(number / SLOTS_A_DAY).unwrap();
    let minutes = i64::try_from(number % SLOTS_A_DAY).unwrap() * 5;
    let nine = day.and_hms_opt(3, 30, 0).unwrap().and_utc();
    nine + TimeDelta::days(days) + TimeDelta::minutes(minutes)
}

type Held = BTreeSet<(String, String, DateTime<Utc>, DateTime<Utc>)>;

/// Stored claims: holder, kind, start and end.
async fn claims(pool: &PgPool) -> Held {
    let sql = "select holder, kind, lower(during), upper(during) from slot_claims";
    let rows: Vec<_> = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    rows.into_iter().collect()
}

/// Claims that the events imply.
async fn claims_of_events(pool: &PgPool) -> Held {
    let sql = "select aggregate_id, event_type, payload from events
               where aggregate_type in ('appointment', 'leave') order by aggregate_id, sequence";
    let rows: Vec<(String, String, Value)> = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    let mut held: BTreeMap<String, (&[&str], Value)> = BTreeMap::new();
    for (holder, event_type, payload) in rows {
        match event_type.as_str() {
            "appointment.booked" | "appointment.rescheduled" => {
                held.insert(holder, (&["doctor", "patient"], payload["slot"].clone()));
            }
            "leave.planned" => {
                held.insert(holder, (&["doctor"], payload["during"].clone()));
            }
            "appointment.cancelled" | "appointment.hold_expired" | "leave.withdrawn" => {
                held.remove(&holder);
            }
            _ => {}
        }
    }
    let time = |slot: &Value, end: &str| slot[end].as_str().unwrap().parse().unwrap();
    let claims = held.iter().flat_map(|(holder, (kinds, slot))| {
        let claim = |kind: &&str| {
            let (start, end) = (time(slot, "start"), time(slot, "end"));
            (holder.clone(), (*kind).to_owned(), start, end)
        };
        kinds.iter().map(claim).collect::<Vec<_>>()
    });
    claims.collect()
}

/// Asserts that exactly one of two requests succeeded and the other has its slug. Returns the winner.
#[track_caller]
fn one_winner(replies: [&Reply; 2], lost: [&str; 2]) -> usize {
    let won: Vec<_> = replies.iter().map(|reply| reply.status < 300).collect();
    let winner = won.iter().position(|won| *won);
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{replies:?}");
    let loser = 1 - winner.unwrap();
    replies[loser].is(lost[loser]);
    winner.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_and_a_booking_for_one_slot_have_one_winner() {
    let contest = Contest::open().await;
    for round in 0..ROUNDS {
        let [here, there] = contest.nodes(round);
        let (asha, ravi) = (contest.patient(), contest.patient());
        let (old, new) = (slot(2 * round), slot(2 * round + 1));
        let visit = contest.book(here, &asha, old).expect(201).await;
        let path = visit.appointment("reschedule");
        let moving = here.with_token(&asha).post(&path, &json!({"start": new}));
        let booking = contest.book(there, &ravi, new);
        let (moved, booked) = tokio::join!(moving.send(), booking.send());
        one_winner(
            [&moved, &booked],
            ["slot-already-taken", "slot-already-taken"],
        );
    }
    contest.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leave_and_a_booking_never_have_the_same_time() {
    let contest = Contest::open().await;
    let doctor = contest.token(&Principal::doctor(contest.doctor));
    let path = format!("/api/v1/doctors/{}/leaves", contest.doctor);
    for round in 0..ROUNDS {
        let [here, there] = contest.nodes(round);
        let start = slot(round);
        let leave = json!({"start": start, "end": start + TimeDelta::minutes(5)});
        let planning = here.with_token(&doctor).post(&path, &leave);
        let booking = contest.book(there, &contest.patient(), start);
        let (planned, booked) = tokio::join!(planning.send(), booking.send());
        one_winner(
            [&planned, &booked],
            ["leave-over-visits", "doctor-on-leave"],
        );
    }
    contest.close().await;
}

/// Both requests name the first version in `If-Match`.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_and_a_confirmation_of_one_version_have_one_winner() {
    let contest = Contest::open().await;
    for round in 0..ROUNDS {
        let (cancel, confirm) = contest.cancel_and_confirm(round).await;
        let (cancelled, confirmed) = tokio::join!(
            cancel.header("If-Match", "\"1\"").send(),
            confirm.header("If-Match", "\"1\"").send()
        );
        one_winner([&cancelled, &confirmed], ["stale-version", "stale-version"]);
    }
    contest.close().await;
}

/// Without `If-Match`, a cancellation may follow a confirmation; the other order is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_visit_is_never_confirmed() {
    let contest = Contest::open().await;
    for round in 0..ROUNDS {
        let (cancel, confirm) = contest.cancel_and_confirm(round).await;
        let (cancelled, confirmed) = tokio::join!(cancel.send(), confirm.send());
        assert_eq!(cancelled.body["status"], "CANCELLED", "{cancelled:?}");
        match confirmed.status {
            200 => assert_eq!(cancelled.body["version"], 3),
            _ => confirmed.is("not-awaiting-payment"),
        }
    }
    assert_eq!(claims(&contest.pool).await, Held::new());
    contest.close().await;
}

/// Registers a doctor with an account, so that an admin can disable it. Returns the account's path.
async fn doctor_with_an_account(contest: &mut Contest) -> String {
    let admin = contest
        .first
        .client
        .with_token(contest.token(&Principal::admin()));
    let meera = json!({
        "name": "Meera Iyer", "specialisations": ["cardiology"], "languages": ["en"],
        "email": "meera@example.org",
    });
    let meera = admin.post("/api/v1/doctors", &meera).expect(201).await;
    let path = format!("/api/v1/doctors/{}", meera.id());
    let terms = json!({
        "clinicId": contest.clinic, "fee": {"amount": 0, "currency": "INR"}, "slotMinutes": 5,
    });
    let affiliated = admin.post(&format!("{path}/affiliations"), &terms);
    affiliated.expect(200).await;
    let verified = admin
        .post(&format!("{path}/verify"), &json!({}))
        .expect(200)
        .await;
    let week = WEEKDAYS.map(|day| json!({"day": day, "from": "09:00", "to": "17:00"}));
    let hours = format!("{path}/affiliations/{}/hours", contest.clinic);
    let set = admin.put(&hours, &json!({"weeklyHours": week}));
    set.header("If-Match", verified.header("etag"))
        .expect(200)
        .await;
    contest.doctor = DoctorId::from_uuid(meera.id());
    let sql = "select aggregate_id from events where event_type = 'account.registered'";
    let account: String = sqlx::query_scalar(sql)
        .fetch_one(&contest.pool)
        .await
        .unwrap();
    format!("/api/v1/accounts/{account}")
}

/// No booking follows the disabling of a doctor in the log, whatever was in progress.
#[tokio::test(flavor = "multi_thread")]
async fn no_booking_follows_the_disabling_of_its_doctor_in_the_log() {
    let mut contest = Contest::open().await;
    let account = doctor_with_an_account(&mut contest).await;
    let admin = contest.token(&Principal::admin());
    let why = json!({"reason": "Left"});
    let mut booked = 0;
    for round in 0..ROUNDS {
        let [here, there] = contest.nodes(round);
        let admin = here.with_token(&admin);
        let disable = admin.post(&format!("{account}/disable"), &why);
        let asha = contest.patient();
        let booking = contest.book(there, &asha, slot(round));
        let (disabled, tried) = tokio::join!(disable.send(), booking.send());
        assert_eq!(disabled.status, 200, "{disabled:?}");
        match tried.status {
            201 => booked += 1,
            _ => tried.is("doctor-suspended"),
        }
        let refused = contest.book(there, &asha, slot(ROUNDS)).expect(422).await;
        refused.is("doctor-suspended");
        let enable = admin.post(&format!("{account}/enable"), &json!({}));
        enable.expect(200).await;
    }
    let sql = "select event_type from events
               where aggregate_id = $1 or payload ->> 'doctor' = $1
               order by epoch, transaction_id, position";
    let doctor = sqlx::query_scalar(sql).bind(contest.doctor.to_string());
    let log: Vec<String> = doctor.fetch_all(&contest.pool).await.unwrap();
    let (mut suspended, mut seen) = (false, 0);
    for event in log {
        match event.as_str() {
            "doctor.suspended" => suspended = true,
            "doctor.reinstated" => suspended = false,
            "appointment.booked" => {
                assert!(!suspended, "booked after the disabling");
                seen += 1;
            }
            _ => {}
        }
    }
    assert_eq!(seen, booked);
    contest.close().await;
}

/// Two visits move to each other's slots, then both to a third slot.
#[tokio::test(flavor = "multi_thread")]
async fn two_moves_to_one_slot_have_one_winner_and_visits_do_not_swap() {
    let contest = Contest::open().await;
    for round in 0..ROUNDS / 4 {
        let [here, there] = contest.nodes(round);
        let (asha, ravi) = (contest.patient(), contest.patient());
        let at = |n: usize| slot(3 * round + n);
        let first = contest.book(here, &asha, at(0)).expect(201).await;
        let second = contest.book(there, &ravi, at(1)).expect(201).await;
        let go = |node: &Client, token: &str, visit: &Reply, to| {
            let path = visit.appointment("reschedule");
            node.with_token(token).post(&path, &json!({"start": to}))
        };
        let (one, two) = tokio::join!(
            go(here, &asha, &first, at(1)).send(),
            go(there, &ravi, &second, at(0)).send()
        );
        one.is("slot-already-taken");
        two.is("slot-already-taken");
        let (one, two) = tokio::join!(
            go(here, &asha, &first, at(2)).send(),
            go(there, &ravi, &second, at(2)).send()
        );
        one_winner([&one, &two], ["slot-already-taken", "slot-already-taken"]);
    }
    contest.close().await;
}
