//! Whom does a doctor see on a day?

use chrono::NaiveDate;
use domain::AppointmentId;
use domain::appointment::AppointmentStatus;
use projections::day_sheet::{DaySheet, DaySheetQuery, DaySheetRow, rows};

use super::attended::{ARRIVED, COMPLETED, IN_PROGRESS, NO_SHOW};
use super::fixture::{History, appointment, at, clinic, doctor, patient, slot};
use super::story::{ARUN, ASHA, BERLIN, HOLDS_END, MEERA, PUNE, RAVI, today, told};

async fn kept() -> History {
    let history = told().await;
    history.project(&DaySheet::new(&history.sealing)).await;
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

async fn found(history: &History, query: DaySheetQuery) -> Vec<AppointmentId> {
    let rows = rows(&history.pool, &history.sealing, &query).await.unwrap();
    rows.into_iter().map(|row| row.appointment).collect()
}

#[tokio::test]
async fn a_visit_is_shown_with_the_patients_name_and_reason() {
    let history = kept().await;
    let sheet = rows(&history.pool, &history.sealing, &meera_on("2026-03-08"))
        .await
        .unwrap();
    let ravi = DaySheetRow {
        appointment: appointment(6),
        clinic: clinic(BERLIN),
        slot: slot("2026-03-08T01:00:00Z", "2026-03-08T02:00:00Z"),
        patient: patient(RAVI),
        patient_name: Some("Ravi Iyer".parse().unwrap()),
        reason: Some("complaint 6".parse().unwrap()),
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
    let sheet = rows(&history.pool, &history.sealing, &meera_on("2026-03-02"))
        .await
        .unwrap();
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
    let sheet = rows(&history.pool, &history.sealing, &all).await.unwrap();
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
    let history = told().await;
    history
        .project_without(&DaySheet::new(&history.sealing), patient(ASHA).as_uuid())
        .await;
    let sheet = rows(&history.pool, &history.sealing, &meera_on("2026-03-09"))
        .await
        .unwrap();
    assert_eq!(sheet.len(), 2);
    assert!(sheet.iter().all(|row| row.patient == patient(ASHA)));
    assert!(
        sheet
            .iter()
            .all(|row| row.patient_name.is_none() && row.reason.is_none())
    );
}
