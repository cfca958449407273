//! The account that the database runs as. `PostgreSQL` refuses to run as root, so a program started
//! as root runs the server as another account.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
};

use nix::unistd::{User, geteuid};
use tokio::process::Command;

use super::EmbeddedPostgresError as Error;

/// The account of the server's processes and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerAccount {
    /// Our own account, which is not root.
    Ours { uid: u32 },
    /// An unprivileged account, used if we are root.
    Other { uid: u32, gid: u32 },
}

impl ServerAccount {
    /// Returns our account if we are not root; otherwise the owner of `data_dir`, otherwise
    /// `postgres`, otherwise `nobody`.
    pub(super) fn choose(data_dir: &Path) -> Result<Self, Error> {
        let us = geteuid();
        if !us.is_root() {
            return Ok(Self::Ours { uid: us.as_raw() });
        }
        if let Ok(folder) = fs::metadata(data_dir)
            && folder.uid() != 0
        {
            return Ok(Self::Other {
                uid: folder.uid(),
                gid: folder.gid(),
            });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self::Other {
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            })
            .ok_or(Error::NoUnprivilegedAccount)
    }

    pub(super) fn uid(self) -> u32 {
        match self {
            Self::Ours { uid } | Self::Other { uid, .. } => uid,
        }
    }

    /// Changes the owner of `path` to this account.
    pub(super) fn give(self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Ours { .. } => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(uid), Some(gid))
                .map_err(Error::io("giving a file to the database's account", path)),
        }
    }

    /// Creates `path` with mode 0700, owned by this account.
    pub(super) fn make_private_dir(self, path: &Path) -> Result<(), Error> {
        fs::create_dir_all(path)
            .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o700)))
            .map_err(Error::io("making a folder for the database", path))?;
        self.give(path)
    }

    /// Checks that this account may enter `data_dir`, which must be canonical.
    pub(super) fn check_reach(self, data_dir: &Path) -> Result<(), Error> {
        let Self::Other { uid, gid } = self else {
            return Ok(());
        };
        for folder in data_dir.ancestors() {
            let meta = fs::metadata(folder).map_err(Error::io("looking at a folder", folder))?;
            let may_enter = match (meta.uid() == uid, meta.gid() == gid) {
                (true, _) => 0o100,
                (false, true) => 0o010,
                (false, false) => 0o001,
            };
            if meta.mode() & may_enter == 0 {
                let (data_dir, barrier) = (data_dir.to_owned(), folder.to_owned());
                return Err(Error::OutOfReach {
                    data_dir,
                    barrier,
                    uid,
                });
            }
        }
        Ok(())
    }

    /// Returns a command that runs as this account, without our environment: `PGDATA`, `PGOPTIONS`
    /// and the like would change the server. A change of account also drops root's supplementary
    /// groups (std does so whenever `uid` is set by root; a test checks it).
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }
}
