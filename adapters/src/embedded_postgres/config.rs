//! What the caller decides about its private cluster.

use std::{ffi::OsString, path::PathBuf, time::Duration};

/// Where the cluster lives and how large it may grow.
#[derive(Debug, Clone)]
pub struct EmbeddedPostgresConfig {
    /// The folder that holds everything: data, passwords, logs, lock. Made if missing.
    pub data_dir: PathBuf,
    /// The `PATH` to look for server binaries in, as the settings read it from the environment.
    /// The usual places (`/usr/lib/postgresql/*/bin`) are searched in any case.
    pub search_path: Option<OsString>,
    /// `shared_buffers`, in MiB.
    pub shared_buffers_mib: u32,
    /// `max_connections`.
    pub max_connections: u32,
    /// How long a start may take. Recovery after a crash replays up to 4 GiB of log first.
    pub start_timeout: Duration,
    /// How long a fast shutdown may take before it becomes an immediate one.
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
            stop_timeout: Duration::from_secs(30),
        }
    }
}
