//! Cost of the log's order: inserts into `events` beside inserts into the same table without it, and cost of the
//! index by type.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::figures::{Round, median, median_ratio};
use crate::pgbench::Pgbench;

const CLIENTS: usize = 32;
/// Length of a round. The machine's speed changes from second to second: many short rounds pair better than few long
/// ones.
const LENGTH: Duration = Duration::from_secs(1);

/// The same columns and key without epoch and transaction id, in the table and in its indexes, and nothing that
/// refuses to rewrite. The second table has no index by type.
const TABLES: &str = "
    create table bench_plain_events (like events including defaults including identity including constraints);
    alter table bench_plain_events drop column epoch, drop column transaction_id;
    alter table bench_plain_events add primary key (aggregate_type, aggregate_id, sequence);
    create index on bench_plain_events (position);
    create table bench_untyped_events (like bench_plain_events including all);
    create index on bench_plain_events (event_type, position);
";

/// Rounds of the same moment.
pub struct Cost {
    ordered: Vec<Round>,
    plain: Vec<Round>,
    untyped: Vec<Round>,
}

/// Measures in turn, each time beginning with another one.
pub async fn measure(cluster: &Cluster, quick: bool) -> anyhow::Result<Cost> {
    let rounds = if quick { 15 } else { 60 };
    let owner = cluster.owner().await?;
    sqlx::raw_sql(TABLES).execute(&owner).await?;
    owner.close().await;
    let pgbench = Pgbench::prepare(cluster).await?;
    cluster.settle().await?;
    let mut sides = [
        (insert("events", "epoch, ", "1, "), Vec::new()),
        (insert("bench_plain_events", "", ""), Vec::new()),
        (insert("bench_untyped_events", "", ""), Vec::new()),
    ];
    for (script, _) in &sides {
        pgbench.run(script, CLIENTS, LENGTH).await?;
    }
    for first in 0..rounds {
        for turn in 0..sides.len() {
            let index = (first + turn) % sides.len();
            let (script, rounds) = &mut sides[index];
            let rate = pgbench.run(script, CLIENTS, LENGTH).await?;
            rounds.push(Round::from_rate(rate));
        }
    }
    let [ordered, plain, untyped] = sides.map(|(_, rounds)| rounds);
    Ok(Cost {
        ordered,
        plain,
        untyped,
    })
}

impl Cost {
    /// Loss of rate by the order, in percent.
    pub fn percent(&self) -> f64 {
        (1.0 - median_ratio(&self.ordered, &self.plain)) * 100.0
    }

    /// Loss of rate by the index by type, in percent.
    pub fn index_percent(&self) -> f64 {
        (1.0 - median_ratio(&self.plain, &self.untyped)) * 100.0
    }

    /// Prints the rates.
    pub fn print(&self) {
        let rate = |rounds: &[Round]| median(rounds.iter().map(|round| round.rate));
        println!(
            "single-row inserts per second, {CLIENTS} clients, {} rounds each: {:.0} into events, {:.0} without its \
             order, {:.0} without the index by type, too",
            self.plain.len(),
            rate(&self.ordered),
            rate(&self.plain),
            rate(&self.untyped),
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
