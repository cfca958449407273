//! Personal data is sealed, and lost once the person is erased.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_store::{
    AppendError, Daemon, DaemonOptions, EventStore, RecordedEvent, SealFault, Subscriber,
    SubscriberError,
};
use serde_json::Value;
use sqlx::PgConnection;
use tokio::task::JoinSet;

use super::confidence::{Confided, confide, confide_to};
use super::fixture::id;
use super::sealed_log::{
    FIRST, confide_many, eventually, fault, log, one_secret, process, secrets,
};

/// Stores the payloads that it gets.
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
    fn payloads(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }

    /// Follows the log from its checkpoint until it has got so many events.
    async fn follow(store: &EventStore, events: usize) -> Vec<Value> {
        let listener = Self::default();
        let subscriber = Arc::new(listener.clone());
        let daemon = Daemon::start(store, vec![subscriber], DaemonOptions::default());
        eventually(async || listener.payloads().len() >= events).await;
        daemon.stop().await;
        listener.payloads()
    }
}

#[tokio::test]
async fn a_secret_is_stored_sealed_and_read_in_clear_text() {
    let log = log().await;
    confide(&log.store, 1, 7, "xanthelasma").await.unwrap();
    let stored: String = sqlx::query_scalar("select payload::text from events")
        .fetch_one(&log.pool)
        .await
        .unwrap();
    assert!(!stored.contains("xanthelasma"), "{stored}");
    assert_eq!(secrets(&log.store, 1).await, one_secret("xanthelasma"));
    let other = process(&log.database, &[FIRST]).await;
    assert_eq!(secrets(&other, 1).await, one_secret("xanthelasma"));
    let told = Listener::follow(&log.store, 1).await;
    assert_eq!(told[0]["secret"], "xanthelasma");
}

#[tokio::test]
async fn reservations_are_computed_from_the_clear_event() {
    let log = log().await;
    confide(&log.store, 1, 7, "@same").await.unwrap();
    let again = confide(&log.store, 2, 8, "@same").await;
    assert!(
        matches!(again, Err(AppendError::Refused { ref constraint }) if constraint == "account_login_unique"),
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
        assert_eq!(secrets(store, 1).await, one_secret("@told by seven"));
    }
    let erased = log.store.sealing().erase(id(7)).await.unwrap();
    assert_eq!(erased.names, 1, "the name was given back");
    assert_eq!(secrets(&log.store, 1).await, [None]);
    // The other process has the key in its cache, and is not restarted.
    eventually(async || secrets(&other, 1).await == [None]).await;
    for store in [&log.store, &other] {
        assert_eq!(secrets(store, 2).await, one_secret("told by eight"));
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

#[tokio::test]
async fn a_fingerprint_identifies_a_key_until_it_is_destroyed() {
    let log = log().await;
    confide(&log.store, 1, 7, "told by seven").await.unwrap();
    confide(&log.store, 2, 8, "told by eight").await.unwrap();
    let other = process(&log.database, &[FIRST]).await;
    let of = async |store: &EventStore, subject| {
        let fingerprint = store.sealing().key_fingerprint(id(subject)).await;
        fingerprint.unwrap()
    };
    let seven = of(&log.store, 7).await.unwrap();
    assert_eq!(seven.len(), 32);
    assert_eq!(of(&other, 7).await, Some(seven.clone()));
    assert_ne!(of(&log.store, 8).await, Some(seven));
    assert_eq!(of(&log.store, 9).await, None);
    log.store.sealing().erase(id(7)).await.unwrap();
    assert_eq!(of(&log.store, 7).await, None);
}

/// In any order there is a tombstone in the end, and no key and no name.
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
async fn a_forged_event_is_a_fault_and_never_shown() {
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
async fn one_unreadable_event_stops_only_subscribers_that_want_it() {
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

/// Wants only events without secrets.
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
async fn events_of_many_persons_are_opened_in_order() {
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
async fn one_command_about_several_persons_seals_each_with_their_own_key() {
    let log = log().await;
    let both = |secret: &str, subject: u128| Confided::secret(subject, secret);
    confide_to(&log.store, 1, vec![both("a", 7), both("b", 8)])
        .await
        .unwrap();
    log.store.sealing().erase(id(7)).await.unwrap();
    assert_eq!(secrets(&log.store, 1).await, [None, Some("b".to_owned())]);
}
