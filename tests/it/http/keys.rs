//! `caresync keys` and `caresync admin`, as an operator uses them on the private database, also while the server runs.

use adapters::system::{SystemClock, SystemIds};
use commands::ports::{Clock as _, IdSource as _};
use serde_json::{Value, json};
use tests::app::{Principal, Site};
use tests::database::Database;

use crate::support::{Client, Reply, Server, all_read, eventually};

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

/// A running server with secrets of its own, and an admin who was created while it ran.
struct Operated {
    server: Server,
    desk: Client,
}

const PASSWORD: &str = "correct horse battery";

impl Operated {
    async fn start() -> Self {
        let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
        let server = Server::start_with_own_secrets(&site.keys).await;
        let create = ["admin", "create", "--email", "admin@example.org"];
        let (created, told) = server.answer(&create, PASSWORD);
        assert!(created, "{told}");
        let desk = sign_in(&server).await;
        Self { server, desk }
    }

    /// Registers a patient and reads the card.
    async fn patient(&self, name: &str) -> Reply {
        let card = json!({"name": name, "birthDate": "1990-05-17"});
        let patient = self.desk.post("/api/v1/patients", &card).expect(201).await;
        all_read(&self.server.client).await;
        assert_eq!(self.name(&patient).await, name);
        patient
    }

    async fn name(&self, patient: &Reply) -> Value {
        let path = format!("/api/v1/patients/{}", patient.id());
        self.desk.get(&path).expect(200).await.body["name"].clone()
    }
}

async fn sign_in(server: &Server) -> Client {
    let login = json!({"email": "admin@example.org", "password": PASSWORD});
    let tokens = server.client.post("/api/v1/auth/login", &login);
    let tokens = tokens.expect(200).await;
    server.client.with_token(tokens.text("accessToken"))
}

#[tokio::test(flavor = "multi_thread")]
async fn master_keys_are_rotated_and_retired_while_the_server_runs() {
    let mut operated = Operated::start().await;
    let before = operated.patient("Asha Rao").await;
    run(&operated.server, &["keys", "rotate"]);
    let between = operated.patient("Ravi Iyer").await;
    run(&operated.server, &["keys", "rotate", "--retire"]);
    let after = operated.patient("Meera Shah").await;
    let status = run(&operated.server, &["keys", "status"]);
    assert!(
        status.lines().any(|line| line.starts_with("2 ")),
        "{status}"
    );

    operated.server.stop().await;
    operated.server.restart().await;
    operated.desk = sign_in(&operated.server).await;
    for (patient, name) in [
        (before, "Asha Rao"),
        (between, "Ravi Iyer"),
        (after, "Meera Shah"),
    ] {
        assert_eq!(operated.name(&patient).await, name);
    }
    operated.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_names_a_known_person_and_is_confirmed() {
    let mut operated = Operated::start().await;
    let patient = operated.patient("Asha Rao").await;
    let unknown = SystemIds.id().to_string();
    let erase = ["keys", "erase", "--yes", "--subject", &unknown];
    let (erased, told) = operated.server.run(&erase);
    assert!(!erased && told.contains(&unknown), "{told}");

    let id = patient.id().to_string();
    let erase = ["keys", "erase", "--subject", &id];
    for answer in ["", "y", "no"] {
        let (erased, told) = operated.server.answer(&erase, answer);
        assert!(!erased && told.contains("nothing was erased"), "{told}");
    }
    let status = run(&operated.server, &["keys", "status"]);
    assert!(status.contains("erased persons: 0"), "{status}");
    assert_eq!(operated.name(&patient).await, "Asha Rao");

    let erasure = format!("/api/v1/patients/{id}/erasure");
    let reason = json!({"reason": "A lawsuit"});
    let hold = operated.desk.post(&format!("{erasure}/hold"), &reason);
    hold.expect(200).await;
    let (erased, told) = operated.server.answer(&erase, "yes");
    assert!(!erased && told.contains("is on legal hold"), "{told}");
    assert_eq!(operated.name(&patient).await, "Asha Rao");
    let lift = operated.desk.post(&format!("{erasure}/hold/lift"), &reason);
    lift.expect(200).await;

    let (erased, told) = operated.server.answer(&erase, "yes");
    assert!(erased, "{told}");
    let certificate = format!("{erasure}/certificate");
    eventually("the erasure is certified", async || {
        operated.desk.get(&certificate).send().await.status == 200
    })
    .await;
    eventually("the running server has no name any more", async || {
        operated.name(&patient).await.is_null()
    })
    .await;
    let told = run(&operated.server, &erase);
    assert!(told.contains("Erased already"), "{told}");
    operated.server.stop().await;
}
