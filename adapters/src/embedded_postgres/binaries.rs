//! Finds an installed `PostgreSQL` server.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::EmbeddedPostgresError as Error;

/// The oldest supported major version: from 15 on, only the owner may create objects in schema
/// `public`.
pub(super) const MINIMUM_MAJOR: u32 = 15;

/// Folders of Debian and Ubuntu, one per major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Folder of a build from source.
const FROM_SOURCE: &str = "/usr/local/pgsql/bin";

/// One installed server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// Returns the server for a new cluster: the first on `search_path`, otherwise the newest in
    /// the usual places.
    pub(super) fn for_new(search_path: Option<&OsStr>) -> Result<Self, Error> {
        let installed = installed(search_path);
        let newest = installed.iter().map(|it| it.major).max();
        installed
            .into_iter()
            .find(|it| it.major >= MINIMUM_MAJOR)
            .ok_or(match newest {
                Some(found) => Error::TooOld {
                    found,
                    minimum: MINIMUM_MAJOR,
                },
                None => Error::NotInstalled {
                    minimum: MINIMUM_MAJOR,
                },
            })
    }

    /// Returns the server for a cluster of version `major`: only the same major version can read
    /// it.
    pub(super) fn for_existing(
        search_path: Option<&OsStr>,
        major: u32,
        data_dir: &Path,
    ) -> Result<Self, Error> {
        installed(search_path)
            .into_iter()
            .find(|it| it.major == major)
            .ok_or_else(|| Error::OtherMajor {
                data_dir: data_dir.to_owned(),
                major,
            })
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    /// Returns the server that `initdb` in `folder` belongs to. Links are followed, since a link to
    /// `initdb` alone (as in `/usr/local/bin`) does not have `postgres` next to it.
    fn in_folder(folder: &Path) -> Option<Self> {
        let initdb = folder.join("initdb").canonicalize().ok()?;
        let folder = initdb.parent()?.to_owned();
        let reply = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let major = major_in(std::str::from_utf8(&reply.stdout).ok()?)?;
        Some(Self { folder, major })
    }
}

/// Every server found, in the order of preference.
fn installed(search_path: Option<&OsStr>) -> Vec<Binaries> {
    let on_path = search_path.map(std::env::split_paths).into_iter().flatten();
    let debian = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let usual = debian
        .map(|it| it.path().join("bin"))
        .chain([PathBuf::from(FROM_SOURCE)]);

    let mut usual: Vec<_> = usual
        .filter_map(|folder| Binaries::in_folder(&folder))
        .collect();
    usual.sort_by_key(|it| std::cmp::Reverse(it.major));
    on_path
        .filter_map(|folder| Binaries::in_folder(&folder))
        .chain(usual)
        .collect()
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, also of `16beta1`.
fn major_in(reply: &str) -> Option<u32> {
    let version = reply.split_once("(PostgreSQL) ")?.1;
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_the_servers_own_words() {
        assert_eq!(
            major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_in("postgres: command not found"), None);
    }

    #[test]
    fn a_link_to_initdb_on_the_path_leads_to_the_whole_server() {
        let installed = Binaries::for_new(None).unwrap();
        let path = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(installed.initdb(), path.path().join("initdb")).unwrap();
        let found = Binaries::for_new(Some(path.path().as_os_str())).unwrap();
        assert_eq!(found, installed);
    }

    #[test]
    fn data_of_a_major_version_that_is_not_installed_is_refused_by_name() {
        let refused = Binaries::for_existing(None, 9, Path::new("/srv/caresync")).unwrap_err();
        assert!(
            refused.to_string().contains("apt-get install postgresql-9"),
            "{refused}"
        );
    }
}
