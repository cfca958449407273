//! Events of old versions are read in their current version; unknown ones are faults that name them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use event_store::{
    ClaimRules, Daemon, DaemonOptions, EventStore, LoadError, RecordedEvent, Sealing, Snapshots,
    StoreOptions, Subscriber, SubscriberError, Upcasters,
};
use serde_json::json;
use sqlx::PgConnection;
use tests::database::Database;

use super::confidence::{Confided, Confidence};
use super::fixture::id;
use super::sealed_log::{FIRST, eventually, masters};

/// In version 0 a secret was called a whisper, and was plain text.
struct WhisperToSecret;

impl EventUpcaster for WhisperToSecret {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        (event_type, event_version) == ("confidence.whispered", "0")
    }

    fn upcast(&self, event: SerializedEvent) -> SerializedEvent {
        let subject = event.payload["subject"].clone();
        let secret = event.payload["whisper"].clone();
        SerializedEvent {
            event_type: "confidence.confided".to_owned(),
            event_version: "1".to_owned(),
            payload: json!({"type": "Secret", "subject": subject, "phi": {"secret": secret}}),
            ..event
        }
    }
}

async fn log(upcasters: Upcasters) -> (Database, EventStore) {
    let database = Database::create().await.unwrap();
    let pool = database.pool(8).await.unwrap();
    let options = StoreOptions {
        claim_rules: ClaimRules::none(),
        shared_dependencies: &[],
        sealing: Sealing::open(pool.clone(), masters(&[FIRST]))
            .await
            .unwrap(),
        upcasters,
        snapshots: Snapshots::none(),
    };
    let store = EventStore::open_with(pool, options).await.unwrap();
    (database, store)
}

async fn stored(store: &EventStore, event_type: &str, version: &str, payload: serde_json::Value) {
    sqlx::query(
        "insert into events
           (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         values (1, 'confidence', $1, 1, $2, $3, $4, '{}')",
    )
    .bind(id(1).to_string())
    .bind(event_type)
    .bind(version)
    .bind(payload)
    .execute(store.pool())
    .await
    .unwrap();
}

/// Decodes and stores all events of both types.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Confided>>>);

#[async_trait]
impl Subscriber for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["confidence.confided", "confidence.whispered"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        _: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        for event in events {
            let decoded = event
                .decode()
                .map_err(|error| SubscriberError::unreadable(event, error))?;
            self.0.lock().unwrap().push(decoded);
        }
        Ok(())
    }
}

#[tokio::test]
async fn an_old_event_is_loaded_and_applied_in_its_current_version() {
    let (_database, store) = log(Upcasters::new(vec![Box::new(WhisperToSecret)])).await;
    let whisper = json!({"type": "Whispered", "subject": id(7), "whisper": "old"});
    stored(&store, "confidence.whispered", "0", whisper).await;
    let loaded = store.load::<Confidence>(&id(1).to_string()).await.unwrap();
    assert_eq!(loaded.aggregate().secrets, [Some("old".to_owned())]);

    let listener = Listener::default();
    let subscriber = Arc::new(listener.clone());
    let daemon = Daemon::start(&store, vec![subscriber], DaemonOptions::default());
    eventually(async || !listener.0.lock().unwrap().is_empty()).await;
    daemon.stop().await;
    assert_eq!(*listener.0.lock().unwrap(), [Confided::secret(7, "old")]);
}

async fn fault_of(event_type: &str, version: &str, payload: serde_json::Value) -> String {
    let (_database, store) = log(Upcasters::none()).await;
    stored(&store, event_type, version, payload).await;
    let error = store
        .load::<Confidence>(&id(1).to_string())
        .await
        .unwrap_err();
    let named = error.to_string();
    assert!(named.contains("event 1 of confidence"), "{named}");
    assert!(named.contains(event_type), "{named}");
    match error {
        LoadError::Unreadable { source, .. } => source.to_string(),
        other => panic!("expected an unreadable event, got {other:?}"),
    }
}

#[tokio::test]
async fn an_event_of_an_unknown_type_is_a_fault_that_names_it() {
    let fault = fault_of("confidence.shouted", "1", json!({"type": "Shouted"})).await;
    assert!(fault.starts_with("unknown variant, expected"), "{fault}");
}

#[tokio::test]
async fn an_event_of_an_unknown_version_is_a_fault_that_names_it() {
    let fault = fault_of("confidence.kept", "2", json!({"type": "Kept"})).await;
    assert!(fault.contains("version 2 is unknown"), "{fault}");
}

#[tokio::test]
async fn a_payload_that_does_not_match_its_type_is_a_fault() {
    let fault = fault_of("confidence.confided", "1", json!({"type": "Kept"})).await;
    assert!(
        fault.contains("the payload is a confidence.kept"),
        "{fault}"
    );
    let fault = fault_of("confidence.confided", "1", json!({"type": "Secret"})).await;
    assert!(fault.contains("missing field"), "{fault}");
}
