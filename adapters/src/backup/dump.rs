//! The dump of the log: everything except keys and sessions, from one snapshot.

use std::process::Stdio;

use sqlx::postgres::PgConnectOptions;
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStdout;

use super::draft::{Draft, DraftFile};
use super::{BackupError, LOG, Tools};

/// Tables whose content is not dumped. Keys go into the keyring, which is stored separately and for
/// a shorter time. Sessions end with a restore: a session that was revoked since the backup must
/// not become valid again, and no code that was used.
const WITHOUT_CONTENT: [&str; 9] = [
    "subject_keys",
    "master_key_epochs",
    "sessions",
    "refresh_tokens",
    "login_failures",
    "known_devices",
    "blocked_clients",
    "mailed_codes",
    "mail_outbox",
];

/// Shadow copies of read models are not dumped: a rebuild makes them again.
const BESIDE: &str = "beside";

/// Called with the number of bytes written so far.
pub type Passed<'a> = &'a (dyn Fn(u64) + Sync);

/// Source of a dump.
#[derive(Debug)]
pub struct DumpSource<'a> {
    /// The client programs to use.
    pub tools: &'a Tools,
    /// The database, connected as the owner of its tables.
    pub owner: &'a PgConnectOptions,
    /// An exported snapshot; the transaction that exported it must stay open.
    pub snapshot: &'a str,
    /// Tables of others in the same database, as `pg_dump` takes patterns. The owner may not read them.
    pub foreign: &'a [String],
}

/// Writes the dump into `draft`.
///
/// # Errors
/// [`BackupError::Tool`] with the message of `pg_dump`.
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
        .args((source.foreign.iter()).map(|table| format!("--exclude-table={table}")))
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
