//! Errors of starting and stopping the private cluster, with messages for the person at the
//! terminal.

use std::{io, path::PathBuf};

/// A failed start or stop, with advice.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedPostgresError {
    /// No server binaries were found.
    #[error(
        "PostgreSQL {minimum} or newer is not installed; on Debian or Ubuntu: apt-get install postgresql"
    )]
    NotInstalled {
        /// The oldest supported major version.
        minimum: u32,
    },
    /// Only server binaries of unsupported versions were found.
    #[error(
        "the newest PostgreSQL found is {found}, and {minimum} or newer is needed; on Debian or Ubuntu: apt-get install postgresql"
    )]
    TooOld {
        /// The newest major version found.
        found: u32,
        /// The oldest supported major version.
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
    /// We are root, `PostgreSQL` refuses to run as root, and there is no other account.
    #[error(
        "PostgreSQL must not run as root, and there is no user `postgres` or `nobody` to run it as; give the data folder to an unprivileged user"
    )]
    NoUnprivilegedAccount,
    /// The server's account can't enter the data folder.
    #[error(
        "user id {uid}, which the database runs as, may not enter {barrier}, and {data_dir} lies within; choose a data folder elsewhere, such as /var/lib/caresync, or chmod o+x {barrier}"
    )]
    OutOfReach {
        /// The data folder.
        data_dir: PathBuf,
        /// The first folder of the path that it can't enter.
        barrier: PathBuf,
        /// The server's account.
        uid: u32,
    },
    /// The folder for the socket belongs to another account.
    #[error("{path} exists and is not ours to put a database socket in; remove it")]
    SocketDirTaken {
        /// The folder.
        path: PathBuf,
    },
    /// Another program uses this data folder.
    #[error("{data_dir} is in use by {holder}; stop that one first or choose another data folder")]
    InUse {
        /// The data folder.
        data_dir: PathBuf,
        /// The program that holds the lock, if it says.
        holder: String,
    },
    /// The data folder has no passwords file.
    #[error(
        "{path} is missing or damaged, and the database in the same folder cannot be opened without it; put back your copy of the file (backups do not hold it), or set new passwords as docs/operations/secrets-and-keys.md says"
    )]
    PasswordsLost {
        /// Expected path.
        path: PathBuf,
    },
    /// The passwords file is of another database.
    #[error(
        "{path} has other passwords than the database in the same folder; put back your copy of the file, or set new passwords as docs/operations/secrets-and-keys.md says"
    )]
    OtherPasswords {
        /// Its path.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("initdb failed: {output}")]
    Initdb {
        /// Its message.
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
        /// The time limit.
        seconds: u64,
        /// The folder of its logs.
        logs: PathBuf,
    },
    /// The database vanished while it was in use. A new, empty one in its place would be wrong.
    #[error("the database in {data_dir} is gone")]
    Gone {
        /// The data folder.
        data_dir: PathBuf,
    },
    /// The server ends again and again.
    #[error("PostgreSQL ended {times} times in a row; see the logs in {logs}")]
    KeepsEnding {
        /// The number of times.
        times: u32,
        /// The folder of its logs.
        logs: PathBuf,
    },
    /// The server survived an immediate shutdown.
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
        /// The operation.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A statement failed on the cluster.
    #[error("{doing}")]
    Sql {
        /// The operation.
        doing: &'static str,
        /// The cause.
        source: sqlx::Error,
    },
}

impl EmbeddedPostgresError {
    /// Returns a closure for `map_err`: an I/O error with the operation and the file.
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

    /// Returns a closure for `map_err`: an SQL error with the operation.
    pub(super) fn sql(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Sql { doing, source }
    }
}
