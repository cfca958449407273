//! Cards of patients.

use domain::{BloodGroup, Gender, Illness};
use projections::patient_card::{PatientCards, get, patients_of_proxy};

use super::fixture::{account, patient};
use super::scenario::{ASHA, RAVI, recorded};

#[tokio::test]
async fn a_card_shows_who_the_patient_is_and_the_newest_contact() {
    let history = recorded().await;
    history.project(&history.projector::<PatientCards>()).await;
    let asha = history.one(get(&history.pool, patient(ASHA)).await).await;
    assert_eq!(asha.name().unwrap().as_str(), "Asha Rao");
    assert_eq!(
        asha.birth_date().unwrap().date(),
        "1990-05-17".parse().unwrap()
    );
    assert_eq!(asha.phone().unwrap().as_str(), "+919820000000");
    assert_eq!(asha.email(), None);
    assert_eq!(asha.proxies, [account(8)].into());
    assert_eq!(asha.version, 5);
}

#[tokio::test]
async fn a_profile_is_what_was_told_last_of_each_field() {
    let history = recorded().await;
    history.project(&history.projector::<PatientCards>()).await;
    let ravi = history.one(get(&history.pool, patient(RAVI)).await).await;
    assert_eq!(ravi.phone().unwrap().as_str(), "+919820000001");
    let profile = ravi.profile().unwrap();
    assert_eq!(
        (profile.gender, profile.blood_group),
        (None, Some(BloodGroup::BNegative))
    );
    let illnesses = profile.known_illnesses.as_ref().unwrap().as_slice();
    assert_eq!(illnesses, [Illness::parse("Asthma").unwrap()]);
    let percent = profile.completeness(ravi.phone().is_some()).percent();
    assert_eq!(percent, 50);
    // As of an earlier event, and of a person who was erased since.
    let events = history.events(&history.projector::<PatientCards>()).await;
    let of_ravi =
        |event: &&event_store::RecordedEvent| event.aggregate_id == patient(RAVI).to_string();
    let earlier: Vec<_> = events.iter().filter(of_ravi).take(3).cloned().collect();
    history.empty(&["patient_cards"]).await;
    history
        .apply(&history.projector::<PatientCards>(), &earlier)
        .await;
    let ravi = history.one(get(&history.pool, patient(RAVI)).await).await;
    let profile = ravi.profile().unwrap();
    assert_eq!(profile.gender, Some(Gender::Male));
    assert_eq!(profile.known_illnesses, None);
    history.empty(&["patient_cards"]).await;
    history
        .project_without(
            &history.projector::<PatientCards>(),
            patient(RAVI).as_uuid(),
        )
        .await;
    let ravi = history.one(get(&history.pool, patient(RAVI)).await).await;
    assert_eq!((ravi.profile(), ravi.phone()), (None, None));
}

#[tokio::test]
async fn a_patient_whom_nobody_registered_has_no_card() {
    let history = recorded().await;
    history.project(&history.projector::<PatientCards>()).await;
    assert_eq!(get(&history.pool, patient(9)).await.unwrap(), None);
}

#[tokio::test]
async fn an_account_acts_for_those_who_let_it_and_still_do() {
    let history = recorded().await;
    history.project(&history.projector::<PatientCards>()).await;
    let of_eight = patients_of_proxy(&history.pool, account(8)).await.unwrap();
    assert_eq!(of_eight, [patient(ASHA), patient(RAVI)]);
    let of_seven = patients_of_proxy(&history.pool, account(7)).await.unwrap();
    assert_eq!(of_seven, []);
}

#[tokio::test]
async fn the_card_of_an_erased_patient_says_only_that_there_was_one() {
    let history = recorded().await;
    history
        .project_without(
            &history.projector::<PatientCards>(),
            patient(ASHA).as_uuid(),
        )
        .await;
    let asha = history.one(get(&history.pool, patient(ASHA)).await).await;
    assert!(asha.phi.is_erased());
    assert_eq!((asha.name(), asha.birth_date()), (None, None));
    assert_eq!((asha.phone(), asha.email()), (None, None));
    assert_eq!(asha.proxies, [account(8)].into());
}

#[tokio::test]
async fn a_card_is_shown_to_nobody_before_it_is_opened() {
    let history = recorded().await;
    history.project(&history.projector::<PatientCards>()).await;
    let closed = get(&history.pool, patient(ASHA)).await.unwrap().unwrap();
    assert!(closed.row().phi.is_erased());
    assert_eq!(closed.row().proxies, [account(8)].into());
}

#[tokio::test]
async fn a_card_in_another_patients_row_does_not_open() {
    let history = recorded().await;
    history.project(&history.projector::<PatientCards>()).await;
    let swap = "update patient_cards c set phi = o.phi, subject = o.subject
                from patient_cards o where o.patient_id <> c.patient_id";
    sqlx::raw_sql(swap).execute(&history.pool).await.unwrap();
    let swapped = get(&history.pool, patient(ASHA)).await.unwrap().unwrap();
    let opened = swapped.open(&history.sealing).await.unwrap();
    assert!(opened.phi.is_unreadable());
    assert_eq!((opened.name(), opened.birth_date()), (None, None));
    assert_eq!((opened.phone(), opened.email()), (None, None));
}

#[tokio::test]
async fn a_card_does_not_show_the_patient_to_a_log() {
    let history = recorded().await;
    history.project(&history.projector::<PatientCards>()).await;
    let asha = history.one(get(&history.pool, patient(ASHA)).await).await;
    let shown = format!("{asha:?}");
    assert!(
        !shown.contains("Asha") && !shown.contains("9820"),
        "{shown}"
    );
}
