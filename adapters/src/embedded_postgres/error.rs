//! Why the private cluster could not be started or stopped, in words for the person at the terminal.

use std::{io, path::PathBuf};

/// A start or stop that failed, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedPostgresError {
    /// No server binaries anywhere.
    #[error(
        "PostgreSQL {minimum} or newer is not installed; on Debian or Ubuntu: apt-get install postgresql"
    )]
    NotInstalled {
        /// The oldest major version that will do.
        minimum: u32,
    },
    /// Server binaries, but none new enough.
    #[error(
        "the newest PostgreSQL found is {found}, and {minimum} or newer is needed; on Debian or Ubuntu: apt-get install postgresql"
    )]
    TooOld {
        /// The newest major version found.
        found: u32,
        /// The oldest major version that will do.
        minimum: u32,
    },
    /// The data was written by a major version that is not installed (any more).
    #[error(
        "{data_dir} was written by PostgreSQL {major}, which is not installed; apt-get install postgresql-{major}, or move the data with pg_upgrade"
    )]
    OtherMajor {
        /// The data folder.
        data_dir: PathBuf,
        /// The major version that wrote it.
        major: u32,
    },
    /// We are root, `PostgreSQL` refuses to be, and there is nobody else to be.
    #[error(
        "PostgreSQL must not run as root, and there is no user `postgres` or `nobody` to run it as; give the data folder to an unprivileged user"
    )]
    NoUnprivilegedAccount,
    /// The server's account cannot get into the data folder.
    #[error(
        "user id {uid}, which the database runs as, may not enter {barrier}, and {data_dir} lies within; choose a data folder elsewhere, such as /var/lib/caresync, or chmod o+x {barrier}"
    )]
    OutOfReach {
        /// The data folder.
        data_dir: PathBuf,
        /// The first folder on the way that is closed.
        barrier: PathBuf,
        /// The account that is shut out.
        uid: u32,
    },
    /// Somebody else owns the folder that our socket would be in.
    #[error("{path} exists and is not ours to put a database socket in; remove it")]
    SocketDirTaken {
        /// That folder.
        path: PathBuf,
    },
    /// Another program has this data folder open.
    #[error("{data_dir} is in use by {holder}; stop that one first or choose another data folder")]
    InUse {
        /// The data folder.
        data_dir: PathBuf,
        /// Who holds it, as far as it says.
        holder: String,
    },
    /// Data without its passwords.
    #[error(
        "{path} is missing or damaged, and the database in the same folder cannot be opened without it; restore it from a backup"
    )]
    PasswordsLost {
        /// Where they should be.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("initdb failed: {output}")]
    Initdb {
        /// What it said.
        output: String,
    },
    /// The server ended before it was ready.
    #[error("PostgreSQL ended while starting; {log} says: {tail}")]
    DiedAtStart {
        /// The log of this start.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server was not ready in time.
    #[error("PostgreSQL was not ready after {seconds} s; see the logs in {logs}")]
    StartTimedOut {
        /// How long we waited.
        seconds: u64,
        /// Where its logs are.
        logs: PathBuf,
    },
    /// The server survived even an immediate shutdown.
    #[error("PostgreSQL (process {pid}) does not stop")]
    StopTimedOut {
        /// Its process id.
        pid: i32,
    },
    /// The server runs with settings that can lose acknowledged commands.
    #[error(
        "PostgreSQL runs with {setting} = {value}, which can lose acknowledged data; refusing to use it"
    )]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// Its value, which should be `on`.
        value: String,
    },
    /// A file or process operation failed.
    #[error("{doing} ({path})")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A statement failed on the cluster.
    #[error("{doing}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: sqlx::Error,
    },
}

impl EmbeddedPostgresError {
    /// A closure for `map_err`: an I/O error with what was being done, and to which file.
    pub(super) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            doing,
            path: path.into(),
            source,
        }
    }

    /// A closure for `map_err`: an SQL error with what was being done.
    pub(super) fn sql(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Sql { doing, source }
    }
}
