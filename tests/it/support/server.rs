//! The program itself, as a process that can be killed, with the private database that it runs.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use adapters::jwt::JwtKeys;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tempfile::TempDir;
use tests::database::Database;
use tests::sealing::MASTER_KEY;

mod database;

use super::clinic::eventually_within;
use super::{Client, eventually};

/// `caresync serve` on a folder of its own. Dropping it kills it and its database.
pub struct Server {
    folder: TempDir,
    process: Option<Child>,
    starts: u32,
    pub client: Client,
    /// The master keys that the program is given; without any it makes its own.
    pub master_key: Option<String>,
    /// Makes all of its secrets itself.
    pub own_secrets: bool,
    /// Further variables of its environment.
    pub environment: Vec<(&'static str, String)>,
    /// Starts it with demo data.
    pub demo: bool,
    /// Amount of demo data, as `--size` takes it.
    pub size: Option<&'static str>,
}

impl Server {
    /// Starts it on a new folder, with these keys and the tests' master key.
    pub async fn start(keys: &JwtKeys) -> Self {
        let mut server = Self::prepare(keys);
        server.copy_database().await;
        server.restart().await;
        server
    }

    /// Copies a private database that has been started once, since making one takes seconds. The
    /// first test makes it, beside the test cluster, with which it goes.
    async fn copy_database(&mut self) {
        let Some(run) = Database::run_folder() else {
            return;
        };
        let template = run.join("program");
        let postgres = self.folder().join("postgres");
        if template.exists() {
            copy(&template, &postgres);
            return;
        }
        self.restart().await;
        // The copies get other token keys.
        let pool = self.pool().await;
        let unknown = "delete from secret_fingerprints where secret = 'token-key'";
        sqlx::query(unknown).execute(&pool).await.unwrap();
        pool.close().await;
        self.stop().await;
        // Of two tests that begin at once, the second discards its copy.
        let own = run.join(self.folder().file_name().unwrap());
        copy(&postgres, &own);
        if fs::rename(&own, &template).is_err() {
            fs::remove_dir_all(&own).unwrap();
        }
    }

    /// The same; it makes a master key of its own.
    pub async fn start_with_own_master_key(keys: &JwtKeys) -> Self {
        let mut server = Self::prepare(keys);
        server.master_key = None;
        server.restart().await;
        server
    }

    /// The same; it makes all of its secrets itself.
    pub async fn start_with_own_secrets(keys: &JwtKeys) -> Self {
        let mut server = Self::prepare(keys);
        server.own_secrets = true;
        server.restart().await;
        server
    }

    /// A new folder with these keys, and nothing that runs.
    pub fn prepare(keys: &JwtKeys) -> Self {
        // The database runs under another account, which must reach its folder.
        let open = Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new()
            .permissions(open)
            .tempdir()
            .unwrap();
        keys.save_new(folder.path().join("jwt.json")).unwrap();
        Self {
            process: None,
            folder,
            starts: 0,
            client: Client::new(String::new()),
            master_key: Some(MASTER_KEY.to_owned()),
            own_secrets: false,
            environment: vec![("CARESYNC_LOG_FORMAT", "text".to_owned())],
            demo: false,
            size: None,
        }
    }

    /// Starts a second program beside another one, on the same database.
    pub async fn beside(other: &Self, keys: &JwtKeys) -> Self {
        let mut server = Self::prepare_beside(other, keys);
        server.restart().await;
        server
    }

    /// The same, before it is started.
    pub fn prepare_beside(other: &Self, keys: &JwtKeys) -> Self {
        let mut server = Self::prepare(keys);
        let roles = [
            ("DATABASE_URL", "app"),
            ("CARESYNC_OWNER_DATABASE_URL", "owner"),
        ];
        let urls = roles.map(|(variable, role)| (variable, other.url(role)));
        server.environment.extend(urls);
        let sandbox = ("CARESYNC_PAYMENTS", "sandbox".to_owned());
        server.environment.push(sandbox);
        server
    }

    /// Starts it again on the same folder; it must have ended.
    pub async fn restart(&mut self) {
        self.spawn();
        self.listening().await;
    }

    /// Starts it where it must not start, and returns what it logs.
    pub async fn refuses_to_start(&mut self) -> String {
        self.spawn();
        self.gone("the server refuses to start").await;
        self.logged()
    }

    /// Starts it, and waits for nothing.
    pub fn spawn(&mut self) {
        self.starts += 1;
        let log = File::create(self.log()).unwrap();
        let mut command = self.command(&["serve"]);
        if self.demo {
            command.arg("--demo").stdout(Stdio::null());
            command.args(self.size.iter().flat_map(|size| ["--size", *size]));
        }
        let started = command.stderr(log).spawn();
        self.process = Some(started.unwrap());
    }

    /// The program on this folder, doing something else.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let folder = self.folder();
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .env_remove("DATABASE_URL")
            .env_remove("CARESYNC_OWNER_DATABASE_URL")
            .env("CARESYNC_DATA_DIR", folder)
            .env_remove("CARESYNC_JWT_KEYS")
            .env_remove("CARESYNC_INDEX_KEY")
            .env_remove("CARESYNC_MASTER_KEY")
            .env("CARESYNC_PORT", "0");
        if !self.own_secrets {
            command.env("CARESYNC_JWT_KEYS", folder.join("jwt.json"));
            command.env("CARESYNC_INDEX_KEY", "07".repeat(32));
            let master_key = self.master_key.iter();
            command.envs(master_key.map(|key| ("CARESYNC_MASTER_KEY", key)));
        }
        command.envs(self.environment.iter().cloned());
        command
    }

    /// The folder that it keeps everything in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Log since the last start.
    pub fn logged(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }

    /// Address of the payment sandbox since the last start, e.g. `http://127.0.0.1:4711`.
    pub fn sandbox(&self) -> String {
        let log = self.logged();
        let mut lines = log.lines();
        let line = lines.find(|line| line.contains("a sandbox inside the program"));
        let (_, url) = line.unwrap().split_once("gateway.url").unwrap();
        let (_, url) = url.split_once("http://").unwrap();
        let (address, _) = url.split_once("/v1").unwrap();
        format!("http://{address}")
    }

    fn log(&self) -> PathBuf {
        self.folder().join(format!("server-{}.log", self.starts))
    }

    async fn listening(&mut self) {
        let log = self.log();
        let mut address = None;
        // The demo's passwords are hashed before the first request is answered.
        let patience = Duration::from_secs(if self.demo { 120 } else { 20 });
        eventually_within(patience, "the server listens", async || {
            let text = fs::read_to_string(&log).unwrap();
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {text}");
            let rest = text.split_once("Listening on http://");
            let of_address = |c: char| c.is_ascii_digit() || ".:".contains(c);
            address =
                rest.and_then(|(_, rest)| rest.split(|c| !of_address(c)).next().map(str::to_owned));
            address.is_some()
        })
        .await;
        self.client = Client::new(format!("http://{}", address.unwrap()));
    }

    async fn gone(&mut self, what: &str) {
        let process = self.process.as_mut().unwrap();
        eventually(what, async || process.try_wait().unwrap().is_some()).await;
    }

    /// Kills the program. Its database lives on.
    pub fn kill(&mut self) {
        let process = self.process.as_mut().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Suspends the program, with all that it has open, until [`Server::resume`].
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Continues a suspended program.
    pub fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = self.process.as_ref().unwrap().id();
        kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
    }

    /// Tells the program to stop and waits until it has.
    pub async fn stop(&mut self) {
        self.signal(Signal::SIGTERM);
        self.gone("the server stops").await;
    }

    /// Runs another command of the program on the same folder; the server must have ended. Returns
    /// whether it succeeded, and what it printed and logged.
    pub fn run(&self, arguments: &[&str]) -> (bool, String) {
        let done = self.command(arguments).output().unwrap();
        let told = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(told).unwrap())
    }

    /// The same, with an answer on standard input; the server may run.
    pub fn answer(&self, arguments: &[&str], answer: &str) -> (bool, String) {
        let mut command = self.command(arguments);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = piped.stderr(Stdio::piped()).spawn().unwrap();
        let mut input = process.stdin.take().unwrap();
        // A command that refuses without reading has closed it already.
        let _ = writeln!(input, "{answer}");
        drop(input);
        let done = process.wait_with_output().unwrap();
        let told = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(told).unwrap())
    }

    /// The file of its own master keys.
    pub fn master_keys(&self) -> String {
        fs::read_to_string(self.folder().join("secrets/master.keys")).unwrap()
    }

    /// Process id of the program.
    pub fn id(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// Number of warnings and errors in the log since the last start.
    pub fn complaints(&self) -> usize {
        let log = self.logged();
        let loud = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
        log.lines().filter(loud).count()
    }

    /// Connections to the private database as its superuser, as soon as it exists.
    pub async fn pool_soon(&self) -> PgPool {
        let passwords = self.folder().join("postgres/passwords.json");
        let patience = Duration::from_mins(1);
        let mut there = None;
        eventually_within(patience, "the database is there", async || {
            // Its schema is made a moment later.
            if passwords.exists() {
                let options = PgPoolOptions::new().max_connections(2);
                let pool = options.connect_with(self.options("superuser")).await.ok();
                let made = match &pool {
                    Some(pool) => sqlx::query("select from events")
                        .execute(pool)
                        .await
                        .is_ok(),
                    None => false,
                };
                there = pool.filter(|_| made);
            }
            there.is_some()
        })
        .await;
        there.unwrap()
    }

    /// Connections to the private database as its superuser.
    pub async fn pool(&self) -> PgPool {
        let pool = PgPoolOptions::new().max_connections(2);
        let options = self.options("superuser");
        pool.connect_with(options).await.unwrap()
    }

    /// Options to connect to the private database as the superuser, the owner or the app.
    pub fn options(&self, role: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.folder().join("postgres/run"))
            .username(&format!("caresync_{role}"))
            .password(&self.password(role))
            .database("caresync")
    }

    /// The same as a URL.
    fn url(&self, role: &str) -> String {
        let (password, folder) = (self.password(role), self.folder().display());
        format!(
            "postgres://caresync_{role}:{password}@localhost/caresync?host={folder}/postgres/run"
        )
    }

    fn password(&self, role: &str) -> String {
        let passwords = fs::read(self.folder().join("postgres/passwords.json")).unwrap();
        let passwords: Value = serde_json::from_slice(&passwords).unwrap();
        passwords[role].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Any of them may be gone already.
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
        for database in ["postgres", "postgres-restoring"] {
            if let Some(postmaster) = database::postmaster(&self.folder().join(database)) {
                let _ = kill(postmaster, Signal::SIGQUIT);
            }
        }
    }
}

/// Copies a folder with its owners and modes.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(copied.unwrap().success(), "copying {}", from.display());
}

/// The binary beside this test's own; no test of another package makes cargo build it.
fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let binary = own
        .parent()
        .and_then(|deps| deps.parent())
        .unwrap()
        .join("caresync");
    let missing =
        "is missing: run `cargo build -p caresync --bin caresync` first, as script/test does";
    assert!(binary.exists(), "{} {missing}", binary.display());
    binary
}
