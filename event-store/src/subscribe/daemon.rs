//! The daemon that runs subscribers.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::checkpoint::CheckpointKey;
use super::horizon::{DaemonOptions, Head, HorizonWatch, watch_horizon};
use super::lease::keep_leases;
use super::progress::Progress;
use super::runner::Runner;
use super::scan_strategy::distinct_types;
use super::subscriber::Subscriber;
use crate::EventStore;
use crate::supervise::supervise;

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
        let progress =
            Progress::from_subscribers(subscribers.iter().map(|subscriber| &**subscriber));
        let keys: BTreeSet<_> = subscribers
            .iter()
            .map(|subscriber| CheckpointKey::from_subscriber(&**subscriber))
            .collect();
        let (head, heads) = watch::channel(Head::start());
        let (granted, leases) = watch::channel(BTreeSet::new());
        let mut watcher = JoinSet::new();
        let tasks = store.tasks();
        watcher.spawn(supervise(tasks.clone(), "leases", {
            let (store, tasks) = (store.clone(), tasks.clone());
            move || {
                let (pool, flag) = (store.pool().clone(), store.outage_flag().clone());
                keep_leases(pool, keys.clone(), granted.clone(), tasks.clone(), flag)
            }
        }));
        let metadata = subscribers
            .iter()
            .any(|subscriber| subscriber.wants_metadata());
        let watch = HorizonWatch {
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
                key: CheckpointKey::from_subscriber(&*subscriber),
                types: distinct_types(subscriber.event_types()).into(),
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

    /// The positions of the subscribers.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Stops after every subscriber has finished its batch.
    pub async fn stop(mut self) {
        self.watcher.shutdown().await;
        while self.runners.join_next().await.is_some() {}
    }
}
