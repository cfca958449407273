//! What tells of a person is sealed, and gone once the person is erased.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use event_store::{
    Daemon, DaemonOptions, EventStore, LoadError, MasterKeys, OpenSealingError, RecordedEvent,
    RotateError, SealFault, Sealing, Subscriber, SubscriberError,
};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use tests::database::Database;
use tokio::task::JoinSet;

use super::confidence::{Confided, Confidence, confide, confide_to, guards};
use super::fixture::{id, metadata};

const FIRST: &str = "1:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";
const SECOND: &str = "2:b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";
const OTHER_FIRST: &str = "1:c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3";

fn masters(keys: &[&str]) -> MasterKeys {
    MasterKeys::parse(&keys.join(",")).unwrap()
}

struct Log {
    store: EventStore,
    pool: PgPool,
    database: Database,
}

/// Another process, as far as the database can tell.
async fn process(database: &Database, keys: &[&str]) -> EventStore {
    let pool = database.pool(8).await.unwrap();
    let sealing = Sealing::open(pool.clone(), masters(keys)).await.unwrap();
    EventStore::open(pool, guards(), sealing).await.unwrap()
}

async fn log() -> Log {
    let database = Database::create().await.unwrap();
    let store = process(&database, &[FIRST]).await;
    Log {
        pool: store.pool().clone(),
        store,
        database,
    }
}

impl Log {
    async fn sealing(&self, keys: &[&str]) -> Result<Sealing, OpenSealingError> {
        Sealing::open(self.pool.clone(), masters(keys)).await
    }

    async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Does what no program may: rewrites an event.
    async fn tamper(&self, sql: &str) {
        let sql = format!(
            "alter table events disable trigger all; {sql}; alter table events enable trigger all"
        );
        sqlx::raw_sql(&sql).execute(&self.pool).await.unwrap();
    }
}

async fn secrets(store: &EventStore, confidence: u128) -> Vec<Option<String>> {
    let loaded = store.load::<Confidence>(&id(confidence).to_string()).await;
    loaded.unwrap().aggregate().secrets.clone()
}

async fn fault(store: &EventStore, confidence: u128) -> (String, SealFault) {
    let loaded = store
        .load_fresh::<Confidence>(&id(confidence).to_string())
        .await;
    match loaded.unwrap_err() {
        LoadError::Seal(event_store::SealError::Fault { place, fault }) => (place, fault),
        other => panic!("expected a fault of the seal, got {other:?}"),
    }
}

fn said(text: &str) -> Vec<Option<String>> {
    vec![Some(text.to_owned())]
}

async fn eventually(mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came to pass");
}

/// Keeps what it was told.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Value>>>);

#[async_trait]
impl Subscriber for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["confidence.confided"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        _: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let told = events.iter().map(|event| event.payload["phi"].clone());
        self.0.lock().unwrap().extend(told);
        Ok(())
    }
}

impl Listener {
    fn told(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }

    /// Follows the log from where the name stands until it was told so many events.
    async fn follow(store: &EventStore, events: usize) -> Vec<Value> {
        let listener = Self::default();
        let subscriber = Arc::new(listener.clone());
        let daemon = Daemon::start(store, vec![subscriber], DaemonOptions::default());
        eventually(async || listener.told().len() >= events).await;
        daemon.stop().await;
        listener.told()
    }
}

#[tokio::test]
async fn a_secret_is_stored_sealed_and_read_in_clear() {
    let log = log().await;
    confide(&log.store, 1, 7, "xanthelasma").await.unwrap();
    let stored: String = sqlx::query_scalar("select payload::text from events")
        .fetch_one(&log.pool)
        .await
        .unwrap();
    assert!(!stored.contains("xanthelasma"), "{stored}");
    assert_eq!(secrets(&log.store, 1).await, said("xanthelasma"));
    let other = process(&log.database, &[FIRST]).await;
    assert_eq!(secrets(&other, 1).await, said("xanthelasma"));
    let told = Listener::follow(&log.store, 1).await;
    assert_eq!(told[0]["secret"], "xanthelasma");
}

#[tokio::test]
async fn what_is_unique_is_decided_on_the_clear_event() {
    let log = log().await;
    confide(&log.store, 1, 7, "@same").await.unwrap();
    let again = confide(&log.store, 2, 8, "@same").await;
    assert!(
        matches!(again, Err(event_store::AppendError::Refused { ref constraint }) if constraint == "account_login_unique"),
        "{again:?}"
    );
}

#[tokio::test]
async fn an_erased_person_is_gone_from_loads_replays_and_other_processes() {
    let log = log().await;
    let other = process(&log.database, &[FIRST]).await;
    confide(&log.store, 1, 7, "@told by seven").await.unwrap();
    confide(&log.store, 2, 8, "told by eight").await.unwrap();
    for store in [&log.store, &other] {
        assert_eq!(secrets(store, 1).await, said("@told by seven"));
    }
    let erased = log.store.sealing().erase(id(7)).await.unwrap();
    assert_eq!(erased.names, 1, "the name was given back");
    assert_eq!(secrets(&log.store, 1).await, [None]);
    // The other process has state and key in its caches, and is not started anew.
    eventually(async || secrets(&other, 1).await == [None]).await;
    for store in [&log.store, &other] {
        assert_eq!(secrets(store, 2).await, said("told by eight"));
    }
    let told = Listener::follow(&other, 2).await;
    assert_eq!(told[0], Value::Null);
    assert_eq!(told[1]["secret"], "told by eight");
    sqlx::raw_sql("delete from subscription_checkpoints")
        .execute(&log.pool)
        .await
        .unwrap();
    let replayed = Listener::follow(&log.store, 2).await;
    assert_eq!(replayed, told);
}

#[tokio::test]
async fn an_append_about_an_erased_person_keeps_the_fact_and_not_the_secret() {
    let log = log().await;
    log.store.sealing().erase(id(7)).await.unwrap();
    confide(&log.store, 1, 7, "@too late").await.unwrap();
    assert_eq!(secrets(&log.store, 1).await, [None]);
    assert_eq!(
        log.count("select count(*) from events where payload -> 'phi' = 'null'")
            .await,
        1
    );
    assert_eq!(log.count("select count(*) from reservations").await, 0);
    assert_eq!(
        log.count("select count(*) from subject_keys where wrapped is not null")
            .await,
        0,
        "no key was made"
    );
}

#[tokio::test]
async fn erasing_twice_changes_nothing() {
    let log = log().await;
    confide(&log.store, 1, 7, "once").await.unwrap();
    let first = log.store.sealing().erase(id(7)).await.unwrap();
    let second = log.store.sealing().erase(id(7)).await.unwrap();
    assert_eq!((second.at, second.names), (first.at, 0));
}

/// Whoever comes first: in the end there is a tombstone, no key, and no name.
#[tokio::test(flavor = "multi_thread")]
async fn no_key_survives_a_race_with_an_erasure() {
    let log = log().await;
    let other = process(&log.database, &[FIRST]).await;
    for round in 0..30_u128 {
        let subject = 1_000 + round;
        let mut racers = JoinSet::new();
        for (writer, store) in [&log.store, &other].into_iter().enumerate() {
            let store = store.clone();
            let confidence = 10_000 + round * 2 + writer as u128;
            racers.spawn(async move {
                confide(&store, confidence, subject, &format!("@{confidence}"))
                    .await
                    .unwrap();
            });
        }
        let sealing = other.sealing().clone();
        racers.spawn(async move {
            sealing.erase(id(subject)).await.unwrap();
        });
        racers.join_all().await;
        for store in [&log.store, &other] {
            confide(store, 20_000 + round, subject, "after").await.ok();
        }
    }
    let keys = "select count(*) from subject_keys where erased_at is null";
    assert_eq!(log.count(keys).await, 0);
    let fresh = process(&log.database, &[FIRST]).await;
    for round in 0..30 {
        assert_eq!(secrets(&fresh, 10_000 + round * 2).await, [None]);
    }
    let left = "select count(*) from reservations";
    eventually(async || log.count(left).await == 0).await;
}

#[tokio::test]
async fn a_secret_opens_in_no_other_event() {
    let log = log().await;
    confide(&log.store, 1, 7, "one").await.unwrap();
    confide(&log.store, 1, 7, "two").await.unwrap();
    confide(&log.store, 2, 8, "three").await.unwrap();
    log.tamper(
        "update events e set payload = jsonb_set(e.payload, '{phi}', o.payload -> 'phi')
         from events o where e.aggregate_id = o.aggregate_id and e.sequence <> o.sequence",
    )
    .await;
    let (place, swapped) = fault(&log.store, 1).await;
    assert_eq!(swapped, SealFault::Altered);
    assert_eq!(
        place,
        format!("event 1 of confidence {} (confidence.confided)", id(1))
    );
    log.tamper(&format!(
        "update events set payload = jsonb_set(payload, '{{subject}}', '\"{}\"') where aggregate_id = '{}'",
        id(7),
        id(2)
    ))
    .await;
    assert_eq!(fault(&log.store, 2).await.1, SealFault::Altered);
}

#[tokio::test]
async fn what_was_put_into_the_log_by_others_is_a_fault_and_never_shown() {
    let log = log().await;
    confide(&log.store, 1, 7, "sealed").await.unwrap();
    let put = |phi: &str| {
        let sql = format!("update events set payload = jsonb_set(payload, '{{phi}}', '{phi}')");
        let log = &log;
        async move {
            log.tamper(&sql).await;
            fault(&log.store, 1).await.1
        }
    };
    assert_eq!(put(r#"{"secret": "clear"}"#).await, SealFault::Clear);
    assert_eq!(put(r#""bm90IHNlYWxlZA==""#).await, SealFault::NotAnEnvelope);
    assert_eq!(put(r#""not even base64""#).await, SealFault::NotAnEnvelope);
    let unknown = format!(
        "update events set payload = jsonb_set(payload, '{{subject}}', '\"{}\"')",
        id(99)
    );
    confide(&log.store, 2, 7, "other").await.unwrap();
    log.tamper(&unknown).await;
    assert_eq!(fault(&log.store, 2).await.1, SealFault::UnknownKey);
}

#[tokio::test]
async fn one_unreadable_event_stops_only_those_who_want_it() {
    let log = log().await;
    let other: Arc<Mutex<usize>> = Arc::default();
    let passing = Arc::new(Passing(other.clone()));
    let daemon = Daemon::start(&log.store, vec![passing], DaemonOptions::default());
    confide(&log.store, 1, 7, "first").await.unwrap();
    log.tamper("update events set payload = jsonb_set(payload, '{phi}', '\"spoilt\"')")
        .await;
    confide(&log.store, 2, 8, "second").await.unwrap();
    confide_to(&log.store, 3, vec![Confided::Kept])
        .await
        .unwrap();
    eventually(async || *other.lock().unwrap() == 1).await;
    daemon.stop().await;
}

/// Wants what holds no secret.
struct Passing(Arc<Mutex<usize>>);

#[async_trait]
impl Subscriber for Passing {
    fn name(&self) -> &'static str {
        "passing"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["confidence.kept"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        _: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        *self.0.lock().unwrap() += events.len();
        Ok(())
    }
}

#[tokio::test]
async fn the_wrong_master_key_is_told_at_start() {
    let log = log().await;
    let wrong = log.sealing(&[OTHER_FIRST]).await.unwrap_err();
    assert!(matches!(
        wrong,
        OpenSealingError::WrongMasterKey { epoch: 1 }
    ));
}

#[tokio::test]
async fn a_missing_master_key_is_told_at_start() {
    let log = log().await;
    confide(&log.store, 1, 7, "kept").await.unwrap();
    let missing = log.sealing(&[SECOND]).await.unwrap_err();
    assert!(matches!(
        missing,
        OpenSealingError::MissingMasterKey { epoch: 1 }
    ));
}

#[tokio::test]
async fn a_log_from_before_sealing_is_refused() {
    let database = Database::create().await.unwrap();
    let pool = database.pool(4).await.unwrap();
    let clear = EventStore::open(pool.clone(), guards(), Sealing::off())
        .await
        .unwrap();
    confide(&clear, 1, 7, "in clear").await.unwrap();
    let refused = Sealing::open(pool, masters(&[FIRST])).await.unwrap_err();
    assert!(matches!(refused, OpenSealingError::ClearLog));
    assert!(refused.to_string().contains("move the data folder away"));
}

async fn confide_many(log: &Log, persons: u128) {
    for person in 0..persons {
        confide(&log.store, 100 + person, 100 + person, &person.to_string())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_rotation_that_was_killed_goes_on_where_it_stopped() {
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
    assert_eq!(secrets(&store, 100).await, said("0"));
    assert_eq!(secrets(&store, 549).await, said("449"));
}

#[tokio::test]
async fn an_epoch_is_retired_only_when_nothing_is_left_under_it() {
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
async fn a_retired_master_key_is_refused_at_start_and_makes_no_key_any_more() {
    let log = log().await;
    let store = process(&log.database, &[FIRST, SECOND]).await;
    store.retire_epochs(|| metadata(9)).await.unwrap();
    let refused = log.sealing(&[FIRST, SECOND]).await.unwrap_err();
    assert!(matches!(
        refused,
        OpenSealingError::RetiredEpoch { epoch: 1 }
    ));
    // A node that was started before has only the first key, and still wraps by it.
    let late = confide(&log.store, 1, 7, "late").await;
    assert!(
        matches!(late, Err(event_store::AppendError::Seal(_))),
        "{late:?}"
    );
    assert_eq!(log.count("select count(*) from subject_keys").await, 0);
}

#[tokio::test]
async fn a_key_that_a_restore_brought_back_under_a_retired_epoch_is_a_fault() {
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

#[tokio::test]
async fn many_events_ask_for_their_keys_once() {
    let log = log().await;
    confide_many(&log, 40).await;
    let fresh = process(&log.database, &[FIRST]).await;
    let told = Listener::follow(&fresh, 40).await;
    assert_eq!(told.len(), 40);
    let said: Vec<_> = told
        .iter()
        .map(|phi| phi["secret"].as_str().unwrap())
        .collect();
    let expected: Vec<_> = (0..40).map(|person| person.to_string()).collect();
    assert_eq!(said, expected);
}

#[tokio::test]
async fn one_command_about_several_persons_seals_each_under_their_own_key() {
    let log = log().await;
    let both = |secret: &str, subject: u128| Confided::of(subject, secret);
    confide_to(&log.store, 1, vec![both("a", 7), both("b", 8)])
        .await
        .unwrap();
    log.store.sealing().erase(id(7)).await.unwrap();
    assert_eq!(secrets(&log.store, 1).await, [None, Some("b".to_owned())]);
}
