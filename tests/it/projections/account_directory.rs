//! List of accounts.

use domain::account::Person;
use domain::{ClinicScope, Role};
use projections::account_directory::{AccountDirectory, get, list};

use super::fixture::{account, clinic, patient};
use super::scenario::{ASHA, PUNE, recorded};

#[tokio::test]
async fn an_account_is_shown_with_its_roles_clinics_and_person() {
    let history = recorded().await;
    history
        .project(&history.projector::<AccountDirectory>())
        .await;
    let asha = history.one(get(&history.pool, account(1)).await).await;
    assert_eq!(asha.email().unwrap().as_str(), "asha.rao@example.org");
    assert_eq!(asha.roles, [Role::Patient].into());
    assert_eq!(asha.clinics, ClinicScope::All);
    assert_eq!(asha.person, Person::Patient(patient(ASHA)));
    assert_eq!(asha.subject, patient(ASHA).subject());
    assert_eq!((asha.disabled, asha.version), (false, 2));
    let desk = history.one(get(&history.pool, account(2)).await).await;
    assert_eq!(desk.clinics, ClinicScope::Only([clinic(PUNE)].into()));
    assert_eq!(desk.person, Person::None);
    assert_eq!(get(&history.pool, account(9)).await.unwrap(), None);
}

#[tokio::test]
async fn an_account_that_was_shut_is_shown_as_shut_until_it_is_opened_again() {
    let history = recorded().await;
    history
        .project(&history.projector::<AccountDirectory>())
        .await;
    let desk = history.one(get(&history.pool, account(2)).await).await;
    assert_eq!((desk.disabled, desk.version), (true, 2));
    let admin = history.one(get(&history.pool, account(3)).await).await;
    assert_eq!((admin.disabled, admin.version), (false, 3));
    let erased = history.one(get(&history.pool, account(4)).await).await;
    assert_eq!((erased.disabled, erased.version), (true, 2));
}

#[tokio::test]
async fn accounts_are_listed_by_id_page_by_page() {
    let history = recorded().await;
    history
        .project(&history.projector::<AccountDirectory>())
        .await;
    let first = list(&history.pool, None, 2).await.unwrap();
    let second = list(&history.pool, Some(first[1].row().account), 2)
        .await
        .unwrap();
    let accounts: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|row| row.row().account)
        .collect();
    assert_eq!(accounts, [1, 2, 3, 4].map(account));
}

#[tokio::test]
async fn the_account_of_an_erased_patient_is_listed_without_an_address() {
    let history = recorded().await;
    history
        .project_without(
            &history.projector::<AccountDirectory>(),
            patient(ASHA).as_uuid(),
        )
        .await;
    let asha = history.one(get(&history.pool, account(1)).await).await;
    assert_eq!(asha.email(), None);
    let desk = history.one(get(&history.pool, account(2)).await).await;
    assert!(desk.email().is_some());
}
