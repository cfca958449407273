//! Restore of a dump into an empty database, all of it or nothing.

use std::path::Path;
use std::process::Stdio;

use sqlx::postgres::PgConnectOptions;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::ChildStdin;

use super::dump::Passed;
use super::tools::database;
use super::{BackupError, LOG, Tools};

/// Loads the log of the backup in `folder` into `owner`'s database, in one transaction.
///
/// # Errors
/// [`BackupError::Tool`] with the message of `pg_restore`.
pub async fn load(
    tools: &Tools,
    owner: &PgConnectOptions,
    folder: &Path,
    passed: Passed<'_>,
) -> Result<(), BackupError> {
    let tool = "pg_restore";
    let mut command = tools.command(tool, owner);
    command
        .args(["--no-owner", "--no-privileges", "--no-comments"])
        .args(["--exit-on-error", "--single-transaction"])
        .arg(format!("--dbname={}", database(owner)))
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let failed = BackupError::io("running pg_restore", tool);
    let mut child = command.spawn().map_err(failed)?;
    let input = child.stdin.take();
    let path = folder.join(LOG);
    let (fed, ended) = tokio::join!(feed(&path, input, passed), child.wait_with_output());
    let ended = ended.map_err(BackupError::io("running pg_restore", tool))?;
    if !ended.status.success() {
        let output = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
        return Err(BackupError::Tool { tool, output });
    }
    fed
}

/// Feeds the file through a pipe to measure progress. If the program ended early, its own message
/// is the error.
async fn feed(
    path: &Path,
    input: Option<ChildStdin>,
    passed: Passed<'_>,
) -> Result<(), BackupError> {
    let failed = || BackupError::io("reading the dump", path);
    let mut file = File::open(path).await.map_err(failed())?;
    let mut block = vec![0; 1 << 16];
    let mut total = 0;
    let Some(mut input) = input else {
        return Ok(());
    };
    loop {
        let read = file.read(&mut block).await.map_err(failed())?;
        if read == 0 || input.write_all(&block[..read]).await.is_err() {
            return Ok(());
        }
        total += read as u64;
        passed(total);
    }
}
