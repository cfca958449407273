//! Charts over HTTP: the time of a whole chart at a fixed rate, signed notes beside bookings, and what the access log
//! costs those who read.
//!
//! Readers are doctors who have a visit with the patient, so each read looks up visits, consents and emergency accesses,
//! records its decision, and opens every entry of the page.

mod load;
mod practice;
mod unlogged;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use serde_json::Value;
use sqlx::PgPool;

use crate::application::Node;
use crate::booking::{self, Kind, Work};
use crate::client::{Client, Pool};
use crate::cluster::Cluster;
use crate::figures::{Round, median, median_ratio};
use crate::paced::paced;
use crate::report::{Figure, Report};
use load::{Expected, send_all, send_for};
use practice::{Chart, Practice};
use unlogged::Unlogged;

/// Connections to the database.
const POOL: u32 = 24;
/// Entries of a long chart, and of a short one.
const LONG: usize = 1_000;
const SHORT: usize = 20;
/// Charts that are read, and charts that are written.
const LONG_CHARTS: usize = 6;
const SHORT_CHARTS: usize = 100;
const WRITTEN_CHARTS: usize = 200;
/// Long charts that are read per second.
const CHARTS_PER_SECOND: u32 = 50;
/// Connections that write and read.
const CONNECTIONS: usize = 32;
/// Time that the read models may take to catch up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Amount of what is measured.
struct Plan {
    /// Long charts that are read.
    long_reads: usize,
    /// Pairs of rounds, and the length of one.
    rounds: usize,
    round: Duration,
    /// Notes of a round.
    notes: usize,
}

/// What was measured.
struct Measured {
    long: Round,
    bytes: usize,
    drafts: Vec<Round>,
    signatures: Vec<Round>,
    bookings: Vec<Round>,
    logged: Vec<Round>,
    unlogged: Vec<Round>,
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let plan = if quick {
        Plan {
            long_reads: 600,
            rounds: 5,
            round: Duration::from_secs(2),
            notes: 2_000,
        }
    } else {
        Plan {
            long_reads: 2_000,
            rounds: 9,
            round: Duration::from_secs(4),
            notes: 5_000,
        }
    };
    let cluster = Cluster::start(POOL).await?;
    let measured = measure(&cluster, &plan).await;
    cluster.stop().await?;
    let measured = measured?;
    print(&measured);
    Report::new("records", measured.figures().into())
}

async fn measure(cluster: &Cluster, plan: &Plan) -> anyhow::Result<Measured> {
    let (node, work) = Work::prepare(cluster).await?;
    let work = Arc::new(work);
    let mut practice = Practice::open(&cluster.pool, &node).await?;
    let long = practice.charts(LONG_CHARTS).await?;
    let short = practice.charts(SHORT_CHARTS).await?;
    let written = practice.charts(WRITTEN_CHARTS).await?;
    node.catch_up(PATIENCE).await?;
    practice.fill(&long, LONG).await?;
    practice.fill(&short, SHORT).await?;
    node.catch_up(PATIENCE).await?;
    // As autovacuum would have it after a while.
    let owner = cluster.owner().await?;
    sqlx::query("vacuum analyze").execute(&owner).await?;
    owner.close().await;
    cluster.settle().await?;

    let (round, bytes) = read_long(&node, &cluster.pool, &long, plan.long_reads).await?;
    let mut measured = Measured {
        long: round,
        bytes,
        drafts: Vec::new(),
        signatures: Vec::new(),
        bookings: Vec::new(),
        logged: Vec::new(),
        unlogged: Vec::new(),
    };
    measured.read_short(&node, &short, plan).await?;
    let writers = Writers {
        node: &node,
        work: &work,
        practice: &practice,
        charts: &written,
    };
    measured.write(&writers, plan).await?;
    node.stop().await;
    Ok(measured)
}

/// Reads whole charts at a fixed rate. Returns their times, and the bytes of an answer.
async fn read_long(
    node: &Node,
    pool: &PgPool,
    charts: &[Chart],
    count: usize,
) -> anyhow::Result<(Round, usize)> {
    let requests: Vec<_> = charts.iter().map(|chart| chart.read(LONG)).collect();
    let mut bytes = 0;
    for request in &requests {
        bytes = whole(node.address(), request, LONG).await?;
    }
    let before = recorded(pool).await?;
    let (requests, clients) = (Arc::new(requests), Arc::new(Pool::new(node.address())));
    let times = paced(CHARTS_PER_SECOND, count, |number, due| {
        let (requests, clients) = (requests.clone(), clients.clone());
        async move {
            let request = &requests[number % requests.len()];
            let status = clients.send(request).await?.status;
            ensure!(status == 200, "a chart: {status}");
            Ok(due.elapsed())
        }
    });
    let times = times.await?;
    let rows = recorded(pool).await? - before;
    ensure!(rows == i64::try_from(count)?, "{rows} reads are on file");
    let length = Duration::from_secs(count as u64) / CHARTS_PER_SECOND;
    Ok((Round::new(times, length), bytes))
}

/// Reads a chart once, and makes sure that all of it is there. Returns the bytes of the answer.
async fn whole(address: SocketAddr, request: &[u8], entries: usize) -> anyhow::Result<usize> {
    let mut client = Client::connect(address).await?;
    client.send(request).await?;
    let page: Value = serde_json::from_slice(client.body())?;
    let items = page["items"].as_array().map_or(0, Vec::len);
    let is_all = items == entries && page.get("nextCursor").is_none();
    ensure!(is_all, "{items} entries of {entries}");
    Ok(client.body().len())
}

/// Number of decisions in the access log.
async fn recorded(pool: &PgPool) -> anyhow::Result<i64> {
    let count = "select count(*) from access_log";
    Ok(sqlx::query_scalar(count).fetch_one(pool).await?)
}

/// Those who write.
struct Writers<'a> {
    node: &'a Node,
    work: &'a Arc<Work>,
    practice: &'a Practice<'a>,
    charts: &'a [Chart],
}

impl Writers<'_> {
    async fn book(&self, length: Duration) -> anyhow::Result<Round> {
        let address = self.node.address();
        let round = booking::round(address, CONNECTIONS, length, self.work, Kind::Booking).await?;
        self.node.catch_up(PATIENCE).await?;
        Ok(round)
    }

    /// Begins notes, then signs them. Returns both rounds.
    async fn sign(&self, count: usize) -> anyhow::Result<(Round, Round)> {
        let (drafts, begun) = self
            .practice
            .drafts(self.charts, count, CONNECTIONS)
            .await?;
        let signatures = drafts.iter().map(practice::Draft::sign).collect();
        let address = self.node.address();
        let signed = send_all(address, CONNECTIONS, signatures, Expected::Created).await?;
        self.node.catch_up(PATIENCE).await?;
        Ok((begun, signed.round))
    }
}

impl Measured {
    /// Signatures and bookings in turn.
    async fn write(&mut self, writers: &Writers<'_>, plan: &Plan) -> anyhow::Result<()> {
        // Once without counting, so that caches, plans and connections are warm on both sides.
        writers.book(plan.round).await?;
        writers.sign(plan.notes).await?;
        for round in 0..plan.rounds {
            if round % 2 == 0 {
                self.bookings.push(writers.book(plan.round).await?);
            }
            let (begun, signed) = writers.sign(plan.notes).await?;
            self.drafts.push(begun);
            self.signatures.push(signed);
            if round % 2 == 1 {
                self.bookings.push(writers.book(plan.round).await?);
            }
        }
        Ok(())
    }

    /// Reads of short charts with the access log and without it, in turn.
    async fn read_short(
        &mut self,
        node: &Node,
        charts: &[Chart],
        plan: &Plan,
    ) -> anyhow::Result<()> {
        let unlogged = Unlogged::start(node.app())?;
        let requests: Vec<_> = charts.iter().map(|chart| chart.read(SHORT)).collect();
        let requests = Arc::new(requests);
        let read = async |address| send_for(address, CONNECTIONS, plan.round, &requests).await;
        for address in [node.address(), unlogged.address] {
            whole(address, &requests[0], SHORT).await?;
            read(address).await?;
        }
        for round in 0..plan.rounds {
            if round % 2 == 0 {
                self.logged.push(read(node.address()).await?);
            }
            self.unlogged.push(read(unlogged.address).await?);
            if round % 2 == 1 {
                self.logged.push(read(node.address()).await?);
            }
        }
        unlogged.stop().await;
        Ok(())
    }

    /// Notes per second, from the request that begins one to the one that signs it.
    fn notes(&self) -> Vec<Round> {
        let rounds = self.drafts.iter().zip(&self.signatures);
        let both = rounds.map(|(begun, signed)| 1.0 / (1.0 / begun.rate + 1.0 / signed.rate));
        both.map(Round::from_rate).collect()
    }

    fn figures(&self) -> [Figure; 4] {
        let write = median_ratio(&self.signatures, &self.bookings);
        let with_draft = median_ratio(&self.notes(), &self.bookings);
        let log = median_ratio(&self.logged, &self.unlogged);
        [
            Figure::new("chart_p99_ms", self.long.percentile_ms(99), 2).at_most(50.0),
            Figure::new("write_ratio", write, 2).at_least(1.0),
            Figure::new("draft_and_write_ratio", with_draft, 2),
            Figure::new("log_ratio", log, 2).at_least(0.85),
        ]
    }
}

fn print(measured: &Measured) {
    println!(
        "charts of {LONG} entries ({} kB), {CHARTS_PER_SECOND} per second: p50 {:.2} ms, p99 {:.2} ms",
        measured.bytes / 1_000,
        measured.long.percentile_ms(50),
        measured.long.percentile_ms(99),
    );
    println!("rounds                     per second   p50 ms   p99 ms");
    for (what, rounds) in [
        ("drafts begun", &measured.drafts),
        ("notes signed", &measured.signatures),
        ("bookings", &measured.bookings),
        ("charts read, recorded", &measured.logged),
        ("charts read, unrecorded", &measured.unlogged),
    ] {
        let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure));
        println!(
            "{what:<26} {:>10.0} {:>8.2} {:>8.2}",
            of(|round| round.rate),
            of(|round| round.percentile_ms(50)),
            of(|round| round.percentile_ms(99)),
        );
    }
}
