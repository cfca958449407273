//! Tests of passwords that are set, renewed, changed and removed.

use event_store::Sealing;
use uuid::Uuid;

use super::{super::test_database::TestDatabase, *};

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn now() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

/// A store in which account 1 has the password `first`.
async fn store() -> PgCredentialStore {
    let pool = TestDatabase::create().await;
    let outbox = PgMailOutbox::new(pool.clone(), Sealing::off());
    let store = PgCredentialStore::new(pool, outbox);
    store
        .create(account(1), &hash("first"), now())
        .await
        .unwrap();
    store
}

async fn found(store: &PgCredentialStore, account: AccountId) -> Option<(String, i32)> {
    let credential = store.find(account).await.unwrap()?;
    Some((credential.hash.expose().to_owned(), credential.generation))
}

fn change(generation: i32) -> PasswordChange {
    PasswordChange {
        account: account(1),
        generation,
        hash: hash("changed"),
        session: SessionId(Uuid::from_u128(1)),
        notice: None,
        at: now(),
    }
}

#[tokio::test]
async fn an_account_has_its_own_password_and_no_other() {
    let store = store().await;
    store
        .create(account(1), &hash("again"), now())
        .await
        .unwrap();
    assert_eq!(
        found(&store, account(1)).await,
        Some(("first".to_owned(), 1))
    );
    assert_eq!(found(&store, account(2)).await, None);
    store.remove(account(1)).await.unwrap();
    assert_eq!(found(&store, account(1)).await, None);
}

#[tokio::test]
async fn a_renewed_hash_of_the_old_password_does_not_undo_a_change() {
    let store = store().await;
    store.rehash(account(1), 1, &hash("renewed")).await.unwrap();
    assert_eq!(
        found(&store, account(1)).await,
        Some(("renewed".to_owned(), 1))
    );
    assert!(store.change(change(1)).await.unwrap().is_some());
    store.rehash(account(1), 1, &hash("old")).await.unwrap();
    assert_eq!(
        found(&store, account(1)).await,
        Some(("changed".to_owned(), 2))
    );
}

#[tokio::test]
async fn of_two_changes_from_one_password_one_is_made() {
    let store = store().await;
    let (one, other) = tokio::join!(store.change(change(1)), store.change(change(1)));
    let made = [one.unwrap(), other.unwrap()];
    assert_eq!(made.iter().filter(|ended| ended.is_some()).count(), 1);
}

#[tokio::test]
async fn the_password_of_an_unfinished_registration_is_removed_after_a_day() {
    let store = store().await;
    store
        .create(account(2), &hash("registered"), now())
        .await
        .unwrap();
    sqlx::query(
        "
        insert into events (
          epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata
        )
        values (1, 'account', $1, 1, 'account.registered', '1', '{}', '{}')
        ",
    )
    .bind(account(2).to_string())
    .execute(&store.pool)
    .await
    .unwrap();
    let day = now() + TimeDelta::days(1);
    let before = day - TimeDelta::microseconds(1);
    assert_eq!(store.prune(before).await.unwrap(), 0);
    assert_eq!(store.prune(day).await.unwrap(), 1);
    assert_eq!(found(&store, account(1)).await, None);
    assert!(found(&store, account(2)).await.is_some());
}
