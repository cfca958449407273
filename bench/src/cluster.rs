//! A durable PostgreSQL of the bench's own: fsync on, gone afterwards.

use std::path::Path;

use adapters::embedded_postgres::{EmbeddedPostgres, EmbeddedPostgresConfig};
use anyhow::Context as _;
use caresync::storage;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

/// A running cluster with a migrated database.
pub struct Cluster {
    server: EmbeddedPostgres,
    /// Connections of the app role.
    pub pool: PgPool,
    folder: TempDir,
}

impl Cluster {
    /// Starts it with a pool of `connections`.
    pub async fn start(connections: u32) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("caresync-bench")
            .tempdir_in("/var/tmp")?;
        // The server runs under another account, which must be able to come in.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open)?;
        let server = server(&folder).await?;
        storage::migrate(&server.owner_options(), &server.app_options()).await?;
        let pool = storage::connect(server.app_options(), connections).await?;
        Ok(Self {
            server,
            pool,
            folder,
        })
    }

    /// Starts it with the extension `pg_stat_statements`, which costs each statement a few microseconds.
    pub async fn with_statement_statistics(connections: u32) -> anyhow::Result<Self> {
        let cluster = Self::start(connections).await?;
        let superuser = cluster.superuser().await?;
        for statement in [
            "alter system set shared_preload_libraries = 'pg_stat_statements'",
            "create extension pg_stat_statements",
        ] {
            sqlx::query(statement).execute(&superuser).await?;
        }
        superuser.close().await;
        cluster.pool.close().await;
        cluster.server.stop().await.context("stopping PostgreSQL")?;
        let server = server(&cluster.folder).await?;
        let pool = storage::connect(server.app_options(), connections).await?;
        let folder = cluster.folder;
        let cluster = Self {
            server,
            pool,
            folder,
        };
        let superuser = cluster.superuser().await?;
        sqlx::query("alter system set pg_stat_statements.track_planning = on")
            .execute(&superuser)
            .await?;
        superuser.close().await;
        cluster.settle().await?;
        Ok(cluster)
    }

    /// Process id of the server.
    pub fn server_pid(&self) -> i32 {
        self.server.pid()
    }

    /// A connection pool of the owner, for what only a bench does.
    pub async fn owner(&self) -> anyhow::Result<PgPool> {
        storage::connect(self.server.owner_options(), 1).await
    }

    /// A pool of the superuser, for checkpoints and for a role of the bench's own.
    pub async fn superuser(&self) -> anyhow::Result<PgPool> {
        storage::connect(self.server.superuser_options(), 1).await
    }

    /// Writes out what earlier rounds left, and lets no checkpoint come by itself for a long time: one
    /// that falls into one side's round and not into the other's would be taken for a difference.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let superuser = self.superuser().await?;
        for statement in [
            "alter system set checkpoint_timeout = '1h'",
            "alter system set max_wal_size = '16GB'",
            "select pg_reload_conf()",
            "checkpoint",
        ] {
            sqlx::query(statement).execute(&superuser).await?;
        }
        superuser.close().await;
        Ok(())
    }

    /// Connection options of the app role, for a pool that is not the product's.
    pub fn app_options(&self) -> PgConnectOptions {
        self.server.app_options()
    }

    /// Connection options of the owner of the tables.
    pub fn owner_options(&self) -> PgConnectOptions {
        self.server.owner_options()
    }

    /// The folder of the server's socket, for other programs.
    pub fn socket_dir(&self) -> &Path {
        self.server.socket_dir()
    }

    /// Stops it and removes its folder.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.pool.close().await;
        self.server.stop().await.context("stopping PostgreSQL")?;
        self.folder.close().context("removing the cluster's folder")
    }
}

async fn server(folder: &TempDir) -> anyhow::Result<EmbeddedPostgres> {
    let mut config = EmbeddedPostgresConfig::new(folder.path().join("postgres"));
    config.shared_buffers_mib = 1024;
    EmbeddedPostgres::start(config)
        .await
        .context("starting PostgreSQL")
}
