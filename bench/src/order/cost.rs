//! Cost of the log's order: inserts into `events` beside inserts into the same table without it.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::figures::{Round, median, median_ratio};
use crate::pgbench::Pgbench;

const CLIENTS: usize = 32;

/// The same columns and key without epoch, transaction id and their index; an index on the position
/// instead, and nothing that refuses to rewrite.
const PLAIN: &str = "
    create table bench_plain_events (like events including defaults including identity including constraints);
    alter table bench_plain_events drop column epoch, drop column transaction_id;
    alter table bench_plain_events add primary key (aggregate_type, aggregate_id, sequence);
    create index on bench_plain_events (position);
";

/// Paired rounds.
pub struct Cost {
    ordered: Vec<Round>,
    plain: Vec<Round>,
}

/// Measures in turn, each pair beginning with the other one.
pub async fn measure(cluster: &Cluster, quick: bool) -> anyhow::Result<Cost> {
    let (rounds, length) = if quick { (9, 1) } else { (15, 4) };
    let length = Duration::from_secs(length);
    let owner = cluster.owner().await?;
    sqlx::raw_sql(PLAIN).execute(&owner).await?;
    owner.close().await;
    let pgbench = Pgbench::prepare(cluster).await?;
    cluster.settle().await?;
    let (ordered, plain) = (
        insert("events", "epoch, ", "1, "),
        insert("bench_plain_events", "", ""),
    );
    pgbench.run(&ordered, CLIENTS, length).await?;
    pgbench.run(&plain, CLIENTS, length).await?;
    let mut cost = Cost {
        ordered: Vec::new(),
        plain: Vec::new(),
    };
    for pair in 0..rounds {
        for turn in 0..2 {
            let (script, into) = if (pair + turn) % 2 == 0 {
                (&ordered, &mut cost.ordered)
            } else {
                (&plain, &mut cost.plain)
            };
            into.push(Round::from_rate(
                pgbench.run(script, CLIENTS, length).await?,
            ));
        }
    }
    Ok(cost)
}

impl Cost {
    /// Loss of rate, in percent.
    pub fn percent(&self) -> f64 {
        (1.0 - median_ratio(&self.ordered, &self.plain)) * 100.0
    }

    /// Prints the rates.
    pub fn print(&self) {
        let rate = |rounds: &[Round]| median(rounds.iter().map(|round| round.rate));
        println!(
            "single-row inserts per second, {CLIENTS} clients, {} pairs: {:.0} into events, {:.0} without its order",
            self.plain.len(),
            rate(&self.ordered),
            rate(&self.plain),
        );
    }
}

/// An insert of about a booking's size, each into an aggregate of its own.
fn insert(table: &str, columns: &str, values: &str) -> String {
    let payload = format!(
        r#"{{"subject": "{}", "phi": "{}"}}"#,
        "s".repeat(36),
        "p".repeat(320)
    );
    let metadata = format!(
        r#"{{"actor": "{}", "command": "{}"}}"#,
        "a".repeat(36),
        "c".repeat(200)
    );
    format!(
        "\\set id random(1, 9000000000000000000)\n\
         insert into {table} ({columns}aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         values ({values}'bench.counter', :id::bigint::text, 1, 'bench.stuffed', '1', '{payload}'::jsonb, '{metadata}'::jsonb);\n"
    )
}
