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

use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::figures::{Round, median};
use crate::report::Report;
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
    /// Whether the slowest reference takes part at [`FIGURE`], too; no figure is about it.
    slowest: bool,
}

/// What was measured.
struct Measured {
    rows: Vec<Row>,
    /// At a rate of half the full load.
    half: Vec<Round>,
    half_rate: f64,
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
    let stage = Stage::set(cluster, SEALED.phi).await?;
    // Once without counting, so that caches, plans and connections are warm.
    stage
        .round(Entrant::Ours(SEALED), Scene::Apart, FIGURE, plan.round)
        .await?;
    let mut rows = Vec::new();
    for contest in contests(plan) {
        let begin = Instant::now();
        rows.extend(contest.hold(&stage, plan.round).await?);
        let (tasks, took) = (contest.tasks, begin.elapsed().as_secs_f64());
        println!("{tasks} tasks, {}: took {took:.0} s", contest.scene.name());
    }
    let full = report::rounds(&rows, Scene::Apart, FIGURE, Entrant::Ours(SEALED));
    let half_rate = median(full.iter().map(|round| round.rate)) / 2.0;
    let mut half = Vec::new();
    cluster.settle().await?;
    for _ in 0..3 {
        half.push(stage.paced(SEALED, half_rate, plan.paced).await?);
    }
    Ok(Measured {
        rows,
        half,
        half_rate,
    })
}

fn contests(plan: &Plan) -> Vec<Contest> {
    let two = || vec![Entrant::Ours(SEALED), Entrant::Stock];
    let contest = |scene, tasks, rounds, entrants| Contest {
        scene,
        tasks,
        rounds,
        entrants,
    };
    let mut contests = Vec::new();
    for tasks in OTHERS {
        let all = everybody(true);
        contests.push(contest(Scene::Apart, tasks, plan.other_rounds, all));
    }
    let most = everybody(plan.slowest);
    contests.push(contest(Scene::Apart, FIGURE, plan.rounds, most));
    contests.push(contest(Scene::Long, FIGURE, plan.rounds, two()));
    contests.push(contest(Scene::Hot, FIGURE, plan.rounds, two()));
    contests
}

fn everybody(slowest: bool) -> Vec<Entrant> {
    let mut entrants = vec![
        Entrant::Ours(SEALED),
        Entrant::Stock,
        Entrant::Pgbench,
        Entrant::Ours(CLAIMING),
    ];
    if slowest {
        entrants.push(Entrant::Disintegrate);
    }
    entrants.push(Entrant::Ours(IN_THE_CLEAR));
    entrants.push(Entrant::Ours(CLAIMING_IN_THE_CLEAR));
    entrants
}

/// Rounds in which all take their turn, each round beginning with another one.
struct Contest {
    scene: Scene,
    tasks: usize,
    rounds: usize,
    entrants: Vec<Entrant>,
}

impl Contest {
    async fn hold(&self, stage: &Stage<'_>, length: Duration) -> anyhow::Result<Vec<Row>> {
        let rows = self.entrants.iter();
        let mut rows: Vec<Row> = rows
            .map(|entrant| Row::new(self.scene, self.tasks, *entrant))
            .collect();
        stage.cluster.settle().await?;
        for first in 0..self.rounds {
            for turn in 0..rows.len() {
                let index = (first + turn) % rows.len();
                let row = &mut rows[index];
                // Slow enough for one round to show it.
                if row.entrant == Entrant::Disintegrate && first > 0 {
                    continue;
                }
                let round = stage.round(row.entrant, self.scene, self.tasks, length);
                row.rounds.push(round.await?);
            }
        }
        Ok(rows)
    }
}
