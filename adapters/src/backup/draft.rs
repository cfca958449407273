//! A backup under construction: a private folder under a temporary name, renamed when complete.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manifest::{Checksum, FileEntry};
use super::{BackupError, MANIFEST, Manifest};

/// A folder that only its owner may enter. It is removed unless it was published.
#[derive(Debug)]
pub struct Draft {
    folder: PathBuf,
    target: PathBuf,
    files: BTreeMap<String, FileEntry>,
}

impl Draft {
    /// Creates it next to `target`, which must not exist or be empty.
    ///
    /// # Errors
    /// [`BackupError::Exists`]
    pub fn begin(target: &Path) -> Result<Self, BackupError> {
        let taken = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some());
        if taken || target.is_file() {
            return Err(BackupError::Exists {
                path: target.to_owned(),
            });
        }
        let folder = target.with_added_extension(format!("{}.partial", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .map_err(BackupError::io("making a folder for the backup", &folder))?;
        Ok(Self {
            folder,
            target: target.to_owned(),
            files: BTreeMap::new(),
        })
    }

    /// Creates a private file of the backup; its length and digest are known when it is complete.
    pub(super) fn file(&self, name: &'static str) -> Result<DraftFile, BackupError> {
        let path = self.folder.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(BackupError::io("making a file of the backup", &path))?;
        Ok(DraftFile {
            name,
            path,
            file,
            sum: Checksum::default(),
        })
    }

    /// Adds a complete file.
    pub(super) fn add(&mut self, file: DraftFile) -> Result<(), BackupError> {
        let (name, entry) = file.finish()?;
        self.files.insert(name.to_owned(), entry);
        Ok(())
    }

    /// Adds a value as a JSON file.
    pub fn add_json(
        &mut self,
        name: &'static str,
        value: &impl Serialize,
    ) -> Result<(), BackupError> {
        let mut file = self.file(name)?;
        let text = serde_json::to_vec(value).map_err(|error| {
            BackupError::io("writing a file of the backup", &file.path)(error.into())
        })?;
        file.write(&text)?;
        self.add(file)
    }

    /// Writes the manifest, syncs everything to disk, and renames the folder.
    pub fn publish(mut self, mut manifest: Manifest) -> Result<(), BackupError> {
        manifest.files = std::mem::take(&mut self.files);
        let path = self.folder.join(MANIFEST);
        let failed = || BackupError::io("finishing the backup", &path);
        let text = serde_json::to_string_pretty(&manifest).map_err(|e| failed()(e.into()))?;
        let mut file = self.file(MANIFEST)?;
        file.write(text.as_bytes())?;
        file.finish()?;
        sync_folder(&self.folder)
            .and_then(|()| fs::rename(&self.folder, &self.target))
            .and_then(|()| sync_folder(parent(&self.target)))
            .map_err(failed())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After publishing, the folder does not exist under this name.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A file of the backup while it is written.
pub(super) struct DraftFile {
    name: &'static str,
    path: PathBuf,
    file: File,
    sum: Checksum,
}

impl DraftFile {
    pub(super) fn write(&mut self, block: &[u8]) -> Result<(), BackupError> {
        self.sum.add(block);
        self.file
            .write_all(block)
            .map_err(BackupError::io("writing a file of the backup", &self.path))
    }

    fn finish(self) -> Result<(&'static str, FileEntry), BackupError> {
        self.file
            .sync_all()
            .map_err(BackupError::io("writing a file of the backup", &self.path))?;
        Ok((self.name, self.sum.entry()))
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
