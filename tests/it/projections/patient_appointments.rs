//! Appointments of patients.

use chrono::TimeDelta;
use domain::AppointmentId;
use domain::appointment::{AppointmentStatus, CancelledBy, ConfirmationGrounds};
use projections::TimeCursor;
use projections::patient_appointments::{
    AppointmentSearch, PatientAppointment, PatientAppointments, get, list,
};

use super::attended::{ARRIVED, COMPLETED, IN_PROGRESS, NO_SHOW};
use super::fixture::{History, appointment, at, clinic, doctor, patient, slot};
use super::scenario::{ASHA, BERLIN, HOLDS_END, MEERA, PUNE, RAVI, inr, recorded, today};

async fn kept() -> History {
    let history = recorded().await;
    history
        .project(&history.projector::<PatientAppointments>())
        .await;
    history
}

fn all_of_asha() -> AppointmentSearch {
    AppointmentSearch {
        patient: patient(ASHA),
        clinics: None,
        doctor: None,
        from: None,
        to: None,
        status: None,
        now: today(),
        after: None,
        limit: 10,
    }
}

async fn found(history: &History, search: AppointmentSearch) -> Vec<AppointmentId> {
    let rows = list(&history.pool, &search).await.unwrap();
    let rows = history.open(rows).await;
    rows.into_iter().map(|row| row.appointment).collect()
}

async fn one(history: &History, number: u128) -> PatientAppointment {
    let row = get(&history.pool, appointment(number)).await;
    history.one(row).await
}

#[tokio::test]
async fn an_appointment_is_shown_as_it_was_agreed() {
    let history = kept().await;
    let booked = one(&history, 1).await;
    assert_eq!(booked.patient, patient(ASHA));
    assert_eq!(booked.doctor, doctor(MEERA));
    assert_eq!(booked.clinic, clinic(PUNE));
    assert_eq!(
        booked.slot,
        slot("2026-03-09T03:30:00Z", "2026-03-09T04:00:00Z")
    );
    assert_eq!(booked.fee, inr(60_000));
    assert_eq!(booked.hold_until, at(HOLDS_END));
    assert_eq!(booked.booked_at, today());
    assert_eq!(booked.reason().unwrap().as_str(), "complaint 1");
    assert_eq!(
        (booked.status, booked.version),
        (AppointmentStatus::Booked, 1)
    );
    assert_eq!((booked.grounds, booked.cancelled_by), (None, None));
    assert_eq!(get(&history.pool, appointment(99)).await.unwrap(), None);
}

#[tokio::test]
async fn each_ending_is_shown_with_what_led_to_it() {
    let history = kept().await;
    let confirmed = one(&history, 2).await;
    assert_eq!(confirmed.status, AppointmentStatus::Confirmed);
    assert_eq!(confirmed.grounds, Some(ConfirmationGrounds::StaffOverride));
    let cancelled = one(&history, 3).await;
    assert_eq!(cancelled.status, AppointmentStatus::Cancelled);
    assert_eq!(cancelled.cancelled_by, Some(CancelledBy::Doctor));
    assert_eq!(one(&history, 4).await.status, AppointmentStatus::Expired);
    let free = one(&history, 5).await;
    assert_eq!(free.clinic, clinic(BERLIN));
    assert_eq!(free.status, AppointmentStatus::Confirmed);
    assert_eq!(free.grounds, Some(ConfirmationGrounds::NoFee));
    assert_eq!(free.version, 2);
}

#[tokio::test]
async fn the_day_of_a_visit_is_followed() {
    let history = kept().await;
    for (number, status, version) in [
        (ARRIVED, AppointmentStatus::Arrived, 3),
        (IN_PROGRESS, AppointmentStatus::InProgress, 4),
        (COMPLETED, AppointmentStatus::Completed, 5),
        (NO_SHOW, AppointmentStatus::NoShow, 4),
    ] {
        let visit = one(&history, number).await;
        assert_eq!((visit.status, visit.version), (status, version));
        let ravis = AppointmentSearch {
            patient: patient(RAVI),
            status: Some(status),
            ..all_of_asha()
        };
        assert_eq!(found(&history, ravis).await, [appointment(number)]);
    }
}

#[tokio::test]
async fn a_patient_sees_the_latest_slot_first_and_nobody_elses() {
    let history = kept().await;
    let asha = found(&history, all_of_asha()).await;
    assert_eq!(asha, [5, 4, 3, 2, 1].map(appointment));
    let ravi = AppointmentSearch {
        patient: patient(RAVI),
        ..all_of_asha()
    };
    assert_eq!(
        found(&history, ravi).await,
        [6, 10, 9, 8, 7].map(appointment)
    );
}

#[tokio::test]
async fn a_list_of_appointments_goes_on_behind_the_last_one() {
    let history = kept().await;
    let mut search = AppointmentSearch {
        limit: 2,
        ..all_of_asha()
    };
    let mut pages = Vec::new();
    loop {
        let page = list(&history.pool, &search).await.unwrap();
        let page = history.open(page).await;
        let Some(last) = page.last() else { break };
        search.after = Some(TimeCursor {
            at: last.slot.start(),
            id: last.appointment.as_uuid(),
        });
        pages.extend(page.into_iter().map(|row| row.appointment));
    }
    assert_eq!(pages, [5, 4, 3, 2, 1].map(appointment));
}

#[tokio::test]
async fn a_stretch_of_time_includes_its_start_and_not_its_end() {
    let history = kept().await;
    let search = AppointmentSearch {
        from: Some(at("2026-03-09T04:00:00Z")),
        to: Some(at("2026-03-09T05:00:00Z")),
        ..all_of_asha()
    };
    assert_eq!(
        found(&history, search.clone()).await,
        [3, 2].map(appointment)
    );
    let behind = |number, start| AppointmentSearch {
        after: Some(TimeCursor {
            at: at(start),
            id: appointment(number).as_uuid(),
        }),
        ..search.clone()
    };
    let inside = behind(3, "2026-03-09T04:30:00Z");
    assert_eq!(found(&history, inside).await, [appointment(2)]);
    let later = behind(5, "2026-03-09T09:00:00Z");
    assert_eq!(found(&history, later).await, [3, 2].map(appointment));
}

#[tokio::test]
async fn a_hold_counts_as_booked_until_its_hour_and_as_expired_from_then_on() {
    let history = kept().await;
    let booked = |now| AppointmentSearch {
        status: Some(AppointmentStatus::Booked),
        now,
        ..all_of_asha()
    };
    let hour = at(HOLDS_END);
    let just_before = hour - TimeDelta::microseconds(1);
    assert_eq!(found(&history, booked(just_before)).await, [appointment(1)]);
    assert_eq!(found(&history, booked(hour)).await, []);
    let expired = AppointmentSearch {
        status: Some(AppointmentStatus::Expired),
        ..booked(hour)
    };
    assert_eq!(found(&history, expired).await, [4, 1].map(appointment));
    let row = one(&history, 1).await;
    assert_eq!(row.status_at(just_before), AppointmentStatus::Booked);
    assert_eq!(row.status_at(hour), AppointmentStatus::Expired);
}

#[tokio::test]
async fn the_appointments_of_an_erased_patient_are_shown_without_a_reason() {
    let history = recorded().await;
    history
        .project_without(
            &history.projector::<PatientAppointments>(),
            patient(ASHA).as_uuid(),
        )
        .await;
    assert_eq!(one(&history, 1).await.reason(), None);
    assert!(one(&history, 2).await.phi.is_erased());
    assert!(one(&history, 6).await.reason().is_some());
}
