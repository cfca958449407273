//! A database per test, copied from a migrated template.
//!
//! Nodes connect as the program does on a real installation, by a role that owns nothing. What a test looks up or breaks
//! behind a node's back it does as the owner.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;
use caresync::storage;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

/// The role of the nodes.
const APP: &str = "caresync_app";

/// Variable in which `script/test` passes the URL of the test cluster.
pub const CLUSTER: &str = "CARESYNC_TEST_DATABASE_URL";

/// A freshly migrated database in the test cluster.
#[derive(Debug, Clone)]
pub struct Database {
    options: PgConnectOptions,
}

impl Database {
    /// Makes a database. The first caller makes the template that all others copy.
    pub async fn create() -> anyhow::Result<Self> {
        let cluster = cluster()?;
        let mut admin = PgConnection::connect_with(&cluster).await?;
        let template = template(&cluster, &mut admin).await?;
        let name = format!("test_{}", random().simple());
        // The template must have no other session at that moment.
        let sql = format!(r#"create database "{name}" template "{template}""#);
        sqlx::raw_sql(&sql)
            .execute(&mut admin)
            .await
            .context("copying the template")?;
        admin.close().await?;
        Ok(Self {
            options: cluster.database(&name),
        })
    }

    /// A folder that is removed at the end of the run, if the test cluster has one.
    #[must_use]
    pub fn run_folder() -> Option<PathBuf> {
        Some(cluster().ok()?.get_socket()?.clone())
    }

    /// Options to connect to it as a node does.
    #[must_use]
    pub fn app_options(&self) -> PgConnectOptions {
        self.options().username(APP)
    }

    /// Options to connect to it as its owner.
    #[must_use]
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// A pool on it, as its owner.
    pub async fn pool(&self, connections: u32) -> anyhow::Result<PgPool> {
        let options = PgPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false);
        Ok(options.connect_with(self.options()).await?)
    }
}

fn cluster() -> anyhow::Result<PgConnectOptions> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one setting that the tests have"
    )]
    let url = std::env::var(CLUSTER)
        .with_context(|| format!("{CLUSTER} is not set: run the tests through script/test"))?;
    Ok(PgConnectOptions::from_str(&url)?)
}

/// The template's name carries the migrations' checksums: a changed migration makes a new one.
async fn template(cluster: &PgConnectOptions, admin: &mut PgConnection) -> anyhow::Result<String> {
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let migrator = Migrator::new(Path::new(migrations)).await?;
    let digest = migrator.iter().fold(0_u64, |digest, migration| {
        migration.checksum.iter().fold(digest, |digest, byte| {
            digest
                .wrapping_mul(1_099_511_628_211)
                .wrapping_add(u64::from(*byte))
        })
    });
    let name = format!("template_{digest:016x}");
    sqlx::query("select pg_advisory_lock(7205)")
        .execute(&mut *admin)
        .await?;
    let ready: bool = sqlx::query_scalar(
        "select exists (select from pg_database where datname = $1 and datistemplate)",
    )
    .bind(&name)
    .fetch_one(&mut *admin)
    .await?;
    if !ready {
        let drop_create = format!(r#"drop database if exists "{name}""#);
        sqlx::raw_sql(&drop_create).execute(&mut *admin).await?;
        sqlx::raw_sql(&format!(r#"create database "{name}""#))
            .execute(&mut *admin)
            .await?;
        let known = "select exists (select from pg_roles where rolname = $1)";
        let known: bool = sqlx::query_scalar(known)
            .bind(APP)
            .fetch_one(&mut *admin)
            .await?;
        if !known {
            let role = format!("create role {APP} login");
            sqlx::raw_sql(&role).execute(&mut *admin).await?;
        }
        let owner = cluster.clone().database(&name);
        storage::migrate(&owner, &owner.clone().username(APP)).await?;
        let seal = format!(r#"alter database "{name}" is_template true"#);
        sqlx::raw_sql(&seal).execute(&mut *admin).await?;
    }
    sqlx::query("select pg_advisory_unlock(7205)")
        .execute(admin)
        .await?;
    Ok(name)
}

fn random() -> Uuid {
    #[expect(
        clippy::disallowed_methods,
        reason = "a name for a throw-away database"
    )]
    Uuid::new_v4()
}
