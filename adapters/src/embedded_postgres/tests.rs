//! Tests against real servers, each in a data folder of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use super::*;

mod passwords;
mod restarts;

/// A folder that an unprivileged server can enter; `tempfile` creates them for their owner only.
fn reachable_folder() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("caresync-test-")
        .tempdir()
        .unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn small(data_dir: &Path) -> EmbeddedPostgresConfig {
    let new = EmbeddedPostgresConfig::new(data_dir);
    EmbeddedPostgresConfig {
        shared_buffers_mib: 16,
        max_connections: 20,
        ..new
    }
}

async fn start(data_dir: &Path) -> EmbeddedPostgres {
    EmbeddedPostgres::start(small(data_dir)).await.unwrap()
}

async fn run(options: &PgConnectOptions, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    connection.execute(statement).await?;
    connection.close().await
}

async fn ask(options: &PgConnectOptions, question: &str) -> String {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    sqlx::query_scalar(question)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_cluster_is_made_from_nothing_and_restarts_fast_with_its_data() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");

    let first = start(&data_dir).await;
    run(
        &first.owner_options(),
        "create table kept as select 'yes' as answer",
    )
    .await
    .unwrap();
    first.stop().await.unwrap();

    let begun = Instant::now();
    let second = start(&data_dir).await;
    let took = begun.elapsed();
    assert_eq!(
        ask(&second.owner_options(), "select answer from kept").await,
        "yes"
    );
    assert!(took < Duration::from_secs(1), "a restart took {took:?}");
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_is_durable_checked_and_private() {
    let folder = reachable_folder();
    let cluster = start(&folder.path().join("data")).await;
    let superuser = cluster.superuser_options();
    for (setting, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("idle_in_transaction_session_timeout", "1min"),
    ] {
        assert_eq!(
            ask(&superuser, &format!("show {setting}")).await,
            value,
            "{setting}"
        );
    }
    let secrets = fs::metadata(cluster.data_dir().join("passwords.json")).unwrap();
    assert_eq!(secrets.mode() & 0o777, 0o600);
    assert_eq!(
        fs::metadata(cluster.socket_dir()).unwrap().mode() & 0o777,
        0o700
    );
    let wrong = cluster.app_options().password("a guess");
    assert!(
        PgConnection::connect_with(&wrong).await.is_err(),
        "any password opens the database"
    );
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_has_neither_our_user_nor_our_groups_when_we_are_root() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = reachable_folder();
    let cluster = start(&folder.path().join("data")).await;
    let status = fs::read_to_string(format!("/proc/{}/status", cluster.pid())).unwrap();
    let line = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap()
            .trim()
    };
    assert!(
        !line("Uid:").split_whitespace().any(|uid| uid == "0"),
        "runs as root"
    );
    assert!(
        !line("Gid:").split_whitespace().any(|gid| gid == "0"),
        "runs in root's group"
    );
    assert_eq!(line("Groups:"), "");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_key_pressed_in_our_terminal_does_not_reach_the_server() {
    let folder = reachable_folder();
    let cluster = start(&folder.path().join("data")).await;
    let server = nix::unistd::Pid::from_raw(cluster.pid());
    let group = nix::unistd::getpgid(Some(server)).unwrap();
    assert_ne!(
        group,
        nix::unistd::getpgrp(),
        "Ctrl-C would stop the server before us"
    );
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_app_may_not_create_tables_and_the_owner_may() {
    let folder = reachable_folder();
    let cluster = start(&folder.path().join("data")).await;
    let table = "create table anything (id int)";
    let refused = run(&cluster.app_options(), table).await.unwrap_err();
    let code = refused
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .unwrap()
        .into_owned();
    assert_eq!(code, "42501", "insufficient_privilege");
    run(&cluster.owner_options(), table).await.unwrap();
    run(&cluster.owner_options(), "create extension btree_gist")
        .await
        .unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_program_is_refused_the_same_data_folder() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    let first = start(&data_dir).await;
    let refused = EmbeddedPostgres::start(small(&data_dir)).await.unwrap_err();
    assert!(
        matches!(refused, EmbeddedPostgresError::InUse { .. }),
        "{refused}"
    );
    assert!(
        refused
            .to_string()
            .contains(&std::process::id().to_string()),
        "{refused}"
    );
    assert_eq!(ask(&first.app_options(), "select 'alive'").await, "alive");
    first.stop().await.unwrap();
}

/// This test is two programs: it runs itself again as an owner that can be killed.
#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the environment tells the second program what it is"
)]
async fn the_server_of_a_killed_program_is_adopted() {
    const OWNED: &str = "CARESYNC_TEST_OWNED_DATA_DIR";
    const READY: &str = "the owner is ready, server process ";
    if let Ok(data_dir) = std::env::var(OWNED) {
        let owned = start(Path::new(&data_dir)).await;
        println!("\n{READY}{}", owned.pid());
        return std::future::pending().await;
    }

    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--nocapture", "--exact"])
        .arg("embedded_postgres::tests::the_server_of_a_killed_program_is_adopted")
        .env(OWNED, &data_dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(owner.stdout.take().unwrap());
    let pid = said
        .lines()
        .find_map(|line| line.unwrap().strip_prefix(READY).map(str::to_owned));
    owner.kill().unwrap();
    owner.wait().unwrap();

    let heir = start(&data_dir).await;
    assert_eq!(
        Some(heir.pid().to_string()),
        pid,
        "a new server instead of the old one"
    );
    assert_eq!(ask(&heir.app_options(), "select 'alive'").await, "alive");
    let server = format!("/proc/{}", heir.pid());
    heir.stop().await.unwrap();
    assert!(
        !Path::new(&server).join("cwd").exists(),
        "an adopted server outlives its heir"
    );
}

#[tokio::test]
async fn a_crashed_server_and_its_stale_pid_file_do_not_stop_the_next_start() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    let crashed = start(&data_dir).await;
    run(
        &crashed.owner_options(),
        "create table kept as select 'yes' as answer",
    )
    .await
    .unwrap();
    let pid = nix::unistd::Pid::from_raw(crashed.pid());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    drop(crashed);
    assert!(
        data_dir.join("cluster/postmaster.pid").exists(),
        "the server had time to clean up"
    );

    let recovered = start(&data_dir).await;
    assert_eq!(
        ask(&recovered.owner_options(), "select answer from kept").await,
        "yes"
    );
    recovered.stop().await.unwrap();
}

#[tokio::test]
async fn a_pid_file_that_names_another_process_is_ignored() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    start(&data_dir).await.stop().await.unwrap();
    let stale = format!("{}\n", std::process::id());
    fs::write(data_dir.join("cluster/postmaster.pid"), stale).unwrap();
    let found = Postmaster::adopt(&data_dir.join("cluster"));
    assert!(found.is_none(), "we are no database");
}

#[tokio::test]
async fn a_half_made_cluster_is_made_again() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    let half = data_dir.join("making-of-the-killed/cluster");
    fs::create_dir_all(&half).unwrap();
    fs::set_permissions(&data_dir, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();

    let whole = start(&data_dir).await;
    assert_eq!(ask(&whole.app_options(), "select 'alive'").await, "alive");
    assert!(
        !data_dir.join("making").exists(),
        "the half-made one is still there"
    );
    whole.stop().await.unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_its_socket_elsewhere() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("a-long-name-".repeat(8)).join("data");
    fs::create_dir_all(data_dir.parent().unwrap()).unwrap();
    let cluster = start(&data_dir).await;
    assert!(!cluster.socket_dir().starts_with(cluster.data_dir()));
    assert_eq!(
        fs::metadata(cluster.socket_dir()).unwrap().mode() & 0o777,
        0o700
    );
    assert_eq!(ask(&cluster.app_options(), "select 'alive'").await, "alive");
    let socket_dir = cluster.socket_dir().to_owned();
    cluster.stop().await.unwrap();
    fs::remove_dir(socket_dir).unwrap();
}

#[tokio::test]
async fn a_cluster_that_can_lose_data_is_refused() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    let cluster = start(&data_dir).await;
    run(
        &cluster.superuser_options(),
        "alter system set full_page_writes = off",
    )
    .await
    .unwrap();
    cluster.stop().await.unwrap();
    let refused = EmbeddedPostgres::start(small(&data_dir)).await.unwrap_err();
    assert!(
        matches!(
            refused,
            EmbeddedPostgresError::NotDurable {
                setting: "full_page_writes",
                ..
            }
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn a_data_folder_behind_a_closed_one_is_refused_with_a_way_out() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = reachable_folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let refused = EmbeddedPostgres::start(small(&folder.path().join("data")))
        .await
        .unwrap_err();
    assert!(
        matches!(refused, EmbeddedPostgresError::OutOfReach { .. }),
        "{refused}"
    );
    assert!(
        refused.to_string().contains("/var/lib/caresync"),
        "{refused}"
    );
}

#[tokio::test]
async fn no_value_of_a_failed_statement_reaches_the_servers_log() {
    let folder = reachable_folder();
    let cluster = start(&folder.path().join("data")).await;
    let owner = cluster.owner_options();
    let secret = "asha.rao@example.org";
    run(&owner, "create table login (email text primary key)")
        .await
        .unwrap();
    run(&owner, &format!("insert into login values ('{secret}')"))
        .await
        .unwrap();
    run(&owner, &format!("insert into login values ('{secret}')"))
        .await
        .unwrap_err();
    run(&owner, &format!("select '{secret}'::int"))
        .await
        .unwrap_err();
    let logs = cluster.data_dir().join("log");
    cluster.stop().await.unwrap();
    for file in fs::read_dir(logs).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(secret), "{} names a patient", path.display());
    }
}
