//! A private, durable `PostgreSQL` cluster, run by the program itself when no `DATABASE_URL` is set.
//!
//! It uses the server binaries of the system, keeps everything in one data folder, listens on a
//! Unix socket only, and stops with the program. If the program is killed, the server continues,
//! and the next start adopts it.
//! If the server ends by itself, [`EmbeddedPostgres::keep_running`] starts it again.
//!
//! ```text
//!              no cluster ──make──▶ stopped ──spawn──▶ running ──stop──▶ stopped
//!  half made ──discard──▲              ▲                  ▲
//!                                      └──── crashed ─────┴──adopt── running, owner killed
//! ```
//!
//! It never shares a data folder, never runs with `fsync` or `full_page_writes` off, and never as
//! root. A new setting of the server goes into `settings.rs`, a new role into `roles.rs`. Linux
//! only: it reads `/proc` to check that a process id still belongs to the server.

mod account;
mod binaries;
mod cluster;
mod config;
mod error;
mod layout;
mod lock;
mod passwords;
mod postmaster;
mod roles;
mod running_cluster;
mod settings;
mod swap;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::time::sleep;

pub use config::EmbeddedPostgresConfig;
pub use error::EmbeddedPostgresError;
pub use running_cluster::RunningCluster;
pub use swap::{HeldDataDir, prepare_beside, put_in_place};
use {
    EmbeddedPostgresError as Error, account::ServerAccount, binaries::Binaries, cluster::Maker,
    layout::Layout, lock::DataDirLock, passwords::Passwords, postmaster::Postmaster, roles::Role,
};

/// A running private cluster. Call [`EmbeddedPostgres::stop`] at the end: dropping it stops the
/// server too, but can't wait for it.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    // Before the lock: fields are dropped in order, and the lock must be held until the server was
    // told to stop.
    postmaster: Postmaster,
    layout: Layout,
    passwords: Passwords,
    socket_dir: PathBuf,
    config: EmbeddedPostgresConfig,
    lock: DataDirLock,
}

impl EmbeddedPostgres {
    /// Starts the cluster in the configured data folder; creates it if there is none, and adopts
    /// its server if one runs already.
    ///
    /// # Errors
    /// Each variant of [`EmbeddedPostgresError`] gives advice; after an error no server that was
    /// started here still runs.
    pub async fn start(config: EmbeddedPostgresConfig) -> Result<Self, EmbeddedPostgresError> {
        let account = ServerAccount::choose(&config.data_dir)?;
        let layout = Layout::prepare(&config.data_dir, account)?;
        let lock = DataDirLock::take(&layout)?;
        let passwords = Passwords::read_or_make(&layout)?;

        let (postmaster, socket_dir) = answering_server(&config, &layout, &passwords).await?;
        Ok(Self {
            postmaster,
            layout,
            passwords,
            socket_dir,
            config,
            lock,
        })
    }

    /// Returns connection options for the owner of the database, for migrations.
    #[must_use]
    pub fn owner_options(&self) -> PgConnectOptions {
        Role::Owner.options(&self.socket_dir, &self.passwords)
    }

    /// Returns connection options for the program's regular work. This role has the rights that
    /// migrations grant it.
    #[must_use]
    pub fn app_options(&self) -> PgConnectOptions {
        Role::App.options(&self.socket_dir, &self.passwords)
    }

    /// Returns connection options for the superuser, for backups and repairs.
    #[must_use]
    pub fn superuser_options(&self) -> PgConnectOptions {
        Role::Superuser.options(&self.socket_dir, &self.passwords)
    }

    /// Returns the data folder, absolute and without links.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.layout.data_dir()
    }

    /// Returns the folder of the server's socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Returns the server's process id.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.postmaster.pid()
    }

    /// Keeps the server running: starts it again when it ends without having been told to, on the same socket. Returns
    /// only when that does not help.
    pub async fn keep_running(&mut self) -> EmbeddedPostgresError {
        let mut ended = 0;
        loop {
            let since = Instant::now();
            self.postmaster.ended().await;
            if since.elapsed() >= SETTLED {
                ended = 0;
            }
            if let Err(error) = self.restart(&mut ended).await {
                return error;
            }
        }
    }

    /// Starts the server again, after a pause that grows with the number of times that it has `ended` in a row.
    async fn restart(&mut self, ended: &mut u32) -> Result<(), Error> {
        tracing::error!(
            database.pid = self.pid(),
            "The private PostgreSQL ended; it is started again after a pause."
        );
        loop {
            *ended += 1;
            if *ended > RESTARTS {
                return Err(Error::KeepsEnding {
                    times: RESTARTS,
                    logs: self.layout.log_dir(),
                });
            }
            sleep(self.config.restart_pause * 2_u32.pow(*ended - 1)).await;
            if !self.layout.cluster().exists() {
                let data_dir = self.data_dir().to_owned();
                return Err(Error::Gone { data_dir });
            }
            match answering_server(&self.config, &self.layout, &self.passwords).await {
                Ok((postmaster, socket_dir)) => {
                    self.postmaster = postmaster;
                    self.socket_dir = socket_dir;
                    tracing::info!(
                        database.pid = self.pid(),
                        "The private PostgreSQL runs again."
                    );
                    return Ok(());
                }
                Err(error @ (Error::DiedAtStart { .. } | Error::Sql { .. }))
                    if *ended < RESTARTS =>
                {
                    tracing::error!(%error, "The private PostgreSQL did not start.");
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Stops the server and waits until it has ended: a fast shutdown first, an immediate one after
    /// the time limit.
    ///
    /// # Errors
    /// [`EmbeddedPostgresError::StopTimedOut`] if it survives both.
    pub async fn stop(self) -> Result<(), EmbeddedPostgresError> {
        self.postmaster.stop(self.config.stop_timeout).await
    }

    /// Stops the server; the data folder stays locked until the returned value is dropped.
    pub async fn stop_and_hold(self) -> Result<HeldDataDir, EmbeddedPostgresError> {
        let (postmaster, limit, lock) = (self.postmaster, self.config.stop_timeout, self.lock);
        postmaster.stop(limit).await?;
        Ok(HeldDataDir::new(self.layout.data_dir().to_owned(), lock))
    }
}

/// Restarts in a row, after which the server is given up.
const RESTARTS: u32 = 6;

/// Time for which a server runs until earlier ends no longer count.
const SETTLED: Duration = Duration::from_mins(1);

/// Time limit for an adopted server that does not answer to end.
const DYING: Duration = Duration::from_secs(1);

/// The SQLSTATE of a wrong password.
const WRONG_PASSWORD: &str = "28P01";

/// A server on our cluster that has answered, with the folder of its socket.
///
/// A server that was killed a moment ago can still seem alive when it is adopted. It does not
/// answer and soon ends: then the next one is ours.
async fn answering_server(
    config: &EmbeddedPostgresConfig,
    layout: &Layout,
    passwords: &Passwords,
) -> Result<(Postmaster, PathBuf), Error> {
    loop {
        let mut postmaster = running_server(config, layout, passwords).await?;
        let answered = async {
            let socket_dir = postmaster.ready(config.start_timeout, layout).await?;
            let superuser = Role::Superuser.options(&socket_dir, passwords);
            assert_durable(&superuser, layout).await?;
            Ok(socket_dir)
        };
        match answered.await {
            Ok(socket_dir) => return Ok((postmaster, socket_dir)),
            Err(_) if postmaster.is_adopted() && postmaster.gone(DYING).await => {}
            Err(error) => return Err(error),
        }
    }
}

/// Asks the server itself: the settings file proves nothing, since `alter system` overrides it.
async fn assert_durable(superuser: &PgConnectOptions, layout: &Layout) -> Result<(), Error> {
    let doing = "asking the database whether it is durable";
    let mut connection = match PgConnection::connect_with(superuser).await {
        Ok(connection) => connection,
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(WRONG_PASSWORD) => {
            let path = layout.passwords();
            return Err(Error::OtherPasswords { path });
        }
        Err(error) => return Err(Error::sql(doing)(error)),
    };
    for setting in ["fsync", "full_page_writes"] {
        let value: String = sqlx::query_scalar("select current_setting($1)")
            .bind(setting)
            .fetch_one(&mut connection)
            .await
            .map_err(Error::sql(doing))?;
        if value != "on" {
            return Err(Error::NotDurable { setting, value });
        }
    }
    connection.close().await.map_err(Error::sql(doing))
}

/// Returns the server of our cluster: the running one, or a new one.
async fn running_server(
    config: &EmbeddedPostgresConfig,
    layout: &Layout,
    passwords: &Passwords,
) -> Result<Postmaster, Error> {
    if let Some(postmaster) = Postmaster::adopt(&layout.cluster()) {
        if !postmaster.is_stopping() {
            tracing::info!(
                database.pid = postmaster.pid(),
                "the embedded database of a killed predecessor still runs: adopted"
            );
            return Ok(postmaster);
        }
        postmaster.stop(config.stop_timeout).await?;
    }
    let binaries = choose_binaries(config, layout)?;
    let socket_dir = layout.make_socket_dir()?;
    if !layout.cluster().exists() {
        tracing::info!(data_dir = %layout.data_dir().display(), "making the embedded database");
        let (binaries, socket_dir) = (&binaries, socket_dir.as_path());
        Maker {
            config,
            layout,
            passwords,
            binaries,
            socket_dir,
        }
        .make()
        .await?;
    }
    settings::write(config, layout, &layout.cluster(), &socket_dir)?;
    Postmaster::start(&binaries, layout, &layout.cluster(), config.start_timeout).await
}

fn choose_binaries(config: &EmbeddedPostgresConfig, layout: &Layout) -> Result<Binaries, Error> {
    let search_path = config.search_path.as_deref();
    let version = layout.cluster().join("PG_VERSION");
    if !layout.cluster().exists() {
        return Binaries::for_new(search_path);
    }
    let major = std::fs::read_to_string(&version)
        .and_then(|text| text.trim().parse().map_err(std::io::Error::other))
        .map_err(Error::io(
            "reading which PostgreSQL wrote the data",
            version,
        ))?;
    Binaries::for_existing(search_path, major, layout.data_dir())
}
