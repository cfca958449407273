//! A lock: one program per data folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
};

use super::{EmbeddedPostgresError as Error, layout::Layout};

/// The data folder is locked while this lives. The kernel releases the lock if the program is
/// killed.
#[derive(Debug)]
pub(super) struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Acquires the lock, or reports the holder.
    pub(super) fn take(layout: &Layout) -> Result<Self, Error> {
        let path = layout.lock();
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600);
        let mut file = options
            .open(&path)
            .map_err(Error::io("opening the lock file", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(layout, &mut file)),
            Err(TryLockError::Error(source)) => {
                return Err(Error::io("locking the data folder", path)(source));
            }
        }
        file.set_len(0)
            .and_then(|()| write!(file, "process {}", std::process::id()))
            .map_err(Error::io("writing the lock file", path))?;
        Ok(Self { _file: file })
    }
}

fn in_use(layout: &Layout, file: &mut File) -> Error {
    let mut holder = String::new();
    if file.read_to_string(&mut holder).is_err() || holder.is_empty() {
        "another program".clone_into(&mut holder);
    }
    Error::InUse {
        data_dir: layout.data_dir().to_owned(),
        holder,
    }
}
