//! The private database of a server, as what kills it and takes it away.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Server;

impl Server {
    /// Stops the database as `pg_ctl -m immediate` does, which is this signal.
    pub fn crash_database(&self) {
        kill(self.postmaster().unwrap(), Signal::SIGQUIT).unwrap();
    }

    /// Kills the database as `kill -9` does.
    pub fn kill_database(&self) {
        kill(self.postmaster().unwrap(), Signal::SIGKILL).unwrap();
    }

    /// Crashes the database, which then can't start again until [`Server::find_database`].
    pub fn lose_database(&self) {
        let [there, away] = self.database_settings();
        fs::rename(there, away).unwrap();
        self.crash_database();
    }

    /// Ends that.
    pub fn find_database(&self) {
        let [there, away] = self.database_settings();
        fs::rename(away, there).unwrap();
    }

    fn database_settings(&self) -> [PathBuf; 2] {
        let cluster = self.folder().join("postgres/cluster");
        ["postgresql.conf", "postgresql.conf.away"].map(|name| cluster.join(name))
    }

    fn postmaster(&self) -> Option<Pid> {
        postmaster(&self.folder().join("postgres"))
    }
}

pub(super) fn postmaster(database: &Path) -> Option<Pid> {
    let text = fs::read_to_string(database.join("cluster/postmaster.pid")).ok()?;
    Some(Pid::from_raw(text.lines().next()?.parse().ok()?))
}
