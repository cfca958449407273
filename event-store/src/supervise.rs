//! Supervision of tasks: they are restarted after a panic.
//!
//! A task that panics ends, while its process goes on and looks healthy. So each long-lived task is run by
//! [`supervise`]: after a panic it is restarted with a growing pause, and [`Tasks`] reports it.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use tokio::sync::watch;

use crate::back_off::{BackOff, RetryPolicy};

/// Time after a panic until a task counts as healthy.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// The panics of the tasks of a process. Clones share them.
#[derive(Debug, Clone)]
pub struct Tasks {
    panics: Arc<Mutex<BTreeMap<&'static str, Panics>>>,
    /// The number of panics of all tasks.
    total: watch::Sender<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Panics {
    count: u64,
    last: Instant,
}

impl Default for Tasks {
    fn default() -> Self {
        Self {
            panics: Arc::default(),
            total: watch::Sender::new(0),
        }
    }
}

impl Tasks {
    /// Names of tasks that panicked recently: they are being restarted, or do not count as healthy yet.
    #[must_use]
    pub fn failing(&self) -> Vec<&'static str> {
        self.panicked_within(HEALTHY_AFTER)
    }

    /// Number of restarts by task.
    #[must_use]
    pub fn restarts(&self) -> Vec<(&'static str, u64)> {
        let panics = self.lock();
        panics
            .iter()
            .map(|(name, panics)| (*name, panics.count))
            .collect()
    }

    pub(crate) fn panicked_within(&self, time: Duration) -> Vec<&'static str> {
        let panics = self.lock();
        let recent = panics
            .iter()
            .filter(|(_, panics)| panics.last.elapsed() < time);
        recent.map(|(name, _)| *name).collect()
    }

    /// Watches the number of panics.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.total.subscribe()
    }

    pub(crate) fn panicked(&self, name: &'static str) {
        let last = Instant::now();
        self.lock()
            .entry(name)
            .and_modify(|panics| {
                panics.count += 1;
                panics.last = last;
            })
            .or_insert(Panics { count: 1, last });
        self.total.send_modify(|total| *total += 1);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Panics>> {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a task to its end. After a panic it is restarted, with a pause that grows until it counts as healthy.
pub async fn supervise<F>(tasks: Tasks, name: &'static str, mut task: impl FnMut() -> F)
where
    F: Future<Output = ()>,
{
    let mut back_off = BackOff::with(RetryPolicy::TASK, 128);
    loop {
        let begun = Instant::now();
        if AssertUnwindSafe(task()).catch_unwind().await.is_ok() {
            return;
        }
        tasks.panicked(name);
        tracing::error!(
            task.name = name,
            "A task panicked; it is restarted after a pause."
        );
        if begun.elapsed() >= HEALTHY_AFTER {
            back_off.reset();
        }
        // The attempts of this policy are unlimited.
        let _ = back_off.pause().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_restarted_until_it_ends() {
        let tasks = Tasks::default();
        let runs = AtomicU32::new(0);
        supervise(tasks.clone(), "shaky", || async {
            assert_eq!(runs.fetch_add(1, Ordering::SeqCst), 2, "a planted panic");
        })
        .await;
        assert_eq!(runs.load(Ordering::SeqCst), 3);
        assert_eq!(tasks.restarts(), [("shaky", 2)]);
        assert_eq!(tasks.failing(), ["shaky"]);
    }

    #[tokio::test]
    async fn a_task_that_ends_is_not_restarted() {
        let tasks = Tasks::default();
        supervise(tasks.clone(), "calm", || async {}).await;
        assert!(tasks.failing().is_empty() && tasks.restarts().is_empty());
    }
}
