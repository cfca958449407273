//! Metadata is read only for subscribers that want it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_store::{Daemon, DaemonOptions, RecordedEvent, Subscriber, SubscriberError};
use serde_json::Value;
use sqlx::PgConnection;

use super::fixture::{LettingEvent, id, log};
use super::sealed_log::eventually;

struct Reader {
    name: &'static str,
    wants_metadata: bool,
    seen: Arc<Mutex<Vec<Value>>>,
}

impl Reader {
    fn new(name: &'static str, wants_metadata: bool) -> Arc<Self> {
        let seen = Arc::default();
        Arc::new(Self {
            name,
            wants_metadata,
            seen,
        })
    }

    fn commands(&self) -> Vec<Value> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|it| it["commandId"].clone()).collect()
    }
}

#[async_trait]
impl Subscriber for Reader {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["letting.stepped"]
    }

    fn wants_metadata(&self) -> bool {
        self.wants_metadata
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        _: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let metadata = events.iter().map(|event| event.metadata.clone());
        self.seen.lock().unwrap().extend(metadata);
        Ok(())
    }
}

/// The first event is read from the log, the second one is shared by the horizon watcher.
#[tokio::test]
async fn metadata_is_read_for_subscribers_that_want_it() {
    let log = log().await;
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    let wants_metadata = Reader::new("wants_metadata", true);
    let daemon = Daemon::start(
        &log.store,
        vec![wants_metadata.clone()],
        DaemonOptions::default(),
    );
    eventually(async || wants_metadata.commands().len() == 1).await;
    log.append(2, vec![LettingEvent::Stepped]).await.unwrap();
    eventually(async || wants_metadata.commands().len() == 2).await;
    daemon.stop().await;
    let told = [1, 2].map(|command| Value::String(id(command).to_string()));
    assert_eq!(wants_metadata.commands(), told);

    let other = Reader::new("other", false);
    let daemon = Daemon::start(&log.store, vec![other.clone()], DaemonOptions::default());
    eventually(async || other.commands().len() == 2).await;
    log.append(3, vec![LettingEvent::Stepped]).await.unwrap();
    eventually(async || other.commands().len() == 3).await;
    daemon.stop().await;
    assert_eq!(
        *other.seen.lock().unwrap(),
        [Value::Null, Value::Null, Value::Null]
    );
}
