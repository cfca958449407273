//! A log restored into another cluster is the same log and continues.

use std::fs;

use adapters::backup::{Tools, load};
use adapters::jwt::JwtKeys;
use serde_json::Value;
use sqlx::Executor as _;

use super::fixture::{Original, count, fails, succeeds, text};
use crate::support::{Client, Server, all_read};

async fn appointments(client: &Client) -> Vec<Value> {
    let listed = client.get("/api/v1/appointments").expect(200).await;
    listed.body["items"].as_array().unwrap().clone()
}

/// The number of reads in the access log.
async fn recorded_accesses(server: &Server) -> i64 {
    let pool = server.pool().await;
    let recorded = count(&pool, "select count(*) from access_log").await;
    pool.close().await;
    recorded
}

/// New events of the restored log sort behind the old ones, though the new cluster's transaction
/// ids are lower.
async fn new_events_sort_after_old_ones(server: &Server) {
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
async fn a_restored_log_serves_the_same_appointments_and_continues_after_them() {
    let original = Original::start().await;
    for slot in 0..3 {
        original.book(&original.server, slot).await;
    }
    let before = original.at(&original.server);
    let last = original.book(&original.server, 3).await;
    all_read(&original.server.client).await;
    let kept = appointments(&before).await;
    assert_eq!(kept.len(), 4);
    assert_eq!(recorded_accesses(&original.server).await, 1);
    let backup = original.backup("while-it-runs");
    let later = original.book(&original.server, 4).await;

    let mut new = original.new_machine();
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    let token_from_before = before.at(&new.client);
    token_from_before
        .get("/api/v1/appointments")
        .expect(401)
        .await;
    let patient = original.at(&new);
    all_read(&new.client).await;
    assert_eq!(appointments(&patient).await, kept);
    assert_eq!(recorded_accesses(&new).await, 2);
    patient.get(&later.appointment("")).expect(404).await;

    // Positions from before stay valid, and idempotency keys are known.
    let again = original.book(&new, 3).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, last.body);
    let booked = original.book(&new, 4).await;
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
    new_events_sort_after_old_ones(&new).await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_restored_twice_never_reuses_an_epoch() {
    let mut original = Original::start().await;
    let backup = original.backup("first");
    original.server.stop().await;
    for _ in 0..2 {
        succeeds(
            original
                .server
                .command(&["restore", text(&backup), "--replace"]),
        );
    }
    original.server.restart().await;
    let pool = original.server.pool().await;
    assert_eq!(
        count(&pool, "select current::bigint from log_epoch").await,
        3
    );
    pool.close().await;
    original.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_empty_is_replaced_only_on_request_and_kept() {
    let mut original = Original::start().await;
    original.book(&original.server, 0).await;
    let backup = original.backup("before");
    let later = original.book(&original.server, 1).await;
    fails(
        original.server.command(&["restore", text(&backup)]),
        "is in use by",
    );
    original.server.stop().await;
    fails(
        original.server.command(&["restore", text(&backup)]),
        "not empty",
    );
    original.restarts_with(&later, 200).await;
    original.server.stop().await;

    succeeds(
        original
            .server
            .command(&["restore", text(&backup), "--replace"]),
    );
    let names = fs::read_dir(original.server.folder()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let aside: Vec<_> = names.filter(|name| name.starts_with("postgres-")).collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(aside[0].starts_with("postgres-replaced-"), "{aside:?}");
    original.restarts_with(&later, 404).await;
    original.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_restored_by_another_tool_is_refused() {
    let original = Original::start().await;
    let backup = original.backup("for-another-tool");
    let mut new = Server::start(&original.site.keys).await;
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
async fn a_restore_ends_all_sessions_and_a_backup_contains_none() {
    let original = Original::start().await;
    let me = serde_json::json!({
        "name": "Asha Rao", "birthDate": "1990-04-17",
        "email": "asha@example.org", "password": "correct horse battery",
    });
    let anonymous = &original.server.client;
    anonymous.sign_up(&me).await.expect(201).await;
    let login = serde_json::json!({
        "email": "asha@example.org", "password": "correct horse battery",
    });
    let tokens = anonymous
        .post("/api/v1/auth/login", &login)
        .expect(200)
        .await;
    let backup = original.backup("signed-in");

    let mut new = original.new_machine();
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
async fn a_backup_of_a_stopped_server_equals_one_of_a_running_server() {
    let mut original = Original::start().await;
    original.book(&original.server, 0).await;
    all_read(&original.server.client).await;
    let running = original.backup("running");
    original.server.stop().await;
    let stopped = original.backup("stopped");
    let manifest = |folder: &std::path::Path| -> Value {
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
    };
    assert_eq!(manifest(&running)["log"], manifest(&stopped)["log"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_start_is_replaced_only_with_a_keyring() {
    let mut original = Original::start().await;
    let kept = original.book(&original.server, 0).await;
    let backup = original.backup("before");
    original.server.stop().await;
    let control = original
        .server
        .folder()
        .join("postgres/cluster/global/pg_control");
    fs::write(control, "damaged").unwrap();
    let replace = ["restore", text(&backup), "--replace"];
    fails(
        original.server.command(&replace),
        "who was erased since the backup",
    );
    let with_keyring = ["--keyring", text(&backup)];
    succeeds(
        original
            .server
            .command(&[&replace[..], &with_keyring].concat()),
    );
    original.restarts_with(&kept, 200).await;
    original.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_restored_with_its_index_key_and_may_get_new_token_keys() {
    let original = Original::start().await;
    let backup = original.backup("with-its-index-key");
    let other_index_key = || {
        let mut machine = original.new_machine();
        let key = "08".repeat(32);
        machine.environment.push(("CARESYNC_INDEX_KEY", key));
        machine
    };
    let machine = other_index_key();
    fails(
        machine.command(&["restore", text(&backup)]),
        "CARESYNC_INDEX_KEY is another key than that of the backup",
    );
    let made = fs::read_dir(machine.folder()).unwrap().count();
    assert_eq!(made, 1, "only the token keys that the test has put there");

    // A backup of an earlier version does not say which index key it needs; its log does.
    let path = backup.join("manifest.json");
    let manifest = fs::read(&path).unwrap();
    let mut earlier: Value = serde_json::from_slice(&manifest).unwrap();
    assert!(
        earlier
            .as_object_mut()
            .unwrap()
            .remove("indexKey")
            .is_some()
    );
    fs::write(&path, earlier.to_string()).unwrap();
    fails(
        other_index_key().command(&["restore", text(&backup)]),
        "CARESYNC_INDEX_KEY is another key than the one that this database was made with",
    );

    let keys = JwtKeys::generate().unwrap();
    let mut new = Server::prepare(&keys);
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_another_owner_blocks_neither_a_start_nor_a_backup_and_is_not_granted() {
    let mut original = Original::start().await;
    let pool = original.server.pool().await;
    let foreign = r#"create table "Notes" (text text);
                     create schema reports; create table reports.monthly (text text)"#;
    sqlx::raw_sql(foreign).execute(&pool).await.unwrap();
    pool.close().await;
    original.server.stop().await;
    original.server.restart().await;
    let pool = original.server.pool().await;
    let may = async |right: &str, table: &str| -> bool {
        let sql = "select has_table_privilege('caresync_app', $1, $2)";
        let query = sqlx::query_scalar(sql).bind(table).bind(right);
        query.fetch_one(&pool).await.unwrap()
    };
    assert!(may("select", "events").await && !may("select", "public.\"Notes\"").await);
    // The access log is added to, and its partitions are out of reach.
    let partitions = "select inhrelid::regclass::text from pg_inherits
                      where inhparent = 'access_log'::regclass";
    let partitions: Vec<String> = sqlx::query_scalar(partitions)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(partitions.len(), 2);
    for right in ["select", "insert", "update", "delete", "truncate"] {
        let adds = ["select", "insert"].contains(&right);
        assert_eq!(may(right, "access_log").await, adds, "{right}");
        assert!(!may(right, &partitions[0]).await, "{right}");
    }
    pool.close().await;
    let backup = original.backup("beside-a-table-of-another-owner");
    let mut new = original.new_machine();
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    new.stop().await;
}
