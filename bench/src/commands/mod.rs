//! Durable commands in process, beside stock `postgres-es` and PostgreSQL's own pgbench.
//!
//! One event of about 388 bytes per command, on charts that have ten events already; the product's
//! own path: full metadata, an idempotency row, its cache; one command in twenty is refused by the
//! chart and counts for nothing. The references do less: no idempotency row, no claims, no order of
//! the log.

mod chart;
mod disintegrated;
mod drive;
mod ours;
mod report;
mod scene;
mod stock;
mod work;

use std::time::Duration;

use crate::cluster::Cluster;
use crate::figures::{Round, median};
use ours::SEALS;
use report::Row;
use scene::{Entrant, Scene, Stage};
use work::Kind;

/// Connections of the bench's own to the database, besides those of each side.
const POOL: u32 = 4;
/// The number of tasks that the figures are about.
const FIGURE: usize = 128;
const OTHERS: [usize; 3] = [1, 8, 32];

const SEALED: Kind = Kind {
    phi: true,
    claims: false,
};
const CLAIMING: Kind = Kind {
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

/// How long everything takes.
struct Plan {
    round: Duration,
    rounds: usize,
    /// For the numbers of tasks that the figures are not about.
    other_rounds: usize,
    paced: Duration,
}

/// What was measured.
struct Measured {
    rows: Vec<Row>,
    /// At a rate of half the full load.
    half: Vec<Round>,
    half_rate: f64,
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<()> {
    let plan = if quick {
        Plan {
            round: Duration::from_millis(600),
            rounds: 5,
            other_rounds: 1,
            paced: Duration::from_millis(1_500),
        }
    } else {
        Plan {
            round: Duration::from_secs(3),
            rounds: 7,
            other_rounds: 3,
            paced: Duration::from_secs(5),
        }
    };
    let cluster = Cluster::start(POOL).await?;
    let measured = measure(&cluster, &plan).await;
    cluster.stop().await?;
    report::print(&measured?);
    Ok(())
}

async fn measure(cluster: &Cluster, plan: &Plan) -> anyhow::Result<Measured> {
    let stage = Stage::set(cluster, SEALED.phi).await?;
    // Once without counting, so that caches, plans and connections are warm.
    stage
        .round(Entrant::Ours(SEALED), Scene::Apart, FIGURE, plan.round)
        .await?;
    let mut rows = Vec::new();
    for tasks in OTHERS {
        let entrants = everybody();
        rows.extend(
            contest(
                &stage,
                Scene::Apart,
                tasks,
                &entrants,
                plan,
                plan.other_rounds,
            )
            .await?,
        );
    }
    rows.extend(
        contest(
            &stage,
            Scene::Apart,
            FIGURE,
            &everybody(),
            plan,
            plan.rounds,
        )
        .await?,
    );
    let two = [Entrant::Ours(SEALED), Entrant::Stock];
    rows.extend(contest(&stage, Scene::Long, FIGURE, &two, plan, plan.rounds).await?);
    rows.extend(contest(&stage, Scene::Hot, FIGURE, &two, plan, plan.rounds).await?);
    let full = report::rounds(&rows, Scene::Apart, FIGURE, Entrant::Ours(SEALED));
    let half_rate = median(full.iter().map(|round| round.rate)) / 2.0;
    let mut half = Vec::new();
    for _ in 0..3 {
        stage.settle().await?;
        half.push(stage.paced(SEALED, half_rate, plan.paced).await?);
    }
    Ok(Measured {
        rows,
        half,
        half_rate,
    })
}

fn everybody() -> Vec<Entrant> {
    let mut entrants = vec![
        Entrant::Ours(SEALED),
        Entrant::Stock,
        Entrant::Pgbench,
        Entrant::Ours(CLAIMING),
        Entrant::Disintegrate,
    ];
    if SEALS {
        entrants.push(Entrant::Ours(IN_THE_CLEAR));
        entrants.push(Entrant::Ours(CLAIMING_IN_THE_CLEAR));
    }
    entrants
}

/// Rounds in which all take their turn, each round beginning with another one.
async fn contest(
    stage: &Stage<'_>,
    scene: Scene,
    tasks: usize,
    entrants: &[Entrant],
    plan: &Plan,
    rounds: usize,
) -> anyhow::Result<Vec<Row>> {
    let mut rows: Vec<Row> = entrants
        .iter()
        .map(|entrant| Row::new(scene, tasks, *entrant))
        .collect();
    for first in 0..rounds {
        stage.settle().await?;
        for turn in 0..rows.len() {
            let index = (first + turn) % rows.len();
            let row = &mut rows[index];
            // The number of errors of this one is no figure of ours; a few rounds show what it does.
            if row.entrant == Entrant::Disintegrate && first > 2 {
                continue;
            }
            row.rounds
                .push(stage.round(row.entrant, scene, tasks, plan.round).await?);
        }
    }
    Ok(rows)
}
