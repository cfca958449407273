//! Single durable inserts at a fixed rate: the latency of a commit on this machine.

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::work::{Request, Side, Verdict};
use crate::cluster::Cluster;

/// Connections to the database.
const POOL: u32 = 8;

/// One autocommitted insert of a row of 400 bytes per command.
pub struct Inserts {
    pool: PgPool,
}

impl Inserts {
    /// Creates its table.
    pub async fn open(cluster: &Cluster) -> anyhow::Result<Self> {
        let owner = cluster.owner().await?;
        sqlx::raw_sql(
            "create table bench_inserts (number bigint primary key, content text not null);
             grant insert on bench_inserts to caresync_app",
        )
        .execute(&owner)
        .await?;
        owner.close().await;
        let pool = PgPoolOptions::new().max_connections(POOL);
        let pool = pool.connect_with(cluster.app_options()).await?;
        Ok(Self { pool })
    }
}

impl Side for Inserts {
    async fn run(&self, request: Request) -> anyhow::Result<Verdict> {
        sqlx::query("insert into bench_inserts values ($1, repeat('x', 380))")
            .bind(i64::try_from(request.number)?)
            .execute(&self.pool)
            .await?;
        Ok(Verdict::Done)
    }

    async fn prepare(&self, _: &[String], _: u32) -> anyhow::Result<()> {
        Ok(())
    }
}
