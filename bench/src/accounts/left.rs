//! What a flood leaves behind, in the database and in memory.

use anyhow::Context as _;
use sqlx::PgPool;

/// The rows of all tables but those of sessions and read models, which follow from sign-ins and from the log.
pub async fn rows(pool: &PgPool) -> anyhow::Result<i64> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select quote_ident(relname) from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
           and coalesce(obj_description(oid, 'pg_class'), '') not like 'read model:%'
           and relname not in ('sessions', 'refresh_tokens', 'known_devices', 'subscription_checkpoints', '_sqlx_migrations')
         order by relname",
    )
    .fetch_all(pool)
    .await?;
    let mut rows = 0;
    for table in tables {
        let count = format!("select count(*) from {table}");
        let counted: i64 = sqlx::query_scalar(&count)
            .fetch_one(pool)
            .await
            .with_context(|| format!("counting the rows of {table}"))?;
        rows += counted;
    }
    Ok(rows)
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
