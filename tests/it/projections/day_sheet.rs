//! Visits of a doctor on a day.

use chrono::NaiveDate;
use domain::AppointmentId;
use domain::appointment::AppointmentStatus;
use projections::ReadError;
use projections::day_sheet::{DaySheet, DaySheetQuery, DaySheetRow, rows};

use super::attended::{ARRIVED, COMPLETED, IN_PROGRESS, NO_SHOW};
use super::fixture::{History, appointment, at, clinic, doctor, patient, slot};
use super::scenario::{
    ARUN, ASHA, BERLIN, EMERGENCY, HOLDS_END, LATE, MEERA, PUNE, RAVI, recorded, today,
};

async fn kept() -> History {
    let history = recorded().await;
    history.project(&history.projector::<DaySheet>()).await;
    history
}

fn meera_on(date: &str) -> DaySheetQuery {
    DaySheetQuery {
        doctor: doctor(MEERA),
        clinic: None,
        date: date.parse::<NaiveDate>().unwrap(),
        include_ended: false,
        now: today(),
    }
}

async fn opened(history: &History, query: &DaySheetQuery) -> Result<Vec<DaySheetRow>, ReadError> {
    let day = rows(&history.pool, query).await?;
    day.open(&history.sealing).await
}

async fn found(history: &History, query: DaySheetQuery) -> Vec<AppointmentId> {
    let rows = opened(history, &query).await.unwrap();
    rows.into_iter().map(|row| row.appointment).collect()
}

#[tokio::test]
async fn a_visit_is_shown_with_the_patients_name_and_reason() {
    let history = kept().await;
    let sheet = opened(&history, &meera_on("2026-03-08")).await.unwrap();
    let ravi = DaySheetRow {
        appointment: appointment(6),
        clinic: clinic(BERLIN),
        slot: slot("2026-03-08T01:00:00Z", "2026-03-08T02:00:00Z"),
        patient: patient(RAVI),
        patient_name: Some("Ravi Iyer".parse().unwrap()),
        reason: Some("complaint 6".parse().unwrap()),
        unreadable: false,
        emergency: false,
        status: AppointmentStatus::Confirmed,
        version: 2,
    };
    assert_eq!(sheet, [ravi]);
}

#[tokio::test]
async fn a_day_shows_what_will_take_place_in_the_order_of_the_slots() {
    let history = kept().await;
    let monday = meera_on("2026-03-09");
    assert_eq!(found(&history, monday).await, [1, 2].map(appointment));
    let all = DaySheetQuery {
        include_ended: true,
        ..monday
    };
    assert_eq!(found(&history, all).await, [1, 2, 3, 4].map(appointment));
}

#[tokio::test]
async fn a_day_shows_who_is_there_who_was_seen_and_who_did_not_come() {
    let history = kept().await;
    let sheet = opened(&history, &meera_on("2026-03-02")).await.unwrap();
    let shown = sheet.iter().map(|row| (row.appointment, row.status));
    let expected = [
        (COMPLETED, AppointmentStatus::Completed),
        (IN_PROGRESS, AppointmentStatus::InProgress),
        (ARRIVED, AppointmentStatus::Arrived),
        (NO_SHOW, AppointmentStatus::NoShow),
    ];
    let expected = expected.map(|(number, status)| (appointment(number), status));
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_day_marks_the_visits_that_were_booked_for_an_emergency() {
    let history = kept().await;
    let query = meera_on("2026-03-16");
    let sheet = rows(&history.pool, &query).await.unwrap();
    let sheet = sheet.open(&history.sealing).await.unwrap();
    let shown = sheet.iter().map(|row| (row.appointment, row.emergency));
    let expected = [(EMERGENCY, true), (LATE, false)].map(|(number, is)| (appointment(number), is));
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_overdue_hold_has_left_the_day() {
    let history = kept().await;
    let overdue = DaySheetQuery {
        now: at(HOLDS_END),
        ..meera_on("2026-03-09")
    };
    assert_eq!(found(&history, overdue).await, [appointment(2)]);
    let all = DaySheetQuery {
        include_ended: true,
        ..overdue
    };
    let sheet = opened(&history, &all).await.unwrap();
    assert_eq!(sheet[0].status, AppointmentStatus::Expired);
}

#[tokio::test]
async fn a_day_is_of_one_doctor_and_if_asked_of_one_clinic() {
    let history = kept().await;
    let at_berlin = DaySheetQuery {
        clinic: Some(clinic(BERLIN)),
        ..meera_on("2026-03-09")
    };
    assert_eq!(found(&history, at_berlin).await, []);
    let at_pune = DaySheetQuery {
        clinic: Some(clinic(PUNE)),
        ..meera_on("2026-03-09")
    };
    assert_eq!(found(&history, at_pune).await, [1, 2].map(appointment));
    let of_arun = DaySheetQuery {
        doctor: doctor(ARUN),
        ..meera_on("2026-03-09")
    };
    assert_eq!(found(&history, of_arun).await, []);
}

/// Midnight in UTC is one o'clock in Berlin: moved to a zone behind UTC it is the day before.
#[tokio::test]
async fn a_day_is_meant_by_the_clinics_own_clock() {
    let history = kept().await;
    assert_eq!(
        found(&history, meera_on("2026-03-15")).await,
        [appointment(5)]
    );
    let move_berlin =
        "update day_sheet_clinics set zone = 'America/Lima' where zone = 'Europe/Berlin'";
    sqlx::raw_sql(move_berlin)
        .execute(&history.pool)
        .await
        .unwrap();
    assert_eq!(found(&history, meera_on("2026-03-15")).await, []);
    assert_eq!(
        found(&history, meera_on("2026-03-14")).await,
        [appointment(5)]
    );
}

#[tokio::test]
async fn an_erased_patient_is_on_the_sheet_without_name_and_reason() {
    let history = recorded().await;
    history
        .project_without(&history.projector::<DaySheet>(), patient(ASHA).as_uuid())
        .await;
    let sheet = opened(&history, &meera_on("2026-03-09")).await.unwrap();
    assert_eq!(sheet.len(), 2);
    assert!(sheet.iter().all(|row| row.patient == patient(ASHA)));
    assert!(
        sheet
            .iter()
            .all(|row| row.patient_name.is_none() && row.reason.is_none())
    );
}

/// Half past midnight, half past eleven at night and the hour that may come twice, on the days of
/// change and beside them: each visit is on its own day, in the order in which they happen.
#[tokio::test]
async fn around_a_change_of_the_clocks_a_visit_is_on_its_own_day() {
    let history = kept().await;
    for (zone, sheets) in [
        (
            "Europe/London",
            [
                ("2026-03-28", "28T00:30 28T23:30"),
                ("2026-03-29", "29T00:30 29T01:30 29T22:30"),
                ("2026-03-30", "29T23:30"),
                ("2026-10-24", "23T23:30 24T22:30"),
                ("2026-10-25", "24T23:30 25T00:30 25T01:30 25T23:30"),
                ("2026-10-26", "26T00:30"),
            ],
        ),
        (
            "America/New_York",
            [
                ("2026-03-07", "07T05:30 08T04:30"),
                ("2026-03-08", "08T05:30 08T06:30 09T03:30"),
                ("2026-03-09", "09T04:30"),
                ("2026-10-31", "31T04:30 01T03:30"),
                ("2026-11-01", "01T04:30 01T05:30 01T06:30 02T04:30"),
                ("2026-11-02", "02T05:30"),
            ],
        ),
        (
            "Africa/Cairo",
            [
                ("2026-04-23", "22T22:30 23T21:30"),
                ("2026-04-24", "23T22:30 24T20:30"),
                ("2026-04-25", "24T21:30"),
                ("2026-10-28", "27T21:30 28T20:30"),
                ("2026-10-29", "28T21:30 29T20:30 29T21:30"),
                ("2026-10-30", "29T22:30"),
            ],
        ),
    ] {
        history.empty(&["day_sheet"]).await;
        move_berlin_to(&history, zone).await;
        // The last of them first: the order of the sheet is not that of the bookings.
        for (day, starts) in sheets.iter().rev() {
            for start in starts.split(' ').rev() {
                visit(&history, day, start).await;
            }
        }
        for (day, expected) in sheets {
            let sheet = opened(&history, &meera_on(day)).await;
            let starts: Vec<_> = (sheet.unwrap().iter())
                .map(|row| row.slot.start().format("%dT%H:%M").to_string())
                .collect();
            assert_eq!(starts.join(" "), expected, "{zone} {day}");
        }
    }
}

/// A visit of Meera's in Berlin of half an hour, as the projection would store it; `start` is a day
/// of the month, at most a day away from `around`, and a time in UTC.
async fn visit(history: &History, around: &str, start: &str) {
    let around: NaiveDate = around.parse().unwrap();
    let (day, time) = start.split_once('T').unwrap();
    let mut days = around.pred_opt().unwrap().iter_days().take(3);
    let day = days
        .find(|date| date.format("%d").to_string() == day)
        .unwrap();
    let start = at(&format!("{day}T{time}:00Z"));
    sqlx::query(
        "insert into day_sheet (appointment_id, doctor_id, clinic_id, patient_id, starts_at, ends_at,
           status, hold_until, subject, phi, version)
         values (gen_random_uuid(), $1, $2, $3, $4, $5, 'CONFIRMED', $4, $3, null, 1)",
    )
    .bind(doctor(MEERA).as_uuid())
    .bind(clinic(BERLIN).as_uuid())
    .bind(patient(ASHA).as_uuid())
    .bind(start)
    .bind(start + chrono::TimeDelta::minutes(30))
    .execute(&history.pool)
    .await
    .unwrap();
}

async fn move_berlin_to(history: &History, zone: &str) {
    sqlx::query("update day_sheet_clinics set zone = $1 where clinic_id = $2")
        .bind(zone)
        .bind(clinic(BERLIN).as_uuid())
        .execute(&history.pool)
        .await
        .unwrap();
}
