//! Requests at a fixed rate, whether or not the earlier ones were answered.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Runs `count` tasks, each when it is due, and returns what they return in the order in which they were due. A task
/// is told its number and the moment; the clock ticks in milliseconds, so up to one of them is the bench's own.
pub async fn paced<T, F>(
    rate: u32,
    count: usize,
    task: impl Fn(usize, Instant) -> F,
) -> anyhow::Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<T>> + Send + 'static,
{
    let begin = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut running = JoinSet::new();
    for number in 0..count {
        let since = f64::from(u32::try_from(number)?) / f64::from(rate);
        let due = begin + Duration::from_secs_f64(since);
        while Instant::now() < due {
            tick.tick().await;
        }
        let task = task(number, due);
        running.spawn(async move { task.await.map(|done| (number, done)) });
    }
    let mut done = Vec::new();
    while let Some(ended) = running.join_next().await {
        done.push(ended??);
    }
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, done)| done).collect())
}
