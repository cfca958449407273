//! A look at a cluster that another program runs.

use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

use super::{
    EmbeddedPostgresError as Error, account::ServerAccount, layout::Layout, passwords::Passwords,
    postmaster::Postmaster, roles::Role,
};

/// A cluster that somebody else started and may stop at any time. For what may end half-way: a backup,
/// work beside the live read models.
#[derive(Debug)]
pub struct Visit {
    socket_dir: PathBuf,
    passwords: Passwords,
}

impl Visit {
    /// Finds the server that runs on `data_dir`; `None` if none does.
    pub fn pay(data_dir: &Path) -> Result<Option<Self>, Error> {
        if !data_dir.join("cluster").exists() {
            return Ok(None);
        }
        let account = ServerAccount::choose(data_dir)?;
        let layout = Layout::prepare(data_dir, account)?;
        let Some(socket_dir) = Postmaster::socket_of_running(&layout.cluster()) else {
            return Ok(None);
        };
        let passwords = Passwords::read_or_make(&layout)?;
        Ok(Some(Self {
            socket_dir,
            passwords,
        }))
    }

    /// How to connect as the owner of the database.
    #[must_use]
    pub fn owner_options(&self) -> PgConnectOptions {
        Role::Owner.options(&self.socket_dir, &self.passwords)
    }
}
