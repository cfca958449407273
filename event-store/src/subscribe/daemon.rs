//! Runs subscribers until it is stopped.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::horizon::{Head, Watch, watch_horizon};
use super::lease::keep_leases;
use super::runner::Runner;
use super::{Progress, Seat, Subscriber};
use crate::EventStore;
use crate::supervise::supervise;

/// How the daemon reads.
#[derive(Debug, Clone, Copy)]
pub struct DaemonOptions {
    /// Events per batch at first; far behind, batches grow while they are quick.
    pub batch: i64,
    /// The shortest time between two batches: what a read model may lag behind under load.
    pub beat: Duration,
    /// How often the log is asked without being woken: the delay of other processes' events.
    pub poll: Duration,
}

impl Default for DaemonOptions {
    fn default() -> Self {
        Self {
            batch: 500,
            beat: Duration::from_millis(10),
            poll: Duration::from_millis(50),
        }
    }
}

/// Running subscribers. Dropping it aborts them; a batch in progress is then rolled back.
pub struct Daemon {
    progress: Progress,
    watcher: JoinSet<()>,
    runners: JoinSet<()>,
}

impl Daemon {
    /// Starts every subscriber.
    #[must_use]
    pub fn start(
        store: &EventStore,
        subscribers: Vec<Arc<dyn Subscriber>>,
        options: DaemonOptions,
    ) -> Self {
        let progress = Progress::of_all(subscribers.iter().map(|subscriber| &**subscriber));
        let seats = subscribers.iter().map(|subscriber| Seat::of(&**subscriber));
        let seats: BTreeSet<Seat> = seats.collect();
        let (head, heads) = watch::channel(Head::start());
        let (granted, leases) = watch::channel(BTreeSet::new());
        let mut watcher = JoinSet::new();
        let tasks = store.tasks();
        watcher.spawn(supervise(tasks.clone(), "leases", {
            let (pool, tasks) = (store.pool().clone(), tasks.clone());
            move || keep_leases(pool.clone(), seats.clone(), granted.clone(), tasks.clone())
        }));
        let metadata = subscribers
            .iter()
            .any(|subscriber| subscriber.wants_metadata());
        let watch = Watch {
            options,
            metadata,
            leases: leases.clone(),
        };
        watcher.spawn(supervise(tasks.clone(), "horizon", {
            let store = store.clone();
            move || watch_horizon(store.clone(), head.clone(), watch.clone())
        }));
        let mut runners = JoinSet::new();
        for subscriber in subscribers {
            let name = subscriber.name();
            let runner = Runner {
                store: store.clone(),
                subscriber,
                progress: progress.clone(),
                head: heads.clone(),
                leases: leases.clone(),
                options,
            };
            runners.spawn(supervise(tasks.clone(), name, move || runner.clone().run()));
        }
        Self {
            progress,
            watcher,
            runners,
        }
    }

    /// How far each subscriber has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Lets every subscriber finish its batch, then stops.
    pub async fn stop(mut self) {
        self.watcher.shutdown().await;
        while self.runners.join_next().await.is_some() {}
    }
}
