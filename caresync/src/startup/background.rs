//! Tasks of a node beside its server.

use std::sync::Arc;
use std::time::Duration;

use api::App;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::Clock;
use commands::reactions::Notices;
use event_store::{Daemon, DaemonOptions, EventStore};
use tokio::task::JoinSet;

use super::Adapters;

/// Time between two removals of old rows.
const JANITOR_PAUSE: Duration = Duration::from_mins(10);
/// Hours for which idempotency keys are kept.
const KEYS_KEPT_HOURS: i32 = 24;

/// Tasks of a node beside its server: subscribers, timers, the janitor, the followers of revoked sessions, of blocked
/// clients and of settings.
pub(super) struct Background {
    pub(super) daemon: Daemon,
    tasks: JoinSet<()>,
}

impl Background {
    /// Starts the subscribers.
    pub(super) fn start(
        store: &EventStore,
        adapters: &Adapters,
        reconcile_after: TimeDelta,
    ) -> Self {
        let mut subscribers = projections::all(store.sealing());
        let sessions = adapters.sessions.clone();
        subscribers.extend(commands::reactions::all(sessions, reconcile_after));
        Self {
            daemon: Daemon::start(store, subscribers, DaemonOptions::default()),
            tasks: JoinSet::new(),
        }
    }

    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    pub(super) fn run_timers(&mut self, app: &App, notices: Option<Notices>, pause: Duration) {
        self.spawn(commands::reactions::run_timers(
            app.pool.clone(),
            app.clock.clone(),
            commands::reactions::timer_handlers(
                &app.commands,
                &app.payments,
                &app.inbox,
                &app.identity,
                &app.erasures,
                notices,
            ),
            pause,
        ));
    }

    /// Ends the tasks, and lets subscribers finish their batch.
    pub(super) async fn stop(mut self) {
        self.tasks.shutdown().await;
        self.daemon.stop().await;
    }
}

/// Removes rows that have grown old, and adds partitions ahead of their time.
#[derive(Clone)]
pub(super) struct Janitor {
    store: EventStore,
    adapters: Adapters,
}

impl Janitor {
    /// A janitor of these stores.
    pub(super) fn new(store: EventStore, adapters: Adapters) -> Self {
        Self { store, adapters }
    }

    /// Removes old rows again and again.
    pub(super) async fn run(self, clock: Arc<dyn Clock>) {
        loop {
            tokio::time::sleep(JANITOR_PAUSE).await;
            if let Err(error) = self.clean(clock.now()).await
                && !event_store::report_outage(&*error)
            {
                tracing::warn!(error = %error, "Old rows could not be removed; the next round tries again.");
            }
        }
    }

    /// Adds the next partition of the access log. Removes old idempotency keys and numbers of bookings, ended sessions,
    /// failed logins, devices, ended blocks, passwords of unfinished registrations, mailed codes, webhooks and mails that
    /// are past their time, and drafts of erased patients.
    pub(super) async fn clean(&self, at: DateTime<Utc>) -> anyhow::Result<()> {
        self.adapters.access_log.add_partitions(at).await?;
        self.store.forget_replies(KEYS_KEPT_HOURS).await?;
        commands::claims::forget_daily_numbers(&self.store, at).await?;
        self.adapters.sessions.prune(at).await?;
        self.adapters.throttle.prune(at).await?;
        self.adapters.devices.prune(at).await?;
        self.adapters.blocked.prune(at).await?;
        self.adapters.credentials.prune(at).await?;
        self.adapters.deliveries.prune(at).await?;
        self.adapters.codes.prune(at).await?;
        self.adapters.outbox.prune(at).await?;
        self.adapters.note_drafts.prune().await?;
        Ok(())
    }
}
