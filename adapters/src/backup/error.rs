//! Why a backup or a restore did not take place, in words for the person at the terminal.

use std::io;
use std::path::PathBuf;

/// A backup or restore that failed, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// No client programs of `PostgreSQL`.
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
        /// What it said.
        output: String,
    },
    /// The folder for the backup holds something already.
    #[error("{path} exists already; name a new folder for the backup")]
    Exists {
        /// That folder.
        path: PathBuf,
    },
    /// The folder is no backup, or one that never was finished.
    #[error("{path} is not a finished backup: it has no readable manifest.json")]
    NotABackup {
        /// That folder.
        path: PathBuf,
        /// Why it could not be read.
        source: io::Error,
    },
    /// A file is not the one that was written.
    #[error("{path} is damaged: {what}; nothing was touched")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How it differs.
        what: &'static str,
    },
    /// The backup's layout is unknown.
    #[error("the backup has format {found}, and this program knows {known}; use a newer program")]
    OtherFormat {
        /// What the manifest says.
        found: u32,
        /// What we know.
        known: u32,
    },
    /// The backup's tables are those of a later program.
    #[error(
        "the backup was written by caresync {program}, whose schema {backup} is newer than this \
         program's {known}; restore it with that program or a newer one"
    )]
    NewerSchema {
        /// The backup's last migration.
        backup: i64,
        /// Our last migration.
        known: i64,
        /// Who wrote the backup.
        program: String,
    },
    /// The dump comes from a later server.
    #[error("the backup comes from PostgreSQL {backup}, and this server is {server}; use {backup}")]
    NewerServer {
        /// Major version of the dump.
        backup: u32,
        /// Major version of the target.
        server: u32,
    },
    /// There is something where the backup would go.
    #[error("the database is not empty: {found}")]
    NotEmpty {
        /// What is there.
        found: String,
    },
    /// A restore began here and did not end.
    #[error(
        "a restore of {from} began here at {begun_at} and did not finish, so this database is \
         incomplete; run `caresync restore` again"
    )]
    HalfRestored {
        /// The folder it was restored from.
        from: String,
        /// When it began.
        begun_at: String,
    },
    /// What arrived is not what was dumped.
    #[error("the restored log has {found}, and the manifest says {expected}")]
    Mismatch {
        /// What the database holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
    /// A file operation failed.
    #[error("{doing} ({path})")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A statement failed.
    #[error("{doing}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: sqlx::Error,
    },
}

impl BackupError {
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
