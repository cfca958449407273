//! Master keys: checked at start, rotated, retired.

use event_store::{AppendError, EventStore, OpenSealingError, RotateError, SealFault, Sealing};
use serde_json::Value;
use tests::database::Database;
use tokio::task::JoinSet;

use super::confidence::{claim_rules, confide};
use super::fixture::metadata;
use super::sealed_log::{
    FIRST, OTHER_FIRST, SECOND, confide_many, fault, log, masters, one_secret, process, secrets,
};

#[tokio::test]
async fn a_wrong_master_key_is_reported_at_start() {
    let log = log().await;
    let wrong = log.sealing(&[OTHER_FIRST]).await.unwrap_err();
    assert!(matches!(
        wrong,
        OpenSealingError::WrongMasterKey { epoch: 1 }
    ));
}

#[tokio::test]
async fn a_missing_master_key_is_reported_at_start() {
    let log = log().await;
    confide(&log.store, 1, 7, "kept").await.unwrap();
    let missing = log.sealing(&[SECOND]).await.unwrap_err();
    assert!(matches!(
        missing,
        OpenSealingError::MissingMasterKey { epoch: 1 }
    ));
}

#[tokio::test]
async fn a_log_with_clear_text_is_refused() {
    let database = Database::create().await.unwrap();
    let pool = database.pool(4).await.unwrap();
    let clear = EventStore::open(pool.clone(), claim_rules(), Sealing::off())
        .await
        .unwrap();
    confide(&clear, 1, 7, "in clear").await.unwrap();
    let refused = Sealing::open(pool, masters(&[FIRST])).await.unwrap_err();
    assert!(matches!(refused, OpenSealingError::ClearLog));
    assert!(refused.to_string().contains("move the data folder away"));
}

#[tokio::test]
async fn a_killed_rotation_continues_where_it_stopped() {
    let log = log().await;
    confide_many(&log, 450).await;
    let sealing = log.sealing(&[FIRST, SECOND]).await.unwrap();
    let mut killed = JoinSet::new();
    let (told, progress) = tokio::sync::oneshot::channel();
    let first = sealing.clone();
    killed.spawn(async move {
        let mut told = Some(told);
        let rotated = first.rotate(|done, _| {
            if done > 0
                && let Some(told) = told.take()
            {
                told.send(()).unwrap();
            }
        });
        rotated.await
    });
    progress.await.unwrap();
    killed.shutdown().await;
    let left = sealing.keys_to_rotate().await.unwrap();
    assert!((0..450).contains(&left), "some are done: {left} left");
    let mut last = (0, 0);
    sealing
        .rotate(|done, total| last = (done, total))
        .await
        .unwrap();
    let left = u64::try_from(left).unwrap();
    assert_eq!(last, (left, left));
    assert_eq!(sealing.keys_to_rotate().await.unwrap(), 0);
    let store = process(&log.database, &[SECOND]).await;
    assert_eq!(secrets(&store, 100).await, one_secret("0"));
    assert_eq!(secrets(&store, 549).await, one_secret("449"));
}

#[tokio::test]
async fn an_epoch_is_retired_only_when_no_key_is_left_under_it() {
    let log = log().await;
    confide(&log.store, 1, 7, "kept").await.unwrap();
    let store = process(&log.database, &[FIRST, SECOND]).await;
    let refused = store.retire_epochs(|| metadata(9)).await.unwrap_err();
    assert!(matches!(refused, RotateError::KeysLeft { keys: 1 }));
    store.sealing().rotate(|_, _| {}).await.unwrap();
    let retired = store.retire_epochs(|| metadata(9)).await.unwrap();
    assert_eq!(retired, [1]);
    let certificate: Value =
        sqlx::query_scalar("select payload from events where event_type = 'keyring.epoch_retired'")
            .fetch_one(&log.pool)
            .await
            .unwrap();
    assert_eq!(certificate["epoch"], 1);
    assert!(certificate["at"].is_string());
    let again = store.retire_epochs(|| metadata(9)).await.unwrap();
    assert_eq!(again, [0_i16; 0]);
    let status = store.sealing().status().await.unwrap();
    let epochs: Vec<_> = status
        .epochs
        .iter()
        .map(|epoch| (epoch.epoch, epoch.keys, epoch.retired_at.is_some()))
        .collect();
    assert_eq!(epochs, [(1, 0, true), (2, 1, false)]);
}

#[tokio::test]
async fn a_retired_master_key_is_refused_at_start_and_wraps_no_new_key() {
    let log = log().await;
    let store = process(&log.database, &[FIRST, SECOND]).await;
    store.retire_epochs(|| metadata(9)).await.unwrap();
    let refused = log.sealing(&[FIRST, SECOND]).await.unwrap_err();
    assert!(matches!(
        refused,
        OpenSealingError::RetiredEpoch { epoch: 1 }
    ));
    // A node that was started earlier has only the first key, and still wraps with it.
    let late = confide(&log.store, 1, 7, "late").await;
    assert!(matches!(late, Err(AppendError::Seal(_))), "{late:?}");
    assert_eq!(log.count("select count(*) from subject_keys").await, 0);
}

#[tokio::test]
async fn a_restored_key_of_a_retired_epoch_is_a_fault() {
    let log = log().await;
    confide(&log.store, 1, 7, "old").await.unwrap();
    let keep = "create table kept as select * from subject_keys";
    sqlx::raw_sql(keep).execute(&log.pool).await.unwrap();
    let store = process(&log.database, &[FIRST, SECOND]).await;
    store.sealing().rotate(|_, _| {}).await.unwrap();
    store.retire_epochs(|| metadata(9)).await.unwrap();
    let late = process(&log.database, &[SECOND]).await;
    let restore = "update subject_keys s set wrapped = k.wrapped, master_epoch = k.master_epoch
                   from kept k where k.subject = s.subject";
    sqlx::raw_sql(restore).execute(&log.pool).await.unwrap();
    assert_eq!(
        fault(&late, 1).await.1,
        SealFault::RetiredEpoch { epoch: 1 }
    );
}
