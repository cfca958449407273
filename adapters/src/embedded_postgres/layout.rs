//! Paths in the data folder.

use std::{
    fs::{self, DirEntry},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::{EmbeddedPostgresError as Error, account::ServerAccount};
use crate::system::random_secret;

/// The port: without TCP it is only part of the name of the socket file.
pub(super) const PORT: u16 = 5432;

/// A socket's path must fit into `sockaddr_un` (108 bytes on Linux, 104 elsewhere).
const SOCKET_PATH_LIMIT: usize = 100;

/// Prefix of the temporary folder of a new cluster.
const MAKING: &str = "making-";

/// The paths of one data folder.
///
/// ```text
/// <data_dir>/lock             held while a program uses the folder
///            passwords.json   0600, made before the cluster
///            cluster/         PostgreSQL's own; it is here only once it is complete
///            making-*/        a cluster on its way; thrown away when found at the next making
///            log/             the server's logs, one file per weekday, and startup.log
///            run/             the socket
/// ```
#[derive(Debug, Clone)]
pub(super) struct Layout {
    data_dir: PathBuf,
    account: ServerAccount,
}

impl Layout {
    /// Creates the data folder if it is missing and checks that the server can enter it.
    pub(super) fn prepare(data_dir: &Path, account: ServerAccount) -> Result<Self, Error> {
        if !data_dir.exists() {
            account.make_private_dir(data_dir)?;
        }
        let data_dir = data_dir
            .canonicalize()
            .map_err(Error::io("opening the data folder", data_dir))?;
        account.check_reach(&data_dir)?;
        let layout = Self { data_dir, account };
        account.make_private_dir(&layout.log_dir())?;
        Ok(layout)
    }

    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub(super) fn account(&self) -> ServerAccount {
        self.account
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.data_dir.join("lock")
    }

    pub(super) fn passwords(&self) -> PathBuf {
        self.data_dir.join("passwords.json")
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.data_dir.join("cluster")
    }

    /// Returns a folder for a new cluster to which no `initdb` of a killed program may still write.
    pub(super) fn new_making(&self) -> io::Result<PathBuf> {
        let random = URL_SAFE_NO_PAD.encode(&random_secret()?[..9]);
        Ok(self.data_dir.join(format!("{MAKING}{random}")))
    }

    /// Folders of clusters that were never finished.
    pub(super) fn half_made(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.data_dir).into_iter().flatten().flatten();
        let making = |entry: &DirEntry| entry.file_name().to_string_lossy().starts_with(MAKING);
        entries.filter(making).map(|entry| entry.path()).collect()
    }

    pub(super) fn log_dir(&self) -> PathBuf {
        self.data_dir.join("log")
    }

    pub(super) fn startup_log(&self) -> PathBuf {
        self.log_dir().join("startup.log")
    }

    /// Creates the folder of the socket: within the data folder, or if the path is too long for a
    /// socket, in another folder that is named after it.
    pub(super) fn make_socket_dir(&self) -> Result<PathBuf, Error> {
        let within = self.data_dir.join("run");
        if socket_fits(&within) {
            self.account.make_private_dir(&within)?;
            return Ok(within);
        }
        let elsewhere = self.short_socket_dir();
        self.claim_public_dir(&elsewhere)?;
        Ok(elsewhere)
    }

    fn short_socket_dir(&self) -> PathBuf {
        let digest = Sha256::digest(self.data_dir.as_os_str().as_encoded_bytes());
        let name = URL_SAFE_NO_PAD.encode(&digest[..12]);
        let parent = match self.account {
            ServerAccount::Other { .. } => "/run",
            ServerAccount::Ours { .. } => "/tmp",
        };
        Path::new(parent).join(format!("caresync-{name}"))
    }

    /// Creates a folder in a place where others may write: an existing one must be a real folder of
    /// the server's account, otherwise another account could have created it to read the traffic.
    fn claim_public_dir(&self, path: &Path) -> Result<(), Error> {
        if fs::DirBuilder::new().mode(0o700).create(path).is_ok() {
            return self.account.give(path);
        }
        let found = fs::symlink_metadata(path)
            .map_err(Error::io("making a folder for the database's socket", path))?;
        if !found.is_dir() || found.uid() != self.account.uid() {
            return Err(Error::SocketDirTaken {
                path: path.to_owned(),
            });
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(Error::io(
            "closing the folder of the database's socket",
            path,
        ))
    }
}

fn socket_fits(folder: &Path) -> bool {
    folder.join(format!(".s.PGSQL.{PORT}")).as_os_str().len() < SOCKET_PATH_LIMIT
}
