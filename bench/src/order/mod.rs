//! Does a subscriber see everything, once and in order, whatever the writers do? And what does the
//! order of the log cost an append?

mod cost;
mod counter;
mod deliveries;
mod writers;

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use event_store::{Daemon, DaemonOptions, EventStore};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::cluster::Cluster;
use crate::report::{Figure, Report};
use deliveries::{Deliveries, Recorder};

/// Events in all, about.
const EVENTS: u64 = 10_000;
const POOL: u32 = 20;

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let cluster = Cluster::start(POOL).await?;
    let measured = measure(&cluster, quick).await;
    cluster.stop().await?;
    let (deliveries, cost) = measured?;
    deliveries.print();
    cost.print();
    Report::new(
        "order",
        vec![
            Figure::count("missed", deliveries.missed).at_most(0.0),
            Figure::count("twice", deliveries.twice).at_most(0.0),
            Figure::count("inverted", deliveries.inverted).at_most(0.0),
            Figure::new("cost_pct", cost.percent(), 1).at_most(5.0),
            Figure::new("index_pct", cost.index_percent(), 1),
        ],
    )
}

async fn measure(cluster: &Cluster, quick: bool) -> anyhow::Result<(Deliveries, cost::Cost)> {
    let deliveries = hostile(cluster).await?;
    let cost = cost::measure(cluster, quick).await?;
    Ok((deliveries, cost))
}

/// Twelve writers on two nodes; both follow, one of them stopped and started all the time.
async fn hostile(cluster: &Cluster) -> anyhow::Result<Deliveries> {
    deliveries::make_table(cluster).await?;
    let steady = node(cluster).await?;
    let restless = node(cluster).await?;
    let following = Daemon::start(&steady, vec![Arc::new(Recorder)], DaemonOptions::default());
    let mut restarting = JoinSet::new();
    restarting.spawn(restart_again_and_again(restless.clone()));

    let nodes = [steady.clone(), restless.clone()];
    let written = writers::write(&nodes, &cluster.pool, EVENTS).await?;
    restarting.shutdown().await;

    let head = steady.head().await?;
    let reached = following
        .progress()
        .wait_for("bench.recorder", head, Duration::from_secs(20))
        .await;
    ensure!(reached.is_ok(), "the subscriber never reached the head");
    following.stop().await;
    Deliveries::count(&cluster.pool, &written).await
}

/// A node: a store with a pool of its own.
async fn node(cluster: &Cluster) -> anyhow::Result<EventStore> {
    let pool: PgPool = caresync::storage::connect(cluster.app_options(), POOL).await?;
    let (claim_rules, sealing) = (event_store::ClaimRules::none(), event_store::Sealing::off());
    Ok(EventStore::open(pool, claim_rules, sealing).await?)
}

async fn restart_again_and_again(store: EventStore) {
    let options = DaemonOptions {
        batch: 37,
        ..DaemonOptions::default()
    };
    loop {
        let daemon = Daemon::start(&store, vec![Arc::new(Recorder)], options);
        tokio::time::sleep(Duration::from_millis(120)).await;
        daemon.stop().await;
    }
}
