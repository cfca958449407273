//! Sends commands: as fast as they are answered, or at a fixed rate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::work::{Side, Verdict, Work};
use crate::figures::Round;

/// `tasks` tasks, each sending one command after the other. Only what became durable is counted.
pub async fn full<S: Side>(
    side: &Arc<S>,
    work: &Arc<Work>,
    tasks: usize,
    length: Duration,
) -> anyhow::Result<Round> {
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..tasks {
        let (side, work) = (side.clone(), work.clone());
        running.spawn(async move {
            let mut times = Vec::new();
            while begin.elapsed() < length {
                let request = work.next();
                let sent = Instant::now();
                if side.run(request).await? == Verdict::Done {
                    times.push(sent.elapsed());
                }
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        times.extend(done??);
    }
    Ok(Round::new(times, begin.elapsed()))
}

/// `rate` commands per second, whether or not the earlier ones were answered. A command's time counts
/// from the moment that it was due; the clock ticks in milliseconds, so up to one of them is the
/// bench's own.
pub async fn paced<S: Side>(
    side: &Arc<S>,
    work: &Arc<Work>,
    rate: f64,
    length: Duration,
) -> anyhow::Result<Round> {
    ensure!(
        rate > 0.0,
        "nothing to pace by: the full load came to nothing"
    );
    let begin = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut running = JoinSet::new();
    let mut number = 0_u32;
    let mut due = begin;
    while due < begin + length {
        tick.tick().await;
        while due <= Instant::now() {
            running.spawn(send_one(side.clone(), work.clone(), due));
            number += 1;
            due = begin + Duration::from_secs_f64(f64::from(number) / rate);
        }
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        times.extend(done??);
    }
    Ok(Round::new(times, begin.elapsed()))
}

async fn send_one<S: Side>(
    side: Arc<S>,
    work: Arc<Work>,
    due: Instant,
) -> anyhow::Result<Option<Duration>> {
    let verdict = side.run(work.next()).await?;
    Ok((verdict == Verdict::Done).then(|| due.elapsed()))
}
