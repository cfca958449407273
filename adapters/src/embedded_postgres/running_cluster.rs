//! Access to a cluster that another program runs.

use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

use super::{
    EmbeddedPostgresError as Error, account::ServerAccount, layout::Layout, passwords::Passwords,
    postmaster::Postmaster, roles::Role,
};

/// A cluster that another program started and may stop at any time. It serves work that may be
/// interrupted: a backup, a rebuild of read models, or an operator's command.
#[derive(Debug)]
pub struct RunningCluster {
    socket_dir: PathBuf,
    passwords: Passwords,
}

impl RunningCluster {
    /// Finds the server that runs on `data_dir`; `None` if there is none.
    pub fn attach(data_dir: &Path) -> Result<Option<Self>, Error> {
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

    /// Returns connection options for the owner of the database.
    #[must_use]
    pub fn owner_options(&self) -> PgConnectOptions {
        Role::Owner.options(&self.socket_dir, &self.passwords)
    }

    /// Returns connection options for the role of the program's regular work.
    #[must_use]
    pub fn app_options(&self) -> PgConnectOptions {
        Role::App.options(&self.socket_dir, &self.passwords)
    }
}
