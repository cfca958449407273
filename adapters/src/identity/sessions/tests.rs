//! Tests of sessions under concurrent use.

mod owners;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use uuid::Uuid;

use commands::ports::SuccessorSalt;

use super::{super::test_database::TestDatabase, *};

fn now() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn token(number: u8) -> RefreshTokenHash {
    RefreshTokenHash([number; 32])
}

fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

fn account() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(7))
}

fn salt(number: u8) -> SuccessorSalt {
    SuccessorSalt([number; 32])
}

/// Session 1 continues with the token of that number.
fn rotated(successor: u8) -> Rotation {
    Rotation::Rotated {
        session: session(1),
        account: account(),
        salt: salt(successor),
    }
}

fn just_in_time() -> DateTime<Utc> {
    now() + REFRESH_GRACE - TimeDelta::microseconds(1)
}

fn too_late() -> DateTime<Utc> {
    now() + REFRESH_GRACE
}

fn reused() -> Rotation {
    Rotation::Reused {
        session: session(1),
    }
}

/// Session 2 with token 20.
fn new_session() -> NewSession {
    NewSession {
        account: account(),
        account_version: 1,
        generation: 1,
        device: None,
        session: session(2),
        token: token(20),
        at: now(),
        expires_at: now() + TimeDelta::days(1),
    }
}

struct Fixture {
    store: PgSessionStore,
}

impl Fixture {
    /// Session 1 with token 1, for one day.
    async fn new() -> Self {
        let fixture = Self {
            store: PgSessionStore::new(TestDatabase::create().await),
        };
        let password = "insert into credentials (account_id, password_hash, changed_at) values ($1, 'hash', $2)";
        let password = sqlx::query(password).bind(account().as_uuid()).bind(now());
        password.execute(&fixture.store.pool).await.unwrap();
        fixture.open(1, 1).await;
        fixture
    }

    async fn open(&self, number: u128, first_token: u8) {
        let expires_at = now() + TimeDelta::days(1);
        let new = NewSession {
            session: session(number),
            token: token(first_token),
            expires_at,
            ..new_session()
        };
        assert!(self.store.open(new).await.unwrap());
    }

    /// Appends an event to the account.
    async fn append(&self, sequence: i64) {
        sqlx::query(
            "
            insert into events (
              epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata
            )
            values (1, 'account', $1, $2, 'account.disabled', '1', '{}', '{}')
            ",
        )
        .bind(account().to_string())
        .bind(sequence)
        .execute(&self.store.pool)
        .await
        .unwrap();
    }

    /// Offers a successor whose salt has the same number.
    async fn rotate(&self, presented: u8, successor: u8, at: DateTime<Utc>) -> Rotation {
        let offered = Successor {
            salt: salt(successor),
            token: token(successor),
        };
        let rotated = self.store.rotate(token(presented), offered, at).await;
        rotated.unwrap()
    }

    async fn salts(&self) -> i64 {
        sqlx::query_scalar("select count(successor_salt) from refresh_tokens")
            .fetch_one(&self.store.pool)
            .await
            .unwrap()
    }

    async fn revoked(&self) -> Vec<SessionId> {
        self.store.revoked_since(now()).await.unwrap()
    }
}

#[tokio::test]
async fn each_token_is_good_for_one_successor() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.rotate(1, 2, now()).await, rotated(2));
    assert_eq!(fixture.rotate(2, 3, now()).await, rotated(3));
    assert_eq!(fixture.revoked().await, []);
}

#[tokio::test]
async fn a_token_that_comes_back_in_time_gets_the_successor_that_it_has() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.rotate(1, 2, now()).await, rotated(2));
    assert_eq!(fixture.rotate(1, 9, now()).await, rotated(2));
    assert_eq!(fixture.rotate(1, 8, just_in_time()).await, rotated(2));
    assert_eq!(
        fixture.rotate(9, 4, now()).await,
        Rotation::Refused,
        "what was offered in vain was never issued"
    );
    assert_eq!(fixture.rotate(2, 3, now()).await, rotated(3));
    assert_eq!(fixture.revoked().await, []);
}

#[tokio::test]
async fn the_time_for_coming_back_does_not_start_anew() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.rotate(1, 2, now()).await, rotated(2));
    assert_eq!(fixture.rotate(1, 9, just_in_time()).await, rotated(2));
    assert_eq!(fixture.rotate(1, 9, too_late()).await, reused());
}

#[tokio::test]
async fn a_token_that_comes_back_too_late_ends_its_whole_family() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.rotate(1, 2, now()).await, rotated(2));
    assert_eq!(fixture.rotate(1, 9, too_late()).await, reused());
    assert_eq!(
        fixture.rotate(2, 3, too_late()).await,
        Rotation::Refused,
        "the heir is out as well"
    );
    assert_eq!(
        fixture.rotate(1, 9, now()).await,
        Rotation::Refused,
        "once ended, it makes no difference when"
    );
    assert_eq!(fixture.revoked().await, [session(1)]);
}

#[tokio::test]
async fn a_token_whose_successor_was_used_may_not_come_back_even_in_time() {
    let fixture = Fixture::new().await;
    fixture.rotate(1, 2, now()).await;
    fixture.rotate(2, 3, now()).await;
    assert_eq!(fixture.rotate(1, 9, now()).await, reused());
    assert_eq!(fixture.rotate(3, 4, now()).await, Rotation::Refused);
}

#[tokio::test]
async fn a_token_whose_session_was_ended_does_not_come_back_even_in_time() {
    let fixture = Fixture::new().await;
    fixture.rotate(1, 2, now()).await;
    fixture.store.revoke(session(1), now()).await.unwrap();
    assert_eq!(fixture.rotate(1, 9, now()).await, Rotation::Refused);
}

#[tokio::test]
async fn salts_are_kept_no_longer_than_they_are_of_use() {
    let fixture = Fixture::new().await;
    fixture.rotate(1, 2, now()).await;
    fixture.rotate(2, 3, now()).await;
    assert_eq!(fixture.salts().await, 1, "the first successor was used");
    fixture.store.prune(just_in_time()).await.unwrap();
    assert_eq!(fixture.salts().await, 1);
    fixture.store.prune(too_late()).await.unwrap();
    assert_eq!(fixture.salts().await, 0);
}

#[tokio::test]
async fn an_unknown_token_is_refused_and_ends_nothing() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.rotate(8, 9, now()).await, Rotation::Refused);
    assert_eq!(fixture.rotate(1, 2, now()).await, rotated(2));
}

#[tokio::test]
async fn a_session_ends_on_time_however_often_it_was_refreshed() {
    let fixture = Fixture::new().await;
    let end = now() + TimeDelta::days(1);
    assert_eq!(
        fixture.rotate(1, 2, end - TimeDelta::microseconds(1)).await,
        rotated(2)
    );
    assert_eq!(fixture.rotate(2, 3, end).await, Rotation::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_with_one_token_get_one_successor() {
    let fixture = Fixture::new().await;
    let mut callers = JoinSet::new();
    for number in 2..34 {
        let store = fixture.store.clone();
        let offered = Successor {
            salt: salt(number),
            token: token(number),
        };
        callers.spawn(async move { store.rotate(token(1), offered, now()).await.unwrap() });
    }
    let rotations = callers.join_all().await;
    let Rotation::Rotated { salt: taken, .. } = rotations[0] else {
        panic!("{rotations:?}");
    };
    let winner = rotated(taken.0[0]);
    assert!(rotations.iter().all(|it| *it == winner), "{rotations:?}");
    assert_eq!(fixture.rotate(taken.0[0], 40, now()).await, rotated(40));
}

#[tokio::test]
async fn a_revoked_session_is_refused_and_told_to_the_nodes_once() {
    let fixture = Fixture::new().await;
    let later = now() + TimeDelta::seconds(2);
    fixture.store.revoke(session(1), now()).await.unwrap();
    fixture.store.revoke(session(1), later).await.unwrap();
    assert_eq!(fixture.rotate(1, 2, now()).await, Rotation::Refused);
    assert_eq!(fixture.revoked().await, [session(1)]);
    assert_eq!(
        fixture.store.revoked_since(later).await.unwrap(),
        [],
        "revoking again moved it"
    );
}

#[tokio::test]
async fn revoking_an_account_ends_all_its_sessions() {
    let fixture = Fixture::new().await;
    fixture.open(2, 20).await;
    fixture
        .store
        .revoke_account(account(), now())
        .await
        .unwrap();
    assert_eq!(fixture.revoked().await.len(), 2);
    assert_eq!(fixture.rotate(20, 21, now()).await, Rotation::Refused);
    let stranger = AccountId::from_uuid(Uuid::from_u128(8));
    fixture.open(3, 30).await;
    fixture.store.revoke_account(stranger, now()).await.unwrap();
    assert_eq!(
        fixture.revoked().await.len(),
        2,
        "a stranger's sessions are not ours to end"
    );
}

#[tokio::test]
async fn a_session_opened_twice_is_a_fault() {
    let fixture = Fixture::new().await;
    let again = NewSession {
        session: session(1),
        ..new_session()
    };
    assert!(fixture.store.open(again).await.is_err());
}

#[tokio::test]
async fn pruning_removes_what_has_expired_and_nothing_else() {
    let fixture = Fixture::new().await;
    fixture.rotate(1, 2, now()).await;
    let end = now() + TimeDelta::days(1);
    assert_eq!(fixture.store.prune(end).await.unwrap(), 0);
    assert_eq!(
        fixture
            .store
            .prune(end + TimeDelta::microseconds(1))
            .await
            .unwrap(),
        1
    );
    let left: i64 = sqlx::query_scalar("select count(*) from refresh_tokens")
        .fetch_one(&fixture.store.pool)
        .await
        .unwrap();
    assert_eq!(left, 0, "tokens outlive their session");
}

#[tokio::test]
async fn pruning_goes_on_past_one_batch() {
    let fixture = Fixture::new().await;
    sqlx::query(
        "
        insert into sessions (session_id, account_id, opened_at, expires_at)
        select gen_random_uuid(), gen_random_uuid(), $1 - interval '2 days', $1 - interval '1 day'
        from generate_series(1, 2500)
        ",
    )
    .bind(now())
    .execute(&fixture.store.pool)
    .await
    .unwrap();
    assert_eq!(fixture.store.prune(now()).await.unwrap(), 2_500);
}
