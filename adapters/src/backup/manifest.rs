//! `manifest.json`: the content of a backup, with digests to verify it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{BackupError, LOG, MANIFEST};

/// The format that this program writes and reads.
pub const FORMAT: u32 = 1;

/// Content of a backup's log. Absent if only the keyring was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogEntry {
    /// Position of the newest event.
    pub head: String,
    /// Number of events.
    pub events: i64,
    /// The last migration that ran.
    pub schema: i64,
    /// `server_version_num` of the server.
    pub postgres: u32,
}

/// Expected length and digest of a file of the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileEntry {
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
}

/// A backup's description, written last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The layout of the folder.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// The time of the snapshot.
    pub taken_at: DateTime<Utc>,
    /// The log's epoch.
    pub epoch: i16,
    /// The log, unless only the keyring was saved.
    pub log: Option<LogEntry>,
    /// Number of persons who have a key.
    pub subjects: u64,
    /// Number of erased persons.
    pub erasures: u64,
    /// Fingerprint of the index key, in hexadecimal digits. Backups of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_key: Option<String>,
    /// The other files.
    pub files: BTreeMap<String, FileEntry>,
}

/// The format number only, which is readable in any format.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Manifest {
    /// Reads the manifest of the backup in `folder` and verifies each file that it names.
    ///
    /// # Errors
    /// [`BackupError::NotABackup`], [`BackupError::OtherFormat`], [`BackupError::Damaged`]
    pub fn verify(folder: &Path) -> Result<Self, BackupError> {
        let manifest = Self::read(folder)?;
        for (name, expected) in &manifest.files {
            let path = folder.join(name);
            let found = FileEntry::from_file(&path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => BackupError::Damaged {
                    path: path.clone(),
                    what: "it is missing",
                },
                _ => BackupError::io("reading a file of the backup", &path)(error),
            })?;
            if found != *expected {
                let what = "its content is not what the manifest says";
                return Err(BackupError::Damaged { path, what });
            }
        }
        Ok(manifest)
    }

    fn read(folder: &Path) -> Result<Self, BackupError> {
        let not_a_backup = |source| BackupError::NotABackup {
            path: folder.to_owned(),
            source,
        };
        let text = fs::read(folder.join(MANIFEST)).map_err(not_a_backup)?;
        let format: Format =
            serde_json::from_slice(&text).map_err(|error| not_a_backup(error.into()))?;
        if format.format != FORMAT {
            return Err(BackupError::OtherFormat {
                found: format.format,
                known: FORMAT,
            });
        }
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| not_a_backup(error.into()))?;
        if manifest.files.keys().any(|name| name.contains('/')) {
            return Err(not_a_backup(io::Error::other("a file lies elsewhere")));
        }
        Ok(manifest)
    }

    /// Returns the log, which `folder` must have.
    ///
    /// # Errors
    /// [`BackupError::Damaged`] if only a keyring was saved there.
    pub fn log(&self, folder: &Path) -> Result<&LogEntry, BackupError> {
        let listed = self.files.contains_key(LOG);
        self.log
            .as_ref()
            .filter(|_| listed)
            .ok_or_else(|| BackupError::Damaged {
                path: folder.to_owned(),
                what: "it holds a keyring only, and no log",
            })
    }
}

impl LogEntry {
    /// Returns the server's major version.
    #[must_use]
    pub fn postgres_major(&self) -> u32 {
        self.postgres / 10_000
    }
}

impl FileEntry {
    fn from_file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut sum = Checksum::default();
        let mut block = vec![0; 1 << 16];
        loop {
            match file.read(&mut block)? {
                0 => return Ok(sum.entry()),
                read => sum.add(&block[..read]),
            }
        }
    }
}

/// Length and digest of the bytes written.
#[derive(Default)]
pub(super) struct Checksum {
    bytes: u64,
    digest: Sha256,
}

impl Checksum {
    pub(super) fn add(&mut self, block: &[u8]) {
        self.bytes += block.len() as u64;
        self.digest.update(block);
    }

    pub(super) fn entry(self) -> FileEntry {
        let digest = self.digest.finalize();
        let sha256 = digest.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        FileEntry {
            bytes: self.bytes,
            sha256,
        }
    }
}
