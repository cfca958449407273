//! A log in another cluster is the same log, and goes on.

use std::fs;

use adapters::backup::{Tools, load};
use serde_json::Value;
use sqlx::Executor as _;

use super::fixture::{Old, count, fails, succeeds, text};
use crate::support::{Client, Server, all_read};

async fn appointments(client: &Client) -> Vec<Value> {
    let listed = client.get("/api/v1/appointments").expect(200).await;
    listed.body["items"].as_array().unwrap().clone()
}

/// New events of the restored log sort behind the old ones, though the new cluster's transaction
/// ids are lower.
async fn new_events_sort_behind_old_ones(server: &Server) {
    let pool = server.pool().await;
    let sql = "select count(*) from events where epoch = 2 and transaction_id::text::bigint < (
                 select max(transaction_id::text::bigint) from events where epoch = 1)";
    assert_eq!(
        count(&pool, sql).await,
        1,
        "the cluster is younger than the log"
    );
    let sql = "select epoch::bigint from events order by epoch, transaction_id, position";
    let epochs: Vec<i64> = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
    assert!(epochs.is_sorted());
    let sql = "select count(*) from events where event_type = 'appointment.booked'";
    let booked = count(&pool, sql).await;
    assert_eq!(
        count(&pool, "select count(*) from patient_appointments").await,
        booked
    );
    assert_eq!(count(&pool, "select count(*) from day_sheet").await, booked);
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_log_serves_the_same_appointments_and_goes_on_behind_them() {
    let old = Old::start().await;
    for slot in 0..3 {
        old.book(&old.server, slot).await;
    }
    let before = old.at(&old.server);
    let last = old.book(&old.server, 3).await;
    all_read(&old.server.client).await;
    let kept = appointments(&before).await;
    assert_eq!(kept.len(), 4);
    let backup = old.backup("while-it-runs");
    let later = old.book(&old.server, 4).await;

    let mut new = old.new_machine();
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    let token_from_before = before.at(&new.client);
    token_from_before
        .get("/api/v1/appointments")
        .expect(401)
        .await;
    let patient = old.at(&new);
    all_read(&new.client).await;
    assert_eq!(appointments(&patient).await, kept);
    patient.get(&later.appointment("")).expect(404).await;

    // Positions from before still count, and what was acknowledged under a key is known.
    let again = old.book(&new, 3).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, last.body);
    let booked = old.book(&new, 4).await;
    patient
        .get(&booked.appointment(""))
        .after(&booked)
        .expect(200)
        .await;
    patient
        .get("/api/v1/appointments")
        .after(&last)
        .expect(200)
        .await;
    all_read(&new.client).await;
    new_events_sort_behind_old_ones(&new).await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_restored_twice_never_uses_an_epoch_again() {
    let mut old = Old::start().await;
    let backup = old.backup("first");
    old.server.stop().await;
    for _ in 0..2 {
        succeeds(old.server.command(&["restore", text(&backup), "--replace"]));
    }
    old.server.restart().await;
    let pool = old.server.pool().await;
    assert_eq!(
        count(&pool, "select current::bigint from log_epoch").await,
        3
    );
    pool.close().await;
    old.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_empty_is_replaced_only_when_asked_and_kept_aside() {
    let mut old = Old::start().await;
    old.book(&old.server, 0).await;
    let backup = old.backup("before");
    let later = old.book(&old.server, 1).await;
    fails(
        old.server.command(&["restore", text(&backup)]),
        "is in use by",
    );
    old.server.stop().await;
    fails(old.server.command(&["restore", text(&backup)]), "not empty");
    old.server.restart().await;
    all_read(&old.server.client).await;
    old.at(&old.server)
        .get(&later.appointment(""))
        .expect(200)
        .await;
    old.server.stop().await;

    succeeds(old.server.command(&["restore", text(&backup), "--replace"]));
    let names = fs::read_dir(old.server.folder()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let aside: Vec<_> = names.filter(|name| name.starts_with("postgres-")).collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(aside[0].starts_with("postgres-replaced-"), "{aside:?}");
    old.server.restart().await;
    all_read(&old.server.client).await;
    old.at(&old.server)
        .get(&later.appointment(""))
        .expect(404)
        .await;
    old.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_something_else_restored_into_a_young_cluster_is_refused() {
    let old = Old::start().await;
    let backup = old.backup("for-somebody-else");
    let mut new = Server::start(&old.site.keys).await;
    let pool = new.pool().await;
    let empty = "drop schema public cascade; create schema public authorization caresync_owner";
    pool.execute(empty).await.unwrap();
    pool.close().await;
    let tools = Tools::find(None, 15).unwrap();
    let owner = new.options("owner");
    load(&tools, &owner, &backup, &|_| {}).await.unwrap();
    new.stop().await;
    let said = new.refuses_to_start().await;
    assert!(
        said.contains("something else than `caresync restore`"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_signed_out_by_a_restore_and_no_session_is_in_the_backup() {
    let old = Old::start().await;
    let me = serde_json::json!({
        "name": "Asha Rao", "birthDate": "1990-04-17",
        "email": "asha@example.org", "password": "correct horse battery",
    });
    let nobody = &old.server.client;
    nobody.post("/api/v1/auth/register", &me).expect(201).await;
    let login = serde_json::json!({
        "email": "asha@example.org", "password": "correct horse battery",
    });
    let tokens = nobody.post("/api/v1/auth/login", &login).expect(200).await;
    let backup = old.backup("signed-in");

    let mut new = old.new_machine();
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    let pool = new.pool().await;
    assert_eq!(count(&pool, "select count(*) from sessions").await, 0);
    assert_eq!(count(&pool, "select count(*) from refresh_tokens").await, 0);
    pool.close().await;
    let refresh = serde_json::json!({"refreshToken": tokens.text("refreshToken")});
    new.client
        .post("/api/v1/auth/refresh", &refresh)
        .expect(401)
        .await;
    new.client
        .post("/api/v1/auth/login", &login)
        .expect(200)
        .await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_stopped_server_holds_what_one_of_a_running_server_holds() {
    let mut old = Old::start().await;
    old.book(&old.server, 0).await;
    all_read(&old.server.client).await;
    let running = old.backup("running");
    old.server.stop().await;
    let stopped = old.backup("stopped");
    let manifest = |folder: &std::path::Path| -> Value {
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
    };
    assert_eq!(manifest(&running)["log"], manifest(&stopped)["log"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_start_is_replaced_only_with_a_keyring_in_hand() {
    let mut old = Old::start().await;
    let kept = old.book(&old.server, 0).await;
    let backup = old.backup("before");
    old.server.stop().await;
    let control = old
        .server
        .folder()
        .join("postgres/cluster/global/pg_control");
    fs::write(control, "damaged").unwrap();
    let replace = ["restore", text(&backup), "--replace"];
    fails(
        old.server.command(&replace),
        "who was erased since the backup",
    );
    let with_keyring = ["--keyring", text(&backup)];
    succeeds(old.server.command(&[&replace[..], &with_keyring].concat()));
    old.server.restart().await;
    all_read(&old.server.client).await;
    old.at(&old.server)
        .get(&kept.appointment(""))
        .expect(200)
        .await;
    old.server.stop().await;
}
