//! `caresync keys`, as an operator uses it on the private database.

use adapters::system::SystemClock;
use commands::ports::Clock as _;
use serde_json::json;
use tests::app::{Principal, Site};
use tests::database::Database;

use crate::support::{Server, all_read};

#[track_caller]
fn run(server: &Server, arguments: &[&str]) -> String {
    let (succeeded, told) = server.run(arguments);
    assert!(succeeded, "{arguments:?}: {told}");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_erases_a_person_and_retires_the_master_key() {
    let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
    let mut server = Server::start_with_own_master_key(&site.keys).await;
    let token = site.token(&Principal::admin()).unwrap();
    let desk = server.client.with_token(&token);
    let register = async |name: &str| {
        let card = json!({"name": name, "birthDate": "1990-05-17"});
        desk.post("/api/v1/patients", &card).expect(201).await
    };
    let (asha, ravi) = (register("Asha Rao").await, register("Ravi Iyer").await);
    all_read(&server.client).await;
    server.stop().await;

    let first = server.master_keys();
    assert!(first.starts_with("1:"));
    run(
        &server,
        &[
            "keys",
            "erase",
            "--yes",
            "--subject",
            &asha.id().to_string(),
        ],
    );
    run(&server, &["keys", "rotate"]);
    let both = server.master_keys();
    assert!(both.starts_with(first.trim()) && both.contains("\n2:"));
    let status = run(&server, &["keys", "status"]);
    assert!(status.contains("erased persons: 1"), "{status}");
    run(&server, &["keys", "rotate", "--retire"]);
    let second = server.master_keys();
    assert!(second.starts_with("2:") && both.contains(second.trim()));
    // Repeated, as after a crash: nothing to do, and no error.
    run(&server, &["keys", "rotate", "--retire"]);
    assert_eq!(server.master_keys(), second);

    server.restart().await;
    let desk = server.client.with_token(&token);
    let card = async |patient| {
        let path = format!("/api/v1/patients/{patient}");
        desk.get(&path).expect(200).await.body["name"].clone()
    };
    assert!(card(asha.id()).await.is_null());
    assert_eq!(card(ravi.id()).await, "Ravi Iyer");
    let pool = server.pool().await;
    let certified: Vec<String> = sqlx::query_scalar(
        "select payload ->> 'epoch' from events where event_type = 'keyring.epoch_retired'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(certified, ["1"]);
    pool.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn master_keys_from_the_environment_are_rotated_by_the_operator() {
    let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
    let mut server = Server::start(&site.keys).await;
    let token = site.token(&Principal::admin()).unwrap();
    let card = json!({"name": "Asha Rao", "birthDate": "1990-05-17"});
    let desk = server.client.with_token(&token);
    desk.post("/api/v1/patients", &card).expect(201).await;
    server.stop().await;
    let newer = format!("{},2:{}", tests::sealing::MASTER_KEY, "5a".repeat(32));
    let (succeeded, told) = server.run(&["keys", "rotate", "--retire", "--master-key", &newer]);
    assert!(
        !succeeded && told.contains("1 keys are still wrapped"),
        "{told}"
    );
    run(&server, &["keys", "rotate", "--master-key", &newer]);
    let told = run(
        &server,
        &["keys", "rotate", "--retire", "--master-key", &newer],
    );
    assert!(told.contains("CARESYNC_MASTER_KEY"), "{told}");
    let (succeeded, told) = server.run(&["keys", "status", "--master-key", &newer]);
    assert!(!succeeded && told.contains("was retired"), "{told}");
    let (_, newest) = newer.split_once(',').unwrap();
    run(&server, &["keys", "status", "--master-key", newest]);
}
