//! Files for secrets: complete or absent, readable only by their owner.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

/// Writes `content` to `path`, mode 0600, which must not exist yet. After a crash the file is there
/// in full or not at all.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if `path` exists, otherwise the error of the file system.
pub fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_added_extension(format!("{}.draft", std::process::id()));
    let written = write_synced(&draft, content).and_then(|()| {
        // A link, unlike a rename, does not replace an existing file.
        fs::hard_link(&draft, path)
    });
    let _ = fs::remove_file(&draft);
    written?;
    sync_folder(path)
}

/// Replaces the content of `path`, mode 0600, and overwrites the old content before removing it.
/// After a crash `path` holds either the old or the new content; calling it again destroys the old
/// content.
///
/// A file system that writes every change to a new place (copy on write, some flash disks) may keep the
/// old content in spite of this.
///
/// # Errors
/// The error of the file system.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let old = path.with_added_extension("old");
    shred(&old)?;
    fs::hard_link(path, &old)?;
    let draft = path.with_added_extension(format!("{}.draft", std::process::id()));
    write_synced(&draft, content)?;
    fs::rename(&draft, path)?;
    sync_folder(path)?;
    shred(&old)
}

/// Overwrites a file and removes it, if it exists.
fn shred(path: &Path) -> io::Result<()> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    // A crash may have left a second name of the file that is in use: then only the name is
    // removed.
    if file.metadata()?.nlink() == 1 {
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        file.write_all(&vec![0; length])?;
        file.sync_all()?;
    }
    fs::remove_file(path)?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_private_file_is_readable_by_its_owner_alone_and_leaves_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.json");
        write_new(&path, b"{}").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_replaced_is_overwritten_before_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_new(&path, b"first").unwrap();
        let mut held = File::open(&path).unwrap();
        replace(&path, b"second").unwrap();
        let mut left = Vec::new();
        io::Read::read_to_end(&mut held, &mut left).unwrap();
        assert_eq!(left, [0; 5]);
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_replacement_that_was_cut_short_is_gone_through_when_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let old = folder.path().join("secret.old");
        write_new(&path, b"first").unwrap();
        // Before the rename: two names of one file.
        fs::hard_link(&path, &old).unwrap();
        replace(&path, b"second").unwrap();
        // After it: a file of its own.
        fs::write(&old, b"first").unwrap();
        replace(&path, b"third").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"third");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_private_file_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.json");
        write_new(&path, b"first").unwrap();
        let refused = write_new(&path, b"second").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }
}
