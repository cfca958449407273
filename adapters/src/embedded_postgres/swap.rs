//! Replaces one data folder by another in one step: at no moment would a starting program find no
//! cluster and create a new, empty one.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{MetadataExt as _, chown},
    path::{Path, PathBuf},
};

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use super::{EmbeddedPostgresError as Error, lock::DataDirLock};

/// A data folder whose server has stopped, and which is still locked.
#[derive(Debug)]
pub struct HeldDataDir {
    path: PathBuf,
    _lock: DataDirLock,
}

impl HeldDataDir {
    pub(super) fn new(path: PathBuf, lock: DataDirLock) -> Self {
        Self { path, _lock: lock }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Creates the folder `staged` for a cluster that will replace `current`, owned by the same
/// account.
pub fn prepare_beside(current: &Path, staged: &Path) -> Result<(), Error> {
    let doing = "making a folder for the new database";
    fs::create_dir_all(staged).map_err(Error::io(doing, staged))?;
    let Ok(owner) = fs::metadata(current) else {
        return Ok(());
    };
    if nix::unistd::geteuid().is_root() {
        chown(staged, Some(owner.uid()), Some(owner.gid())).map_err(Error::io(doing, staged))?;
    }
    Ok(())
}

/// Renames `staged` to `current`. The present folder of that name is kept under the name `aside`.
pub fn put_in_place(staged: &HeldDataDir, current: &Path, aside: &Path) -> Result<(), Error> {
    let staged = staged.path();
    let swapped = if current.exists() {
        renameat2(
            AT_FDCWD,
            staged,
            AT_FDCWD,
            current,
            RenameFlags::RENAME_EXCHANGE,
        )
        .map_err(io::Error::from)
        .and_then(|()| fs::rename(staged, aside))
    } else {
        fs::rename(staged, current)
    };
    let folder = current.parent().unwrap_or(current);
    swapped
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(Error::io(
            "putting the restored database in its place",
            current,
        ))
}
