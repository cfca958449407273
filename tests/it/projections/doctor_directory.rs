//! List of doctors.

use domain::{Affiliation, DoctorId, SlotLength};
use projections::doctor_directory::{DoctorDirectory, DoctorSearch, get, list};

use super::dates::april_at_pune;
use super::fixture::{History, clinic, doctor};
use super::scenario::{ARUN, BERLIN, MEERA, PUNE, ZOYA, inr, monday_morning, recorded};

async fn listed() -> History {
    let history = recorded().await;
    history
        .project(&history.projector::<DoctorDirectory>())
        .await;
    history
}

fn everyone() -> DoctorSearch {
    DoctorSearch {
        limit: 10,
        ..DoctorSearch::default()
    }
}

async fn found(history: &History, search: DoctorSearch) -> Vec<DoctorId> {
    let rows = list(&history.pool, &search).await.unwrap();
    let rows = history.open(rows).await;
    rows.into_iter().map(|row| row.doctor).collect()
}

#[tokio::test]
async fn a_doctor_is_shown_with_every_clinic_and_its_terms() {
    let history = listed().await;
    let meera = history.one(get(&history.pool, doctor(MEERA)).await).await;
    assert_eq!(meera.name().unwrap().as_str(), "Meera Nair");
    assert_eq!(
        meera.specialisations,
        [("cardiology".parse().unwrap())].into()
    );
    assert_eq!(
        meera.languages,
        ["en".parse().unwrap(), "hi".parse().unwrap()].into()
    );
    assert!(meera.verified);
    assert_eq!(meera.version, 13);
    assert_eq!(meera.affiliations.len(), 2);
    let at_pune = Affiliation {
        fee: inr(60_000),
        slot_length: SlotLength::new(30).unwrap(),
        zone: "Asia/Kolkata".parse().unwrap(),
        hours: monday_morning(),
        dated_hours: april_at_pune(),
    };
    assert_eq!(meera.affiliations[&clinic(PUNE)], at_pune);
}

#[tokio::test]
async fn a_doctor_whom_nobody_registered_is_not_found() {
    let history = listed().await;
    assert_eq!(get(&history.pool, doctor(9)).await.unwrap(), None);
}

#[tokio::test]
async fn doctors_are_listed_in_the_order_of_their_registration() {
    let history = listed().await;
    let all = found(&history, everyone()).await;
    assert_eq!(all, [doctor(MEERA), doctor(ARUN), doctor(ZOYA)]);
}

#[tokio::test]
async fn a_list_of_doctors_goes_on_behind_the_last_one() {
    let history = listed().await;
    let mut search = DoctorSearch {
        limit: 1,
        ..everyone()
    };
    let mut pages = Vec::new();
    while let Some(last) = found(&history, search.clone()).await.pop() {
        pages.push(last);
        search.after = Some(last);
    }
    assert_eq!(pages, [doctor(MEERA), doctor(ARUN), doctor(ZOYA)]);
}

#[tokio::test]
async fn a_list_shows_the_terms_of_each_doctor() {
    let history = listed().await;
    let rows = list(&history.pool, &everyone()).await.unwrap();
    let rows = history.open(rows).await;
    let clinics: Vec<_> = rows.iter().map(|row| row.affiliations.len()).collect();
    assert_eq!(clinics, [2, 1, 0]);
    let meera = history.one(get(&history.pool, doctor(MEERA)).await).await;
    assert_eq!(rows[0], meera);
}

#[tokio::test]
async fn each_filter_leaves_the_doctors_that_it_names() {
    let history = listed().await;
    let at_berlin = DoctorSearch {
        clinic: Some(clinic(BERLIN)),
        ..everyone()
    };
    let cardiology = Some("cardiology".parse().unwrap());
    let cardiologists = DoctorSearch {
        specialisation: cardiology,
        ..everyone()
    };
    let in_bengali = DoctorSearch {
        language: Some("bn".parse().unwrap()),
        ..everyone()
    };
    let verified = DoctorSearch {
        bookable_only: true,
        ..everyone()
    };
    assert_eq!(
        found(&history, at_berlin.clone()).await,
        [doctor(MEERA), doctor(ARUN)]
    );
    assert_eq!(
        found(&history, cardiologists.clone()).await,
        [doctor(MEERA), doctor(ZOYA)]
    );
    assert_eq!(found(&history, in_bengali).await, [doctor(ARUN)]);
    assert_eq!(
        found(&history, verified).await,
        [doctor(MEERA), doctor(ZOYA)]
    );
    let both = DoctorSearch {
        clinic: at_berlin.clinic,
        ..cardiologists
    };
    assert_eq!(found(&history, both).await, [doctor(MEERA)]);
}

#[tokio::test]
async fn an_erased_doctor_keeps_the_place_and_loses_the_name() {
    let history = listed().await;
    history.sealing.erase(doctor(ARUN).as_uuid()).await.unwrap();
    let rows = list(&history.pool, &everyone()).await.unwrap();
    let rows = history.open(rows).await;
    let doctors: Vec<_> = rows.iter().map(|row| row.doctor).collect();
    assert_eq!(doctors, [doctor(MEERA), doctor(ARUN), doctor(ZOYA)]);
    assert_eq!(rows[1].name(), None);
    assert!(rows[0].name().is_some());
}
