//! A restore that was killed is recognised and can be repeated.

use std::process::Command;
use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tests::database::Database;

use super::fixture::{Original, count, fails, succeeds, text, url};
use crate::support::{Server, eventually};

/// An empty database in the test cluster, and its URL.
async fn empty_database() -> (Database, String) {
    let database = Database::create().await.unwrap();
    let pool = database.pool(1).await.unwrap();
    let empty = "drop schema public cascade; create schema public";
    pool.execute(empty).await.unwrap();
    pool.close().await;
    let url = url(&database);
    (database, url)
}

fn on(server: &Server, url: &str, arguments: &[&str]) -> Command {
    let mut command = server.command(arguments);
    command
        .env("DATABASE_URL", url)
        .env("CARESYNC_PAYMENTS", "sandbox");
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_starts_on_a_killed_restore_and_the_restore_can_be_repeated() {
    let original = Original::start().await;
    original.book(&original.server, 0).await;
    let backup = original.backup("whole");
    let (database, url) = empty_database().await;
    let machine = original.new_machine();

    // Another session creates a table of the same name: the restore waits half-way.
    let mut in_the_way = PgConnection::connect_with(&database.options())
        .await
        .unwrap();
    in_the_way
        .execute("begin; create table public.events ()")
        .await
        .unwrap();
    let mut restore = on(&machine, &url, &["restore", text(&backup)])
        .spawn()
        .unwrap();
    let pool = database.pool(1).await.unwrap();
    eventually("the restore waits", async || {
        let waiting = "select count(*) from pg_stat_activity
                       where datname = current_database() and wait_event_type = 'Lock'";
        count(&pool, waiting).await > 0
    })
    .await;
    restore.kill().unwrap();
    restore.wait().unwrap();
    fails(on(&machine, &url, &["serve"]), "did not finish");
    let folder = original.backup_folder("of-a-half-restored-one");
    fails(
        on(&machine, &url, &["backup", text(&folder)]),
        "did not finish",
    );
    in_the_way.execute("rollback").await.unwrap();

    succeeds(on(&machine, &url, &["restore", text(&backup)]));
    let booked = "select count(*) from events where event_type = 'appointment.booked'";
    assert_eq!(count(&pool, booked).await, 1);
    fails(on(&machine, &url, &["restore", text(&backup)]), "not empty");
    let replace = ["restore", text(&backup), "--replace"];
    fails(on(&machine, &url, &replace), "new, empty database");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_database_is_unchanged_until_the_restore_is_complete() {
    let mut original = Original::start().await;
    let backup = original.backup("whole");
    let newer = original.book(&original.server, 0).await;
    original.server.stop().await;
    for pause in [200, 700, 1_200] {
        let mut restore = original
            .server
            .command(&["restore", text(&backup), "--replace"]);
        let mut restore = restore.spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        restore.kill().unwrap();
        restore.wait().unwrap();
    }
    let replaced = |server: &Server| {
        let entries = std::fs::read_dir(server.folder()).unwrap();
        entries
            .flatten()
            .any(|it| it.file_name().to_string_lossy().contains("replaced"))
    };
    assert!(
        !replaced(&original.server),
        "it was killed too late to show anything"
    );
    original.restarts_with(&newer, 200).await;
    original.server.stop().await;

    succeeds(
        original
            .server
            .command(&["restore", text(&backup), "--replace"]),
    );
    assert!(replaced(&original.server));
    original.restarts_with(&newer, 404).await;
    original.server.stop().await;
}
