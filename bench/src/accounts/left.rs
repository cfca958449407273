//! Rows that a flood leaves in the database, and memory.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use sqlx::PgPool;

/// The time in which the mails that wait are sent.
const PATIENCE: Duration = Duration::from_mins(2);

/// Rows by table.
pub struct Rows(BTreeMap<String, i64>);

impl Rows {
    /// The rows that were added since.
    pub fn since(&self, before: &Self) -> Self {
        let added = self.0.iter().map(|(table, rows)| {
            let before = before.0.get(table).copied().unwrap_or_default();
            (table.clone(), rows - before)
        });
        Self(added.filter(|(_, added)| *added != 0).collect())
    }

    /// Their number.
    pub fn count(&self) -> i64 {
        self.0.values().sum()
    }
}

impl std::fmt::Display for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tables = self.0.iter().map(|(table, rows)| format!("{table} {rows}"));
        f.write_str(&tables.collect::<Vec<_>>().join(", "))
    }
}

/// Waits until no mail waits to be sent.
pub async fn mails_are_sent(pool: &PgPool) -> anyhow::Result<()> {
    let begin = Instant::now();
    loop {
        let waiting: i64 = sqlx::query_scalar("select count(*) from timers where kind = 'mail'")
            .fetch_one(pool)
            .await
            .context("counting the mails that wait")?;
        if waiting == 0 {
            return Ok(());
        }
        ensure!(begin.elapsed() < PATIENCE, "{waiting} mails are not sent");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The rows of all tables but those of sessions and read models, which follow from sign-ins and from the log.
pub async fn rows(pool: &PgPool) -> anyhow::Result<Rows> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select quote_ident(relname) from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
           and coalesce(obj_description(oid, 'pg_class'), '') not like 'read model:%'
           and relname not in ('sessions', 'refresh_tokens', 'known_devices', 'subscription_checkpoints', '_sqlx_migrations')
         order by relname",
    )
    .fetch_all(pool)
    .await?;
    let mut rows = BTreeMap::new();
    for table in tables {
        let count = format!("select count(*) from {table}");
        let counted: i64 = sqlx::query_scalar(&count)
            .fetch_one(pool)
            .await
            .with_context(|| format!("counting the rows of {table}"))?;
        rows.insert(table, counted);
    }
    Ok(Rows(rows))
}

/// Memory of this process that is resident, in MiB.
pub fn resident_mib() -> anyhow::Result<f64> {
    memory_mib("VmRSS:")
}

/// The most that it ever was, in MiB.
pub fn peak_mib() -> anyhow::Result<f64> {
    memory_mib("VmHWM:")
}

fn memory_mib(name: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.with_context(|| format!("no {name} in /proc/self/status"))?;
    let kilobytes: f64 = kilobytes.trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}
