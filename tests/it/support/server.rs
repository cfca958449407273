//! The program itself, as a process that can be killed, with the private database that it runs.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};

use adapters::jwt::JwtKeys;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tempfile::TempDir;
use tests::sealing::MASTER_KEY;

use super::{Client, eventually};

/// A running `caresync serve` on a folder of its own. Dropping it kills it and its database.
pub struct Server {
    folder: TempDir,
    process: Child,
    starts: u32,
    own_master_key: bool,
    pub client: Client,
}

impl Server {
    /// Starts it on a new folder, with these keys and the tests' master key.
    pub async fn start(keys: &JwtKeys) -> Self {
        Self::start_with(keys, false).await
    }

    /// The same; it makes a master key of its own.
    pub async fn start_with_own_master_key(keys: &JwtKeys) -> Self {
        Self::start_with(keys, true).await
    }

    async fn start_with(keys: &JwtKeys, own_master_key: bool) -> Self {
        // The database runs under another account, which must reach its folder.
        let open = Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new()
            .permissions(open)
            .tempdir()
            .unwrap();
        keys.save_new(folder.path().join("jwt.json")).unwrap();
        let mut server = Self {
            process: serve(&folder, own_master_key, 0),
            folder,
            starts: 0,
            own_master_key,
            client: Client::new(String::new()),
        };
        server.listening().await;
        server
    }

    /// Starts it again on the same folder; it must have ended.
    pub async fn restart(&mut self) {
        self.starts += 1;
        self.process = serve(&self.folder, self.own_master_key, self.starts);
        self.listening().await;
    }

    async fn listening(&mut self) {
        let log = log_path(&self.folder, self.starts);
        let mut address = None;
        eventually("the server listens", async || {
            let text = fs::read_to_string(&log).unwrap();
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {text}");
            let rest = text.split_once("Listening on http://");
            address = rest.and_then(|(_, rest)| Some(rest.split_whitespace().next()?.to_owned()));
            address.is_some()
        })
        .await;
        self.client = Client::new(format!("http://{}", address.unwrap()));
    }

    /// Kills the program. Its database lives on.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Tells the program to stop and waits until it has.
    pub async fn stop(&mut self) {
        let pid = Pid::from_raw(self.process.id().try_into().unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
        eventually("the server stops", async || {
            self.process.try_wait().unwrap().is_some()
        })
        .await;
    }

    /// Runs another command of the program on the same folder; the server must have ended. Returns
    /// whether it succeeded, and what it printed and logged.
    pub fn run(&self, arguments: &[&str]) -> (bool, String) {
        let done = program(&self.folder, self.own_master_key)
            .args(arguments)
            .output()
            .unwrap();
        let told = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(told).unwrap())
    }

    /// The file of its own master keys.
    pub fn master_keys(&self) -> String {
        fs::read_to_string(self.folder.path().join("secrets/master.keys")).unwrap()
    }

    /// Stops the database as `pg_ctl -m immediate` does, which is this signal.
    pub fn crash_database(&self) {
        kill(self.postmaster().unwrap(), Signal::SIGQUIT).unwrap();
    }

    fn postmaster(&self) -> Option<Pid> {
        let file = self.folder.path().join("postgres/cluster/postmaster.pid");
        let text = fs::read_to_string(file).ok()?;
        Some(Pid::from_raw(text.lines().next()?.parse().ok()?))
    }

    /// Connections to the private database as its superuser.
    pub async fn pool(&self) -> PgPool {
        let folder = self.folder.path().join("postgres");
        let passwords = fs::read(folder.join("passwords.json")).unwrap();
        let passwords: Value = serde_json::from_slice(&passwords).unwrap();
        let options = PgConnectOptions::new_without_pgpass()
            .socket(folder.join("run"))
            .username("caresync_superuser")
            .password(passwords["superuser"].as_str().unwrap())
            .database("caresync");
        let pool = PgPoolOptions::new().max_connections(2);
        pool.connect_with(options).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(postmaster) = self.postmaster() {
            let _ = kill(postmaster, Signal::SIGQUIT);
        }
    }
}

fn serve(folder: &TempDir, own_master_key: bool, start: u32) -> Child {
    let log = File::create(log_path(folder, start)).unwrap();
    let mut program = program(folder, own_master_key);
    program.arg("serve").env("CARESYNC_PORT", "0");
    program.stderr(log).spawn().unwrap()
}

fn program(folder: &TempDir, own_master_key: bool) -> Command {
    let mut program = Command::new(binary());
    program
        .env_remove("DATABASE_URL")
        .env_remove("CARESYNC_OWNER_DATABASE_URL")
        .env_remove("CARESYNC_MASTER_KEY")
        .env("CARESYNC_DATA_DIR", folder.path())
        .env("CARESYNC_JWT_KEYS", folder.path().join("jwt.json"))
        .env("CARESYNC_INDEX_KEY", "07".repeat(32));
    if !own_master_key {
        program.env("CARESYNC_MASTER_KEY", MASTER_KEY);
    }
    program
}

fn log_path(folder: &TempDir, start: u32) -> PathBuf {
    folder.path().join(format!("server-{start}.log"))
}

/// The binary beside this test's own; no test of another package makes cargo build it.
fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let binary = own
        .parent()
        .and_then(|deps| deps.parent())
        .unwrap()
        .join("caresync");
    let missing = "is missing: run `cargo build -p api --bin caresync` first, as script/test does";
    assert!(binary.exists(), "{} {missing}", binary.display());
    binary
}
