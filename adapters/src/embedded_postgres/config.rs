//! Settings of the private cluster.

use std::{ffi::OsString, path::PathBuf, time::Duration};

/// Path and limits of the cluster.
#[derive(Debug, Clone)]
pub struct EmbeddedPostgresConfig {
    /// The folder that holds everything: data, passwords, logs, lock. Created if missing.
    pub data_dir: PathBuf,
    /// The `PATH` in which to look for server binaries, as the settings read it from the
    /// environment. The usual places (`/usr/lib/postgresql/*/bin`) are searched in any case.
    pub search_path: Option<OsString>,
    /// `shared_buffers`, in MiB.
    pub shared_buffers_mib: u32,
    /// `max_connections`.
    pub max_connections: u32,
    /// Time limit of a start. Recovery after a crash replays up to 4 GiB of WAL first.
    pub start_timeout: Duration,
    /// The first pause before a server that has ended is started again; each further one is twice as long.
    pub restart_pause: Duration,
    /// Time limit of a fast shutdown, after which an immediate one follows.
    pub stop_timeout: Duration,
}

impl EmbeddedPostgresConfig {
    /// The defaults for one clinic on one machine.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            search_path: None,
            shared_buffers_mib: 256,
            max_connections: 200,
            start_timeout: Duration::from_mins(2),
            restart_pause: Duration::from_millis(250),
            stop_timeout: Duration::from_secs(30),
        }
    }
}
