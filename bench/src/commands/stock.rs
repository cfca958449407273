//! The reference: `postgres-es` as it comes, in tables of its own.

use std::collections::HashMap;

use anyhow::bail;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{AggregateError, CqrsFramework};
use postgres_es::{PostgresCqrs, PostgresEventRepository};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use super::chart::Chart;
use super::work::{Request, Side, Verdict, filling};
use crate::cluster::Cluster;

/// Its tables: the columns and the key that it comes with, `jsonb` as in ours.
const SCHEMA: &str = "
    create schema stock;
    create table stock.events (
      aggregate_type text not null,
      aggregate_id text not null,
      sequence bigint not null check (sequence >= 0),
      event_type text not null,
      event_version text not null,
      payload jsonb not null,
      metadata jsonb not null,
      primary key (aggregate_type, aggregate_id, sequence)
    );
    grant usage on schema stock to caresync_app;
    grant select, insert on stock.events to caresync_app;
";

/// The framework over its own pool.
pub struct Stock {
    cqrs: PostgresCqrs<Chart>,
    pool: PgPool,
    metadata: HashMap<String, String>,
}

impl Stock {
    /// Makes its tables.
    pub async fn make_tables(cluster: &Cluster) -> anyhow::Result<()> {
        let owner = cluster.owner().await?;
        sqlx::raw_sql(SCHEMA).execute(&owner).await?;
        owner.close().await;
        Ok(())
    }

    /// With as many connections as tasks, up to 32; otherwise the defaults.
    pub async fn open(cluster: &Cluster, tasks: usize) -> anyhow::Result<Self> {
        let connections = u32::try_from(tasks.min(32))?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .connect_with(cluster.app_options())
            .await?;
        let repository = PostgresEventRepository::new(pool.clone())
            .with_tables("stock.events", "stock.snapshots");
        let store = PersistedEventStore::new_event_store(repository);
        Ok(Self {
            cqrs: CqrsFramework::new(store, Vec::new(), ()),
            pool,
            metadata: metadata(),
        })
    }

    /// Closes its connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl Side for Stock {
    async fn run(&self, request: Request) -> anyhow::Result<Verdict> {
        loop {
            let (command, metadata) = (request.command.clone(), self.metadata.clone());
            let executed = self
                .cqrs
                .execute_with_metadata(&request.chart, command, metadata);
            match executed.await {
                Ok(()) => return Ok(Verdict::Done),
                Err(AggregateError::UserError(_)) => return Ok(Verdict::Refused),
                Err(AggregateError::AggregateConflict) => {}
                Err(error) => bail!(error),
            }
        }
    }

    async fn prepare(&self, charts: &[String], events: u32) -> anyhow::Result<()> {
        let payload: Value = match charts.first() {
            Some(chart) => example(chart)?,
            None => return Ok(()),
        };
        for some in charts.chunks(500) {
            sqlx::query(
                "insert into stock.events
                 select $1, chart, n, 'chart.note_added', '1', $2, $3
                 from unnest($4::text[]) as chart, generate_series(1, $5::integer) as n",
            )
            .bind(<Chart as cqrs_es::Aggregate>::TYPE)
            .bind(&payload)
            .bind(serde_json::to_value(&self.metadata)?)
            .bind(some)
            .bind(i32::try_from(events)?)
            .execute(&self.pool)
            .await?;
        }
        Ok(())
    }
}

fn example(chart: &str) -> anyhow::Result<Value> {
    let events = Chart::default().decide(&filling(chart, 1, true).command)?;
    Ok(serde_json::to_value(events.first())?)
}

/// As much as ours.
pub fn metadata() -> HashMap<String, String> {
    let id = |number| Uuid::from_u128(number).to_string();
    [
        ("actor", id(0xac)),
        ("role", "DOCTOR".to_owned()),
        ("clinic", id(0xc1)),
        ("correlationId", id(0xc0)),
        ("causationId", id(0xca)),
        ("requestId", id(0x4e)),
        ("commandId", id(0xcd)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
