//! Errors of backup and restore, with messages for the person at the terminal.

use std::io;
use std::path::PathBuf;

/// A failed backup or restore, with advice.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// No client programs of `PostgreSQL` are installed.
    #[error("{tool} is not installed; on Debian or Ubuntu: apt-get install postgresql-client")]
    NotInstalled {
        /// The program that was looked for.
        tool: &'static str,
    },
    /// A program of `PostgreSQL` failed.
    #[error("{tool} failed: {output}")]
    Tool {
        /// The program.
        tool: &'static str,
        /// Its message.
        output: String,
    },
    /// The folder for the backup is not empty.
    #[error("{path} exists already; name a new folder for the backup")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder is not a backup, or an unfinished one.
    #[error("{path} is not a finished backup: it has no readable manifest.json")]
    NotABackup {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file differs from the one that was written.
    #[error("{path} is damaged: {what}; nothing was touched")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The difference.
        what: &'static str,
    },
    /// The backup's format is unknown.
    #[error("the backup has format {found}, and this program knows {known}; use a newer program")]
    OtherFormat {
        /// The format in the manifest.
        found: u32,
        /// The format of this program.
        known: u32,
    },
    /// The backup was written by a later version of the program.
    #[error(
        "the backup was written by caresync {program}, whose schema {backup} is newer than this \
         program's {known}; restore it with that program or a newer one"
    )]
    NewerSchema {
        /// The backup's last migration.
        backup: i64,
        /// This program's last migration.
        known: i64,
        /// The version that wrote the backup.
        program: String,
    },
    /// The dump was made by a later server version.
    #[error("the backup comes from PostgreSQL {backup}, and this server is {server}; use {backup}")]
    NewerServer {
        /// Major version of the dump.
        backup: u32,
        /// Major version of the target.
        server: u32,
    },
    /// The destination is not empty.
    #[error("the database is not empty: {found}")]
    NotEmpty {
        /// The content that was found.
        found: String,
    },
    /// A restore began here and did not finish.
    #[error(
        "a restore of {from} began here at {begun_at} and did not finish, so this database is \
         incomplete; run `caresync restore` again"
    )]
    HalfRestored {
        /// The folder of the backup.
        from: String,
        /// The time at which it began.
        begun_at: String,
    },
    /// The restored database differs from the dump.
    #[error("the restored log has {found}, and the manifest says {expected}")]
    Mismatch {
        /// Content of the database.
        found: String,
        /// Expected content.
        expected: String,
    },
    /// A file operation failed.
    #[error("{doing} ({path})")]
    Io {
        /// The operation.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A statement failed.
    #[error("{doing}")]
    Sql {
        /// The operation.
        doing: &'static str,
        /// The cause.
        source: sqlx::Error,
    },
}

impl BackupError {
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
