//! The log as a file: everything but keys and sessions, as one snapshot saw it.

use std::process::Stdio;

use sqlx::postgres::PgConnectOptions;
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStdout;

use super::draft::{Draft, DraftFile};
use super::{BackupError, LOG, Tools};

/// Tables whose content stays out of the dump. Keys go into the keyring, which is kept apart and
/// not for long. Sessions end with a restore: whatever was revoked since the backup must not revive.
const WITHOUT_CONTENT: [&str; 5] = [
    "subject_keys",
    "master_key_epochs",
    "sessions",
    "refresh_tokens",
    "login_failures",
];

/// Second copies of read models stay out: a restore has no use for them, and they are made again.
const BESIDE: &str = "beside";

/// Told how many bytes have passed so far.
pub type Passed<'a> = &'a (dyn Fn(u64) + Sync);

/// Where a dump comes from.
#[derive(Debug)]
pub struct DumpSource<'a> {
    /// The programs to use.
    pub tools: &'a Tools,
    /// The database, as the owner of its tables.
    pub owner: &'a PgConnectOptions,
    /// An exported snapshot; the transaction that exported it must stay open.
    pub snapshot: &'a str,
}

/// Writes the dump into `draft`.
///
/// # Errors
/// [`BackupError::Tool`] with the words of `pg_dump`.
pub async fn dump(
    source: DumpSource<'_>,
    draft: &mut Draft,
    passed: Passed<'_>,
) -> Result<(), BackupError> {
    let tool = "pg_dump";
    let mut command = source.tools.command(tool, source.owner);
    command
        .args(["--format=custom", "--no-owner", "--no-privileges"])
        .arg(format!("--snapshot={}", source.snapshot))
        .arg(format!("--exclude-schema={BESIDE}"))
        .args(WITHOUT_CONTENT.map(|table| format!("--exclude-table-data=public.{table}")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let failed = BackupError::io("running pg_dump", tool);
    let mut child = command.spawn().map_err(failed)?;
    let output = child.stdout.take();
    let file = draft.file(LOG)?;
    let (written, ended) = tokio::join!(keep(output, file, passed), child.wait_with_output());
    let ended = ended.map_err(BackupError::io("running pg_dump", tool))?;
    if !ended.status.success() {
        let output = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
        return Err(BackupError::Tool { tool, output });
    }
    draft.add(written?)
}

async fn keep(
    output: Option<ChildStdout>,
    mut file: DraftFile,
    passed: Passed<'_>,
) -> Result<DraftFile, BackupError> {
    let mut block = vec![0; 1 << 16];
    let mut total = 0;
    if let Some(mut output) = output {
        loop {
            let read = output.read(&mut block).await;
            let read = read.map_err(BackupError::io("reading from pg_dump", "pg_dump"))?;
            if read == 0 {
                break;
            }
            file.write(&block[..read])?;
            total += read as u64;
            passed(total);
        }
    }
    Ok(file)
}
