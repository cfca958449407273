//! The server process: started by us, or adopted from a program that was killed.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::Child,
    time::{sleep, timeout},
};

use super::{EmbeddedPostgresError as Error, binaries::Binaries, layout::Layout};

/// Interval between checks whether the server is ready or has ended.
const POLL: Duration = Duration::from_millis(20);

/// Interval between checks whether a server that is in use still runs.
const WATCH: Duration = Duration::from_millis(100);

/// Time limit of an immediate shutdown, which only ends processes.
const IMMEDIATE_STOP: Duration = Duration::from_secs(10);

/// Messages of a server that finds running processes of a killed one. Processes without a
/// postmaster end by themselves, and so does a postmaster whose folder was removed.
const PREDECESSOR_LIVES: [&str; 2] = ["pre-existing shared memory block", "lock file"];

/// A running server on the folder `cluster`. If it is dropped without [`Postmaster::stop`], it is
/// told to stop, without waiting.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: Pid,
    cluster: PathBuf,
    /// Our child process to reap, unless it was adopted.
    child: Option<Child>,
}

impl Postmaster {
    /// Returns the server that already runs on `cluster`, if any.
    pub(super) fn adopt(cluster: &Path) -> Option<Self> {
        let pid = PidFile::read(cluster)?.pid;
        let found = Self {
            pid,
            cluster: cluster.to_owned(),
            child: None,
        };
        // A pid file outlives a crash, and its number may belong to another process by now.
        if found.works_in_cluster() {
            return Some(found);
        }
        std::mem::forget(found);
        None
    }

    /// Returns the socket folder of a server that another program runs on `cluster`, if it is
    /// ready.
    pub(super) fn socket_of_running(cluster: &Path) -> Option<PathBuf> {
        let cluster = cluster.canonicalize().ok()?;
        let found = Self::adopt(&cluster)?;
        // It is not ours to stop, which dropping would do.
        std::mem::forget(found);
        let file = PidFile::read(&cluster)?;
        (file.status == "ready").then_some(file.socket_dir)
    }

    /// Starts the server on `cluster`, whose settings have been written, and waits until it is
    /// ready. It tries again while processes of a killed server are still running.
    pub(super) async fn start(
        binaries: &Binaries,
        layout: &Layout,
        cluster: &Path,
        limit: Duration,
    ) -> Result<Self, Error> {
        let started = async {
            loop {
                // A server that was just starting may have its pid file only now.
                let found =
                    Self::adopt(cluster).map_or_else(|| Self::spawn(binaries, layout, cluster), Ok);
                let mut server = found?;
                match server.ready(limit, layout).await {
                    Err(Error::DiedAtStart { tail, .. }) if tells_of_predecessor(&tail) => {}
                    Err(error) => return Err(error),
                    Ok(_) => return Ok(server),
                }
                sleep(POLL).await;
            }
        };
        timeout(limit, started)
            .await
            .unwrap_or_else(|_| Err(start_timed_out(limit, layout)))
    }

    fn spawn(binaries: &Binaries, layout: &Layout, cluster: &Path) -> Result<Self, Error> {
        let failed = || Error::io("starting PostgreSQL", binaries.postgres());
        let log = layout.startup_log();
        let log = File::create(&log).map_err(Error::io("opening the start-up log", log))?;
        let child = layout
            .account()
            .command(&binaries.postgres())
            .arg("-D")
            .arg(cluster)
            .current_dir(cluster)
            // Ctrl-C in the terminal is for us: we stop the server when we no longer need it.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(failed())?;
        let pid = child
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .ok_or_else(|| {
                failed()(std::io::Error::other(
                    "the process ended before it had a number",
                ))
            })?;
        Ok(Self {
            pid: Pid::from_raw(pid),
            cluster: cluster.to_owned(),
            child: Some(child),
        })
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Waits until the server accepts connections and returns its socket folder.
    pub(super) async fn ready(
        &mut self,
        limit: Duration,
        layout: &Layout,
    ) -> Result<PathBuf, Error> {
        let ready = async {
            loop {
                if let Some(file) = PidFile::read(&self.cluster)
                    && file.pid == self.pid
                    && file.status == "ready"
                {
                    return Ok(file.socket_dir);
                }
                if !self.is_running() {
                    return Err(died_at_start(layout));
                }
                sleep(POLL).await;
            }
        };
        timeout(limit, ready).await.unwrap_or_else(|_| {
            Err(Error::StartTimedOut {
                seconds: limit.as_secs(),
                logs: layout.log_dir(),
            })
        })
    }

    /// True if the server is shutting down, as told by an earlier program.
    pub(super) fn is_stopping(&self) -> bool {
        PidFile::read(&self.cluster).is_none_or(|file| file.status == "stopping")
    }

    /// Stops the server: fast (open transactions are rolled back, a checkpoint is written), and
    /// after `limit` immediately (the next start recovers from the WAL).
    pub(super) async fn stop(mut self, limit: Duration) -> Result<(), Error> {
        self.signal(Signal::SIGINT);
        if self.gone(limit).await {
            return Ok(());
        }
        tracing::warn!(
            database.pid = self.pid(),
            "the embedded database stops slowly: stopping it at once"
        );
        self.signal(Signal::SIGQUIT);
        if self.gone(IMMEDIATE_STOP).await {
            return Ok(());
        }
        Err(Error::StopTimedOut { pid: self.pid() })
    }

    /// True if an earlier program started it.
    pub(super) fn is_adopted(&self) -> bool {
        self.child.is_none()
    }

    /// Waits until it has ended, for at most `limit`. Returns true if it has.
    pub(super) async fn gone(&mut self, limit: Duration) -> bool {
        let gone = async {
            while self.is_running() {
                sleep(POLL).await;
            }
        };
        timeout(limit, gone).await.is_ok()
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&mut self) {
        while self.is_running() {
            sleep(WATCH).await;
        }
    }

    fn is_running(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => self.works_in_cluster(),
        }
    }

    /// True if the process is alive and its working folder is the cluster, as a postmaster's is.
    fn works_in_cluster(&self) -> bool {
        fs::read_link(format!("/proc/{}/cwd", self.pid)).is_ok_and(|cwd| cwd == self.cluster)
    }

    fn signal(&mut self, signal: Signal) {
        if self.is_running() {
            // It may end between the check and the signal; then there is nothing left to do.
            let _ = kill(self.pid, signal);
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}

fn tells_of_predecessor(tail: &str) -> bool {
    PREDECESSOR_LIVES.iter().any(|words| tail.contains(words))
}

fn start_timed_out(limit: Duration, layout: &Layout) -> Error {
    Error::StartTimedOut {
        seconds: limit.as_secs(),
        logs: layout.log_dir(),
    }
}

fn died_at_start(layout: &Layout) -> Error {
    let log = layout.startup_log();
    let text = fs::read_to_string(&log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(5).collect();
    let tail = lines.into_iter().rev().collect::<Vec<_>>().join("\n");
    Error::DiedAtStart { log, tail }
}

/// Content of `postmaster.pid`. Its lines: pid, data folder, start time, port, socket folder,
/// listen address, shared memory, status (`PostgreSQL`'s `utils/pidfile.h`).
struct PidFile {
    pid: Pid,
    socket_dir: PathBuf,
    status: String,
}

impl PidFile {
    /// `None` if there is none, or it is only half written.
    fn read(cluster: &Path) -> Option<Self> {
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let line = |number: usize| text.lines().nth(number - 1).map(str::trim);
        Some(Self {
            pid: Pid::from_raw(line(1)?.parse().ok().filter(|pid| *pid > 1)?),
            socket_dir: line(5).unwrap_or_default().into(),
            status: line(8).unwrap_or_default().to_owned(),
        })
    }
}
