//! Durable commands in process, beside stock `postgres-es` and PostgreSQL's own pgbench.
//!
//! One event of about 388 bytes per command, on charts that have ten events already; the product's
//! own path: full metadata, an idempotency row, its cache; one command in twenty is refused by the
//! chart and counts for nothing. The references do less: no idempotency row, no claims, no order of
//! the log.

mod chart;
mod disintegrated;
mod inserts;
mod load;
mod ours;
mod report;
mod setup;
mod stock;
mod work;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::figures::{Round, median};
use crate::report::Report;
use inserts::Inserts;
pub use load::full;
pub use ours::Ours;
use report::Row;
use setup::{Contender, Setup, Workload};
use work::{Kind, Side as _};
pub use work::{Work, charts};

/// Connections of the bench's own to the database, besides those of each side.
const POOL: u32 = 4;
/// The number of tasks that the figures are about.
const FIGURE: usize = 128;
const OTHERS: [usize; 3] = [1, 8, 32];
/// Rate of the single inserts, so low that they hardly wait for each other.
const INSERTS_PER_S: f64 = 500.0;
/// Rounds at half the full load. A pause of the disk or of the machine decides the 99th percentile of its round: with
/// three rounds two pauses decided the figure.
const PACED_ROUNDS: usize = 9;

/// Commands whose content is sealed.
pub const SEALED: Kind = Kind {
    phi: true,
    claims: false,
};
/// The same, with two claims each.
pub const CLAIMING: Kind = Kind {
    phi: true,
    claims: true,
};
const IN_THE_CLEAR: Kind = Kind {
    phi: false,
    claims: false,
};
const CLAIMING_IN_THE_CLEAR: Kind = Kind {
    phi: false,
    claims: true,
};

/// Lengths of everything.
struct Plan {
    round: Duration,
    rounds: usize,
    /// Rounds at the numbers of tasks that the figures are not about.
    other_rounds: usize,
    paced: Duration,
    /// The slowest reference takes part at [`FIGURE`], too; no figure is about it.
    slowest: bool,
}

/// Results.
struct Measured {
    rows: Vec<Row>,
    /// At a rate of half the full load.
    half: Vec<Round>,
    half_rate: f64,
    /// Single inserts at a low rate, in turn with those.
    inserts: Vec<Round>,
}

/// Gives each chart ten events.
pub async fn prepare(side: &Ours, charts: &[String]) -> anyhow::Result<()> {
    side.prepare(charts, 10).await
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let plan = if quick {
        Plan {
            round: Duration::from_millis(400),
            rounds: 5,
            other_rounds: 1,
            paced: Duration::from_secs(1),
            slowest: false,
        }
    } else {
        Plan {
            round: Duration::from_secs(3),
            rounds: 7,
            other_rounds: 3,
            paced: Duration::from_secs(5),
            slowest: true,
        }
    };
    let cluster = Cluster::start(POOL).await?;
    let measured = measure(&cluster, &plan).await;
    cluster.stop().await?;
    let measured = measured?;
    report::print(&measured);
    report::report(&measured)
}

async fn measure(cluster: &Cluster, plan: &Plan) -> anyhow::Result<Measured> {
    let setup = Setup::prepare(cluster, SEALED.phi).await?;
    // Once without counting, so that caches, plans and connections are warm.
    setup
        .round(Contender::Ours(SEALED), Workload::Apart, FIGURE, plan.round)
        .await?;
    let mut rows = Vec::new();
    for comparison in comparisons(plan) {
        let begin = Instant::now();
        rows.extend(comparison.hold(&setup, plan.round).await?);
        let (tasks, took) = (comparison.tasks, begin.elapsed().as_secs_f64());
        println!(
            "{tasks} tasks, {}: took {took:.0} s",
            comparison.workload.name()
        );
    }
    let full = report::rounds(&rows, Workload::Apart, FIGURE, Contender::Ours(SEALED));
    let half_rate = median(full.iter().map(|round| round.rate)) / 2.0;
    let (mut half, mut inserts) = (Vec::new(), Vec::new());
    let single = Arc::new(Inserts::open(cluster).await?);
    let work = Arc::new(Work::new(SEALED, Arc::new(charts(1))));
    cluster.settle().await?;
    for _ in 0..PACED_ROUNDS {
        half.push(setup.paced(SEALED, half_rate, plan.paced).await?);
        inserts.push(load::paced(&single, &work, INSERTS_PER_S, plan.paced).await?);
    }
    Ok(Measured {
        rows,
        half,
        half_rate,
        inserts,
    })
}

fn comparisons(plan: &Plan) -> Vec<Comparison> {
    let two = || vec![Contender::Ours(SEALED), Contender::Stock];
    let comparison = |workload, tasks, rounds, contenders| Comparison {
        workload,
        tasks,
        rounds,
        contenders,
    };
    let mut comparisons = Vec::new();
    for tasks in OTHERS {
        let all = contenders(true);
        comparisons.push(comparison(Workload::Apart, tasks, plan.other_rounds, all));
    }
    let most = contenders(plan.slowest);
    comparisons.push(comparison(Workload::Apart, FIGURE, plan.rounds, most));
    comparisons.push(comparison(Workload::Long, FIGURE, plan.rounds, two()));
    comparisons.push(comparison(Workload::Hot, FIGURE, plan.rounds, two()));
    comparisons
}

fn contenders(slowest: bool) -> Vec<Contender> {
    let mut contenders = vec![
        Contender::Ours(SEALED),
        Contender::Stock,
        Contender::Pgbench,
        Contender::Ours(CLAIMING),
    ];
    if slowest {
        contenders.push(Contender::Disintegrate);
    }
    contenders.push(Contender::Ours(IN_THE_CLEAR));
    contenders.push(Contender::Ours(CLAIMING_IN_THE_CLEAR));
    contenders
}

/// Rounds in which all take their turn, each round beginning with another one.
struct Comparison {
    workload: Workload,
    tasks: usize,
    rounds: usize,
    contenders: Vec<Contender>,
}

impl Comparison {
    async fn hold(&self, setup: &Setup<'_>, length: Duration) -> anyhow::Result<Vec<Row>> {
        let rows = self.contenders.iter();
        let mut rows: Vec<Row> = rows
            .map(|contender| Row::new(self.workload, self.tasks, *contender))
            .collect();
        setup.cluster.settle().await?;
        for first in 0..self.rounds {
            for turn in 0..rows.len() {
                let index = (first + turn) % rows.len();
                let row = &mut rows[index];
                // Slow enough for one round to show it.
                if row.contender == Contender::Disintegrate && first > 0 {
                    continue;
                }
                let round = setup.round(row.contender, self.workload, self.tasks, length);
                row.rounds.push(round.await?);
            }
        }
        Ok(rows)
    }
}
