//! The reference that no Rust is in: `PostgreSQL`'s own load generator.

use std::path::{Path, PathBuf};
use std::time::Duration;

use adapters::system::SystemIds;
use anyhow::{Context as _, ensure};
use commands::ports::IdSource as _;
use tokio::process::Command;

use crate::cluster::Cluster;

/// Threads of pgbench.
const THREADS: &str = "2";

/// pgbench, ready to run against a cluster.
pub struct Pgbench {
    program: PathBuf,
    socket_dir: PathBuf,
    database: String,
    role: String,
    password: String,
}

impl Pgbench {
    /// Makes a role for it: the passwords of the product's roles are not known.
    pub async fn prepare(cluster: &Cluster) -> anyhow::Result<Self> {
        let role = "bench_pgbench".to_owned();
        let password = SystemIds.id().simple().to_string();
        let superuser = cluster.superuser().await?;
        let (bin, database): (String, String) = sqlx::query_as(
            "select setting, current_database()::text from pg_config where name = 'BINDIR'",
        )
        .fetch_one(&superuser)
        .await?;
        sqlx::raw_sql(&format!(
            "create role {role} login password '{password}';
             grant connect on database {database} to {role};
             grant pg_write_all_data, pg_read_all_data to {role};"
        ))
        .execute(&superuser)
        .await?;
        superuser.close().await;
        Ok(Self {
            program: Path::new(&bin).join("pgbench"),
            socket_dir: cluster.socket_dir().to_owned(),
            database,
            role,
            password,
        })
    }

    /// Lets `clients` repeat `script` for a while, each statement a transaction of its own. Returns
    /// transactions per second.
    pub async fn run(&self, script: &str, clients: usize, length: Duration) -> anyhow::Result<f64> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), script)?;
        let seconds = length.as_secs().max(1).to_string();
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--jobs", THREADS])
            .args(["--client", &clients.to_string(), "--time", &seconds])
            .arg("--file")
            .arg(file.path())
            .arg("--host")
            .arg(&self.socket_dir)
            .args(["--username", &self.role, &self.database])
            .env_clear()
            .env("PGPASSWORD", &self.password)
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("running {}", self.program.display()))?;
        let (told, complaint) = (text(&output.stdout), text(&output.stderr));
        ensure!(output.status.success(), "pgbench failed: {complaint}");
        rate(&told).with_context(|| format!("pgbench told no rate: {told}"))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn rate(told: &str) -> Option<f64> {
    let line = told.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_what_pgbench_tells() {
        let told = "latency average = 1.1 ms\ntps = 28123.5 (without initial connection time)\n";
        assert_eq!(rate(told), Some(28123.5));
        assert_eq!(rate("no such line"), None);
    }
}
