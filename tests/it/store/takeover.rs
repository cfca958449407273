//! A node that hangs during a batch is replaced soon.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use event_store::{Daemon, DaemonOptions, RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;
use tokio::sync::Notify;

use super::fixture::{LettingEvent, log, open};

/// Longer than a takeover, and much shorter than the other timeouts of the database.
const PATIENCE: Duration = Duration::from_secs(12);

/// Counts the events that it gets, or hangs.
struct Counter {
    hangs: bool,
    took: AtomicUsize,
    taken: Notify,
}

impl Counter {
    fn new(hangs: bool) -> Arc<Self> {
        Arc::new(Self {
            hangs,
            took: AtomicUsize::new(0),
            taken: Notify::new(),
        })
    }
}

#[async_trait]
impl Subscriber for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["letting.stepped"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        sqlx::query("insert into counted select $1")
            .bind(i64::try_from(events.len()).unwrap())
            .execute(connection)
            .await?;
        self.took.fetch_add(events.len(), Ordering::SeqCst);
        self.taken.notify_one();
        if self.hangs {
            pending::<()>().await;
        }
        Ok(())
    }
}

/// The hanging node holds the checkpoint in an idle transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_batch_of_a_node_that_hangs_is_taken_over() {
    let log = log().await;
    sqlx::raw_sql("create table counted (n bigint)")
        .execute(&log.pool)
        .await
        .unwrap();
    let hanging = Counter::new(true);
    let stuck = Daemon::start(&log.store, vec![hanging.clone()], DaemonOptions::default());
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    hanging.taken.notified().await;

    let store = open(log.database.pool(5).await.unwrap()).await;
    let healthy = Counter::new(false);
    let daemon = Daemon::start(&store, vec![healthy.clone()], DaemonOptions::default());
    let taken_over = tokio::time::timeout(PATIENCE, healthy.taken.notified()).await;
    assert!(taken_over.is_ok(), "no node took the batch over");
    daemon.stop().await;
    assert_eq!(healthy.took.load(Ordering::SeqCst), 1);
    // The writes of the hanging node are rolled back with its session.
    assert_eq!(log.count("select count(*) from counted").await, 1);
    drop(stuck);
}
