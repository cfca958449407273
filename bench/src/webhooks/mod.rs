//! The payment gateway's webhooks over HTTP, at a fixed rate: the time of the answer, and lost facts.
//!
//! The real application, with the inbox and all that works on it: five hundred signed deliveries per second,
//! whether or not the earlier ones were answered, of attempts that failed, captures and refunds, a tenth of them
//! repetitions. The orders are real: visits were booked, and the payers asked to pay. In the end, once the worker has
//! caught up, the fact of every delivery that was answered must be in the log.

mod delivery;
mod found;
mod orders;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::Pool;
use crate::cluster::Cluster;
use crate::figures::Round;
use crate::paced::paced;
use crate::report::{Figure, Report};
use delivery::Delivery;
use found::Found;
use orders::Orders;

/// Deliveries per second.
const RATE: u32 = 500;
/// Of the first seconds no times are taken: plans, caches and connections get warm.
const WARM: u32 = 2;
/// Connections to the database: what a node has by default.
const POOL: u32 = 24;

/// Results.
struct Measured {
    round: Round,
    sent: usize,
    /// Deliveries that were not answered with 2xx.
    refused: usize,
    /// Time that the worker still needed after the last answer.
    behind: Duration,
    found: Found,
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let seconds = if quick { 6 } else { 30 };
    let cluster = Cluster::start(POOL).await?;
    let measured = measure(&cluster, seconds).await;
    cluster.stop().await?;
    let measured = measured?;
    print(&measured);
    let p99 = measured.round.percentile_ms(99);
    let lost = i64::try_from(measured.found.lost)?;
    Report::new(
        "webhooks",
        vec![
            Figure::new("p99_ms", p99, 2).at_most(20.0),
            Figure::count("lost", lost).at_most(0.0),
        ],
    )
}

async fn measure(cluster: &Cluster, seconds: u32) -> anyhow::Result<Measured> {
    let count = (WARM + seconds) * RATE;
    let orders = Orders::prepare(cluster, delivery::orders_for(count)).await?;
    let deliveries = Arc::new(delivery::plan(&orders.ids, count));
    cluster.settle().await?;
    let answers = send(orders.node.address(), &deliveries).await?;
    let begin = Instant::now();
    found::caught_up(&cluster.pool).await?;
    let behind = begin.elapsed();
    let answered = answers.iter().filter(|answer| answer.is_ok());
    let answered = answered.map(|answer| &deliveries[answer.number]);
    let found = found::look(&cluster.pool, answered).await?;
    orders.stop().await;
    let warm = (WARM * RATE) as usize;
    let counted = answers.iter().filter(|answer| answer.number >= warm);
    let times = counted.map(|answer| answer.time).collect();
    Ok(Measured {
        round: Round::new(times, Duration::from_secs(seconds.into())),
        sent: answers.len(),
        refused: answers.iter().filter(|answer| !answer.is_ok()).count(),
        behind,
        found,
    })
}

/// Answer to a delivery.
struct Answer {
    number: usize,
    status: u16,
    time: Duration,
}

impl Answer {
    fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Sends all of them, each when it is due. A time counts from then.
async fn send(address: SocketAddr, deliveries: &Arc<Vec<Delivery>>) -> anyhow::Result<Vec<Answer>> {
    let pool = Arc::new(Pool::new(address));
    paced(RATE, deliveries.len(), |number, due| {
        let (pool, deliveries) = (pool.clone(), deliveries.clone());
        async move {
            let status = pool.send(&deliveries[number].request).await?.status;
            Ok(Answer {
                number,
                status,
                time: due.elapsed(),
            })
        }
    })
    .await
}

fn print(measured: &Measured) {
    let Measured {
        round,
        sent,
        refused,
        behind,
        found,
    } = measured;
    println!("deliveries  refused  p50 ms  p90 ms  p99 ms  behind s  facts  lost  twice");
    println!(
        "{:>10} {:>8} {:>7.2} {:>7.2} {:>7.2} {:>9.1} {:>6} {:>5} {:>6}",
        sent,
        refused,
        round.percentile_ms(50),
        round.percentile_ms(90),
        round.percentile_ms(99),
        behind.as_secs_f64(),
        found.facts,
        found.lost,
        found.twice,
    );
}
