//! Tasks that panic are restarted, and their work continues.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use event_store::{
    Append, AppendError, Daemon, DaemonOptions, RecordedEvent, Subscriber, SubscriberError,
};
use futures::future::join_all;
use sqlx::PgConnection;
use tracing_subscriber::fmt::MakeWriter;

use super::fixture::{LettingEvent, id, log, metadata, open, stream};
use super::sealed_log::eventually;

/// A log writer that panics at the next lines that contain a text: a bug at that place.
#[derive(Clone)]
struct Trap {
    text: &'static str,
    left: Arc<AtomicU32>,
}

impl io::Write for Trap {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // The rest of a line that panicked may come before it.
        let text = String::from_utf8_lossy(line);
        if text
            .lines()
            .last()
            .is_some_and(|line| line.contains(self.text))
        {
            let armed = self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                });
            assert!(armed.is_err(), "a planted panic");
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Trap {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Runs commands whose writer panics so often, at log lines with this text.
async fn a_writer_panics(text: &'static str, times: u32, failing: usize) {
    let left = Arc::new(AtomicU32::new(0));
    let trap = Trap {
        text,
        left: left.clone(),
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(trap)
        .finish();
    let _guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let log = log().await;
    log.append(900, vec![LettingEvent::Stepped]).await.unwrap();
    let mut appends = Vec::new();
    for letting in 1..=10 {
        let stream = stream(&log.store, letting, vec![LettingEvent::Stepped]).await;
        appends.push(Append {
            streams: vec![stream.unwrap()],
            depends_on: Vec::new(),
            metadata: metadata(letting),
            idempotency: None,
        });
    }
    left.store(times, Ordering::SeqCst);
    let told = join_all(appends.iter().map(|append| log.store.append(append))).await;
    assert_eq!(left.load(Ordering::SeqCst), 0, "nothing panicked");
    let failed = told.iter().filter(|told| told.is_err()).count();
    assert_eq!(failed, failing, "{told:?}");
    let refused = |told: &Result<_, _>| matches!(told, Ok(_) | Err(AppendError::Store(_)));
    assert!(told.iter().all(refused), "{told:?}");
    let logged = log.count("select count(*) from events").await;
    assert_eq!(logged, 11 - i64::try_from(failing).unwrap());
    assert_eq!(log.store.tasks().failing(), ["writer"]);
    assert!(log.store.stats().task_restarts >= u64::from(times));
    log.append(901, vec![LettingEvent::Stepped]).await.unwrap();
}

#[tokio::test]
async fn commands_of_a_writer_that_panics_before_it_sends_them_are_sent() {
    a_writer_panics("A batch is sent.", 1, 0).await;
}

#[tokio::test]
async fn commands_of_a_writer_that_panics_twice_are_sent() {
    a_writer_panics("A batch is sent.", 2, 0).await;
}

#[tokio::test]
async fn a_command_that_always_makes_the_writer_panic_fails_alone() {
    a_writer_panics("A batch is sent.", 3, 1).await;
}

#[tokio::test]
async fn commands_of_a_writer_that_panics_after_their_commit_are_found_in_the_log() {
    // The database library logs this after the statement.
    a_writer_panics("-- Round one", 1, 0).await;
}

/// Panics while it is switched on.
struct Shaky {
    panics: AtomicBool,
    node: &'static str,
}

#[async_trait]
impl Subscriber for Shaky {
    fn name(&self) -> &'static str {
        "shaky"
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
        for _ in events {
            sqlx::query("insert into taken select $1")
                .bind(self.node)
                .execute(&mut *connection)
                .await?;
        }
        assert!(!self.panics.load(Ordering::SeqCst), "a planted panic");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_panics_is_restarted() {
    let log = log().await;
    log.count("select count(*) from events").await;
    sqlx::raw_sql("create table taken (node text)")
        .execute(&log.pool)
        .await
        .unwrap();
    let shaky = Arc::new(Shaky {
        panics: AtomicBool::new(true),
        node: "one",
    });
    let daemon = Daemon::start(&log.store, vec![shaky.clone()], DaemonOptions::default());
    let cursor = log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    let tasks = log.store.tasks();
    eventually(async || tasks.failing() == ["shaky"]).await;
    eventually(async || tasks.restarts()[0].1 >= 2).await;
    shaky.panics.store(false, Ordering::SeqCst);
    let progress = daemon.progress();
    let reached = progress.wait_for("shaky", cursor.cursor, Duration::from_secs(20));
    reached.await.unwrap();
    assert_eq!(log.count("select count(*) from taken").await, 1);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_continues_a_subscriber_that_panics() {
    let log = log().await;
    sqlx::raw_sql("create table taken (node text)")
        .execute(&log.pool)
        .await
        .unwrap();
    let shaky = |node, panics| {
        Arc::new(Shaky {
            panics: AtomicBool::new(panics),
            node,
        })
    };
    let here = Daemon::start(
        &log.store,
        vec![shaky("here", true)],
        DaemonOptions::default(),
    );
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    eventually(async || !log.store.tasks().failing().is_empty()).await;
    let store = open(log.database.pool(5).await.unwrap()).await;
    let there = Daemon::start(
        &store,
        vec![shaky("there", false)],
        DaemonOptions::default(),
    );
    let cursor = log.append(2, vec![LettingEvent::Stepped]).await.unwrap();
    let progress = there.progress();
    let reached = progress.wait_for("shaky", cursor.cursor, Duration::from_secs(20));
    reached.await.unwrap();
    let sql = "select count(*) from taken where node = 'there'";
    assert_eq!(log.count(sql).await, 2, "{}", id(1));
    // This node also sees the new position, and does not count as stuck.
    let reached = here.progress();
    let reached = reached.wait_for("shaky", cursor.cursor, Duration::from_secs(20));
    reached.await.unwrap();
    there.stop().await;
    drop(here);
}
