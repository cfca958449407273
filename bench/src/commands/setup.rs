//! Contenders and workloads: one round of one of them.

use std::sync::Arc;
use std::time::Duration;

use event_store::EventStore;

use super::disintegrated::Disintegrated;
use super::ours::Ours;
use super::stock::{self, Stock};
use super::work::{Kind, Side, Work, charts, filling};
use super::{FIGURE, SEALED, chart::Chart, load};
use crate::cluster::Cluster;
use crate::figures::Round;
use crate::pgbench::Pgbench;

/// A side that runs commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contender {
    /// The product.
    Ours(Kind),
    /// `postgres-es` as it comes.
    Stock,
    /// The crate `disintegrate-postgres`.
    Disintegrate,
    /// One autocommitted insert per transaction, by pgbench.
    Pgbench,
}

/// Charts that the commands go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Sixteen per task or more, new each round, with ten events each: no command waits for another.
    Apart,
    /// Two hundred and fifty-six with a thousand events each, kept over the rounds.
    Long,
    /// Eight, new each round, with ten events each.
    Hot,
}

impl Workload {
    /// As the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apart => "10 events",
            Self::Long => "1,000 events",
            Self::Hot => "8 in all",
        }
    }

    /// Number of charts for so many tasks, and of events in each.
    fn size(self, tasks: usize) -> (usize, u32) {
        match self {
            Self::Apart => ((tasks * 16).max(512), 10),
            Self::Long => (256, 1_000),
            Self::Hot => (8, 10),
        }
    }
}

/// State that the rounds share.
pub struct Setup<'a> {
    pub cluster: &'a Cluster,
    pgbench: Pgbench,
    script: String,
    store: EventStore,
    /// Charts with a thousand events each, in the tables of both sides.
    long: Arc<Vec<String>>,
}

impl<'a> Setup<'a> {
    /// Makes the tables of the references, and the long charts.
    pub async fn prepare(cluster: &'a Cluster, phi: bool) -> anyhow::Result<Self> {
        Stock::make_tables(cluster).await?;
        Disintegrated::make_tables(cluster).await?;
        let pgbench = Pgbench::prepare(cluster).await?;
        let owner = cluster.owner().await?;
        sqlx::raw_sql(
            "create table bare_events (
               aggregate_type text, aggregate_id text, sequence bigint, event_type text not null,
               event_version text not null, payload jsonb not null, metadata jsonb not null,
               primary key (aggregate_type, aggregate_id, sequence)
             )",
        )
        .execute(&owner)
        .await?;
        owner.close().await;
        let store = Ours::open(cluster).await?;
        let (count, events) = Workload::Long.size(1);
        let long = Arc::new(charts(count));
        Ours::new(&store, phi).prepare(&long, events).await?;
        let stock = Stock::open(cluster, 1).await?;
        stock.prepare(&long, events).await?;
        stock.close().await;
        Ok(Self {
            cluster,
            pgbench,
            script: script()?,
            store,
            long,
        })
    }

    /// One round.
    pub async fn round(
        &self,
        contender: Contender,
        workload: Workload,
        tasks: usize,
        length: Duration,
    ) -> anyhow::Result<Round> {
        match contender {
            Contender::Ours(kind) => {
                let side = Arc::new(Ours::new(&self.store, kind.phi));
                let work = self.work(&side, workload, kind, tasks).await?;
                load::full(&side, &work, tasks, length).await
            }
            Contender::Stock => {
                let side = Arc::new(Stock::open(self.cluster, tasks).await?);
                let work = self.work(&side, workload, SEALED, tasks).await?;
                let round = load::full(&side, &work, tasks, length).await;
                side.close().await;
                round
            }
            Contender::Disintegrate => {
                let side = Arc::new(Disintegrated::open(self.cluster, tasks).await?);
                let work = self.work(&side, workload, SEALED, tasks).await?;
                let round = load::full(&side, &work, tasks, length).await;
                side.close().await;
                round
            }
            Contender::Pgbench => {
                let clients = tasks.min(32);
                let rate = self.pgbench.run(&self.script, clients, length).await?;
                Ok(Round::from_rate(rate))
            }
        }
    }

    /// One round of ours at a fixed rate, however long the commands take.
    pub async fn paced(&self, kind: Kind, rate: f64, length: Duration) -> anyhow::Result<Round> {
        let side = Arc::new(Ours::new(&self.store, kind.phi));
        let work = self.work(&side, Workload::Apart, kind, FIGURE).await?;
        load::paced(&side, &work, rate, length).await
    }

    async fn work<S: Side>(
        &self,
        side: &Arc<S>,
        workload: Workload,
        kind: Kind,
        tasks: usize,
    ) -> anyhow::Result<Arc<Work>> {
        let charts = match workload {
            Workload::Long => self.long.clone(),
            Workload::Apart | Workload::Hot => {
                let (count, events) = workload.size(tasks);
                let charts = Arc::new(charts(count));
                // With claims, every command opens a chart of its own.
                if !kind.claims {
                    side.prepare(&charts, events).await?;
                }
                charts
            }
        };
        Ok(Arc::new(Work::new(kind, charts)))
    }
}

/// An insert of the same size, each into an aggregate of its own.
fn script() -> anyhow::Result<String> {
    let events = Chart::default().decide(&filling("chart", 1, true).command)?;
    let payload = serde_json::to_string(&events.first())?;
    let metadata = serde_json::to_string(&stock::metadata())?;
    // A colon before a letter would be a variable of pgbench; JSON from serde has none outside text.
    Ok(format!(
        "\\set id random(1, 9000000000000000000)\n\
         insert into bare_events values ('bench.chart', :id::bigint::text, 1, 'chart.note_added', '1', \
         '{payload}'::jsonb, '{metadata}'::jsonb);\n"
    ))
}
