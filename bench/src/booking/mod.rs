//! Bookings over HTTP, beside a route that does nothing but insert one row.
//!
//! A booking: token, idempotency key, doctor's facts, claims, event, reply; other doctors, slots and
//! patients each time; read models and timers running. The reference: the same actix, the same pool,
//! one autocommit INSERT of an equal row.

mod bare;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::cluster::Cluster;
use crate::figures::{Round, median};
use crate::report::{Figure, Report};
pub use bare::Bare;
pub use work::Work;

/// Connections of the clients.
const CONNECTIONS: [usize; 4] = [1, 8, 32, 128];
/// The number of connections with the most rounds.
const FIGURE: usize = 32;
/// Connections to the database, for both routes together.
const POOL: u32 = 24;

/// Time that the read models may take to catch up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Lengths of everything.
struct Plan {
    round: Duration,
    rounds: usize,
    /// Rounds at the other numbers of connections.
    other_rounds: usize,
}

/// Paired rounds at one number of connections.
struct Pairs {
    connections: usize,
    bare: Vec<Round>,
    booking: Vec<Round>,
    lag: u64,
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let plan = if quick {
        Plan {
            round: Duration::from_secs(2),
            rounds: 5,
            other_rounds: 2,
        }
    } else {
        Plan {
            round: Duration::from_secs(4),
            rounds: 7,
            other_rounds: 5,
        }
    };
    let cluster = Cluster::start(POOL).await?;
    let measured = measure(&cluster, &plan).await;
    cluster.stop().await?;
    let measured = measured?;
    print(&measured);
    Report::new(
        "booking",
        measured.iter().flat_map(Pairs::figures).collect(),
    )
}

async fn measure(cluster: &Cluster, plan: &Plan) -> anyhow::Result<Vec<Pairs>> {
    let (node, work) = Work::prepare(cluster).await?;
    let work = Arc::new(work);
    let bare = Bare::start(cluster, &work).await?;
    // Once without counting, so that caches, plans and connections are warm on both sides.
    round(node.address(), FIGURE, plan.round, &work, Kind::Booking).await?;
    round(bare.address, FIGURE, plan.round, &work, Kind::Bare).await?;
    let mut measured = Vec::new();
    for connections in CONNECTIONS {
        let rounds = if connections == FIGURE {
            plan.rounds
        } else {
            plan.other_rounds
        };
        let mut pairs = Pairs {
            connections,
            bare: Vec::new(),
            booking: Vec::new(),
            lag: 0,
        };
        for _ in 0..rounds {
            pairs
                .bare
                .push(round(bare.address, connections, plan.round, &work, Kind::Bare).await?);
            let booked = round(
                node.address(),
                connections,
                plan.round,
                &work,
                Kind::Booking,
            )
            .await?;
            pairs.booking.push(booked);
            // What the read models still owe must not slow the reference down.
            pairs.lag = pairs.lag.max(node.catch_up(PATIENCE).await?);
        }
        measured.push(pairs);
    }
    bare.stop().await;
    node.stop().await;
    Ok(measured)
}

/// Kind of a request.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A booking.
    Booking,
    /// The reference.
    Bare,
}

/// `connections` clients, each sending one request after the other, for a while.
pub async fn round(
    address: SocketAddr,
    connections: usize,
    length: Duration,
    work: &Arc<Work>,
    kind: Kind,
) -> anyhow::Result<Round> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::connect(address).await?);
    }
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(send(client, begin + length, work.clone(), kind));
    }
    let mut times = Vec::new();
    while let Some(sent) = running.join_next().await {
        times.extend(sent??);
    }
    Ok(Round::new(times, begin.elapsed()))
}

async fn send(
    mut client: Client,
    until: Instant,
    work: Arc<Work>,
    kind: Kind,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let request = match kind {
            Kind::Booking => work.booking(),
            Kind::Bare => work.bare(),
        };
        let begin = Instant::now();
        let status = client.send(&request).await?;
        times.push(begin.elapsed());
        let body = String::from_utf8_lossy(client.body()).into_owned();
        ensure!(status == 201, "{status}: {body}");
    }
    Ok(times)
}

fn print(measured: &[Pairs]) {
    println!(
        "connections   bare/s  booking/s   ratio  bare p99 ms  booking p50 ms  booking p99 ms  lag"
    );
    for pairs in measured {
        println!(
            "{:>11} {:>8.0} {:>10.0} {:>7.3} {:>12.2} {:>15.2} {:>15.2} {:>4}",
            pairs.connections,
            median(pairs.bare.iter().map(|round| round.rate)),
            median(pairs.booking.iter().map(|round| round.rate)),
            pairs.ratio(),
            median(pairs.bare.iter().map(|round| round.percentile_ms(99))),
            median(pairs.booking.iter().map(|round| round.percentile_ms(50))),
            pairs.p99_ms(),
            pairs.lag,
        );
    }
}

impl Pairs {
    fn figures(&self) -> [Figure; 2] {
        let ratio = format!("ratio_c{}", self.connections);
        let p99 = format!("p99_ms_c{}", self.connections);
        [
            Figure::new(ratio, self.ratio(), 3),
            Figure::new(p99, self.p99_ms(), 2),
        ]
    }

    fn ratio(&self) -> f64 {
        median(
            self.bare
                .iter()
                .zip(&self.booking)
                .map(|(bare, booking)| booking.rate / bare.rate),
        )
    }

    fn p99_ms(&self) -> f64 {
        median(self.booking.iter().map(|round| round.percentile_ms(99)))
    }
}
