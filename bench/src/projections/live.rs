//! All read models rebuilt beside the live ones, while visits are booked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use event_store::rebuild::{Operator, RebuildFrom, Rebuilt};
use event_store::{Daemon, DaemonOptions, EventStore, Progress};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::history::{History, append};
use super::node;
use super::visits::booking;
use crate::cluster::Cluster;
use crate::figures::Round;

/// Commands per second.
const RATE: f64 = 500.0;
/// The read models that a booking changes.
const CHANGED: [&str; 2] = ["day_sheet", "patient_appointments"];
const PATIENCE: Duration = Duration::from_mins(1);

/// Time of a rebuild, and what it does to reads of own writes.
pub struct Live {
    /// Seconds for the whole log.
    pub rebuild: Duration,
    /// Events of the log that the copies wanted.
    pub events: u64,
    /// From each command's commit to visible in both read models, while the rebuild ran.
    pub visible: Round,
    /// The same before it ran.
    pub before: Round,
}

/// Catches the live read models up, lets commands come for `calm`, then rebuilds while they go on coming.
pub async fn measure(cluster: &Cluster, history: &History, calm: Duration) -> anyhow::Result<Live> {
    let store = node(cluster.app_options()).await?;
    let daemon = Daemon::start(
        &store,
        projections::all(store.sealing()),
        DaemonOptions::default(),
    );
    let progress = daemon.progress();
    let head = store.head().await?;
    for (name, _) in progress.all() {
        progress
            .wait_for(name, head, Duration::from_hours(1))
            .await
            .context("catching up")?;
    }
    let clinic = Clinic {
        history,
        store: &store,
        progress: &progress,
    };
    let first = history.next_visit;
    let calm_ends = Instant::now() + calm;
    let (before, next) = clinic.work(first, || Instant::now() < calm_ends).await?;
    let busy = AtomicBool::new(true);
    let operator = async {
        let done = rebuild(cluster).await;
        busy.store(false, Ordering::SeqCst);
        done
    };
    let goes_on = || busy.load(Ordering::SeqCst);
    let (done, worked) = tokio::join!(operator, clinic.work(next, goes_on));
    let ((took, copies), (visible, _)) = (done?, worked?);
    daemon.stop().await;
    store.pool().close().await;
    Ok(Live {
        rebuild: took,
        events: copies.events,
        visible,
        before,
    })
}

/// As an operator does it: threads, connections and caches of its own.
async fn rebuild(cluster: &Cluster) -> anyhow::Result<(Duration, Rebuilt)> {
    let options = cluster.owner_options();
    let rebuild = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let store = node(options).await?;
            let models = projections::read_models(store.sealing());
            let mut operator = Operator::open(&store, models).await?;
            let begin = Instant::now();
            let rebuilt = operator.rebuild(RebuildFrom::LogStart, &|_, _| ()).await?;
            let took = begin.elapsed();
            operator.drop_copies().await?;
            operator.release().await?;
            anyhow::Ok((took, rebuilt))
        })
    };
    tokio::task::spawn_blocking(rebuild).await?
}

/// Bookings, each of which waits for its own write.
#[derive(Clone, Copy)]
struct Clinic<'c> {
    history: &'c History,
    store: &'c EventStore,
    progress: &'c Progress,
}

impl Clinic<'_> {
    /// Books at a fixed rate while it `goes_on`, whether or not earlier bookings are visible. Answers how
    /// long each took to be seen, and the number of the next visit.
    async fn work(
        self,
        mut next: usize,
        goes_on: impl Fn() -> bool,
    ) -> anyhow::Result<(Round, usize)> {
        let begin = Instant::now();
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut booking_now = JoinSet::new();
        let (mut sent, mut due) = (0_u32, begin);
        while goes_on() {
            tick.tick().await;
            while due <= Instant::now() {
                let mut stream = booking(&self.history.group, next).await?;
                let stream = stream.next().context("a booking without an event")?;
                let (store, progress) = (self.store.clone(), self.progress.clone());
                booking_now.spawn(async move {
                    let appended = store.append(&append(&[stream])).await?;
                    let committed = Instant::now();
                    for name in CHANGED {
                        progress.wait_for(name, appended.cursor, PATIENCE).await?;
                    }
                    anyhow::Ok(committed.elapsed())
                });
                next += 1;
                sent += 1;
                due = begin + Duration::from_secs_f64(f64::from(sent) / RATE);
            }
        }
        let mut times = Vec::new();
        while let Some(seen) = booking_now.join_next().await {
            times.push(seen??);
        }
        Ok((Round::new(times, begin.elapsed()), next))
    }
}
