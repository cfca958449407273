//! Tests of sessions as their owners and admins end them.

use super::*;

#[tokio::test]
async fn no_session_is_opened_for_an_account_that_changed_after_it_was_checked() {
    let fixture = Fixture::new().await;
    fixture.append(1).await;
    assert!(fixture.store.open(new_session()).await.unwrap());
    fixture.append(2).await;
    let late = NewSession {
        session: session(3),
        token: token(30),
        ..new_session()
    };
    assert!(!fixture.store.open(late.clone()).await.unwrap());
    let changed = NewSession {
        account_version: 2,
        generation: 2,
        ..late.clone()
    };
    assert!(
        !fixture.store.open(changed).await.unwrap(),
        "another password"
    );
    let checked_again = NewSession {
        account_version: 2,
        ..late
    };
    assert!(fixture.store.open(checked_again).await.unwrap());
}

#[tokio::test]
async fn a_session_that_is_opened_while_the_account_ends_is_ended_as_well() {
    let fixture = Fixture::new().await;
    let mut opening = fixture.store.pool.begin().await.unwrap();
    sqlx::query("select from credentials for share")
        .execute(&mut *opening)
        .await
        .unwrap();
    let store = fixture.store.clone();
    let ending = tokio::task::JoinSet::from_iter([async move {
        store.revoke_account(account(), now()).await.unwrap();
    }]);
    let opened = "insert into sessions (session_id, account_id, opened_at, expires_at) values ($1, $2, $3, $4)";
    let opened = sqlx::query(opened)
        .bind(session(2).0)
        .bind(account().as_uuid());
    let opened = opened.bind(now()).bind(now() + TimeDelta::days(1));
    opened.execute(&mut *opening).await.unwrap();
    opening.commit().await.unwrap();
    ending.join_all().await;
    assert_eq!(fixture.revoked().await.len(), 2);
}

#[tokio::test]
async fn sessions_are_listed_by_last_use_and_ended_by_their_owner_only() {
    let fixture = Fixture::new().await;
    let named = NewSession {
        device: DeviceName::from_user_agent("curl/8.5.0"),
        at: now() + TimeDelta::seconds(1),
        ..new_session()
    };
    assert!(fixture.store.open(named).await.unwrap());
    let listed = async |account| -> Vec<_> {
        let sessions = fixture.store.list(account, now()).await.unwrap();
        sessions.into_iter().map(|one| one.session).collect()
    };
    assert_eq!(listed(account()).await, [session(2), session(1)]);
    let used = now() + TimeDelta::hours(1);
    fixture.rotate(1, 2, used).await;
    assert_eq!(listed(account()).await, [session(1), session(2)]);
    let sessions = fixture.store.list(account(), now()).await.unwrap();
    assert_eq!(sessions[0].last_used_at, used);
    assert_eq!(sessions[1].device.as_ref().unwrap().as_str(), "curl/8.5.0");
    let stranger = AccountId::from_uuid(Uuid::from_u128(8));
    assert_eq!(listed(stranger).await, []);
    let end = async |account, number| {
        let ended = fixture
            .store
            .revoke_own(account, session(number), now())
            .await;
        ended.unwrap()
    };
    assert!(!end(stranger, 1).await);
    assert!(end(account(), 1).await);
    assert!(!end(account(), 1).await, "it has ended");
    assert_eq!(listed(account()).await, [session(2)]);
    fixture.open(3, 30).await;
    let ended = fixture
        .store
        .revoke_others(account(), session(3), now())
        .await;
    assert_eq!(ended.unwrap(), [session(2)]);
    assert_eq!(
        fixture
            .store
            .list(account(), now() + TimeDelta::days(1))
            .await
            .unwrap(),
        []
    );
}
