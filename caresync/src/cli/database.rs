//! The database for an operator's command, also while a server runs on it.

use adapters::embedded_postgres::{EmbeddedPostgres, EmbeddedPostgresError, RunningCluster};
use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;
use sqlx::postgres::PgConnectOptions;

use crate::settings::Settings;
use crate::storage::{External, PRIVATE, data_dir, embedded_config};

/// The database as its owner sees it.
pub(super) struct Database {
    pub(super) owner: PgConnectOptions,
    started: Option<EmbeddedPostgres>,
}

impl Database {
    /// The one that is set, or the private one: started, unless a server runs it already.
    pub(super) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        if let Some(url) = &settings.database_url {
            let External { owner, .. } = External::read(settings, url.expose_secret())?;
            return Ok(Self {
                owner,
                started: None,
            });
        }
        let folder = data_dir(settings).join(PRIVATE);
        if !folder.join("cluster").exists() {
            bail!("there is no database in {}", folder.display());
        }
        let config = embedded_config(settings, folder.clone());
        match EmbeddedPostgres::start(config).await {
            Ok(server) => Ok(Self {
                owner: server.owner_options(),
                started: Some(server),
            }),
            Err(in_use @ EmbeddedPostgresError::InUse { .. }) => {
                let running = RunningCluster::attach(&folder)?.ok_or(in_use)?;
                Ok(Self {
                    owner: running.owner_options(),
                    started: None,
                })
            }
            Err(error) => Err(error).context("starting PostgreSQL"),
        }
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        match self.started {
            Some(server) => server.stop().await.context("stopping PostgreSQL"),
            None => Ok(()),
        }
    }
}
