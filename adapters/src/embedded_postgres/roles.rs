//! Roles of the cluster, with connection options for each.

use std::path::Path;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{
    layout::PORT,
    passwords::{Passwords, plain},
};

/// The one database.
pub(super) const DATABASE: &str = "caresync";
/// Owns the database and runs the migrations.
pub(super) const OWNER: &str = "caresync_owner";
/// The role of the program's regular work.
pub(super) const APP: &str = "caresync_app";
/// The superuser; for checks, backups and repairs.
pub(super) const SUPERUSER: &str = "caresync_superuser";

/// A role to connect as.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    Superuser,
    Owner,
    App,
}

impl Role {
    /// Returns connection options for this role. Neither `~/.pgpass` nor the environment has any
    /// effect.
    pub(super) fn options(self, socket_dir: &Path, passwords: &Passwords) -> PgConnectOptions {
        let (name, password) = match self {
            Self::Superuser => (SUPERUSER, &passwords.superuser),
            Self::Owner => (OWNER, &passwords.owner),
            Self::App => (APP, &passwords.app),
        };
        PgConnectOptions::new_without_pgpass()
            .socket(socket_dir)
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(name)
            .password(plain(password))
            .database(DATABASE)
            .application_name("caresync")
    }
}
