//! Events of the deliveries in the log.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::ensure;
use sqlx::PgPool;

use super::delivery::{Delivery, Fact};

/// Facts of the deliveries that were answered, as the log has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Different facts among them.
    pub facts: usize,
    /// Facts that are not in the log.
    pub lost: usize,
    /// Facts that are there more than once.
    pub twice: usize,
}

/// Waits until nothing in the inbox waits any more.
pub async fn caught_up(pool: &PgPool) -> anyhow::Result<()> {
    let begin = Instant::now();
    let waiting = "select count(*) from gateway_inbox where outcome is null";
    loop {
        let count: i64 = sqlx::query_scalar(waiting).fetch_one(pool).await?;
        if count == 0 {
            return Ok(());
        }
        ensure!(
            begin.elapsed() < Duration::from_mins(5),
            "{count} deliveries still wait"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Looks each of them up.
pub async fn look(
    pool: &PgPool,
    answered: impl Iterator<Item = &Delivery>,
) -> anyhow::Result<Found> {
    let sql = "
        select event_type, coalesce(payload ->> 'gatewayRefund', payload ->> 'attempt'), count(*)
        from events
        where event_type in ('payment.attempt_failed', 'payment.captured', 'payment.refunded')
        group by 1, 2";
    let rows: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(pool).await?;
    let logged: BTreeMap<_, _> = rows
        .into_iter()
        .map(|(event_type, id, count)| ((event_type, id), count))
        .collect();
    let mut facts: Vec<&Fact> = answered.map(|delivery| &delivery.fact).collect();
    facts.sort_unstable();
    facts.dedup();
    let times = |fact: &Fact| {
        let key = (fact.event_type.to_owned(), fact.id.clone());
        logged.get(&key).copied().unwrap_or_default()
    };
    Ok(Found {
        facts: facts.len(),
        lost: facts.iter().filter(|fact| times(fact) == 0).count(),
        twice: facts.iter().filter(|fact| times(fact) > 1).count(),
    })
}
