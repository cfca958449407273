//! Erased persons stay erased after any restore; all others stay readable.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tests::app::Principal;
use tests::sealing::MASTER_KEY;
use uuid::Uuid;

use super::fixture::{Original, count, fails, succeeds, text, url};
use crate::http::privacy::{contains_no_phi, fill_every_phi_field, live, server_binaries};
use crate::support::{Client, Clinic, Server, all_read};

/// The master key after a rotation.
const SECOND: &str = "2:b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";
const PASSWORD: &str = "correct horse battery";

/// A patient with an account, a card and an appointment.
struct Person {
    patient: Uuid,
    appointment: String,
    login: Value,
}

impl Person {
    async fn register(original: &Original, name: &str, slot: i32) -> Self {
        let anonymous = &original.server.client;
        let email = format!("{}@example.org", name.to_lowercase());
        let sign_up = json!({
            "name": name, "birthDate": "1990-04-17", "email": email, "password": PASSWORD,
        });
        anonymous.sign_up(&sign_up).await.expect(201).await;
        let login = json!({"email": email, "password": PASSWORD});
        let tokens = anonymous
            .post("/api/v1/auth/login", &login)
            .expect(200)
            .await;
        let client = anonymous.with_token(tokens.text("accessToken"));
        let mut request = original.booking_request(slot);
        request["reason"] = json!(format!("what {name} told"));
        let booked = client
            .post("/api/v1/appointments", &request)
            .expect(201)
            .await;
        Self {
            patient: booked.text("patientId").parse().unwrap(),
            appointment: booked.appointment(""),
            login,
        }
    }

    /// Name and reason of visit, as a server returns them.
    async fn told(&self, original: &Original, server: &Server) -> [Value; 2] {
        all_read(&server.client).await;
        let admin = admin(original, server);
        let card = format!("/api/v1/patients/{}", self.patient);
        let card = admin.get(&card).expect(200).await;
        let appointment = admin.get(&self.appointment).expect(200).await;
        [
            card.body["name"].clone(),
            appointment.body["reason"].clone(),
        ]
    }

    async fn signs_in(&self, server: &Server) -> u16 {
        let login = server.client.post("/api/v1/auth/login", &self.login);
        login.send().await.status
    }
}

fn admin(original: &Original, server: &Server) -> Client {
    // The clock first: tokens from before a restore are refused.
    let client = original.at(server);
    client.with_token(original.site.token(&Principal::admin()).unwrap())
}

/// `caresync keys` with these master keys.
fn keys(server: &Server, masters: &str, arguments: &[&str]) -> Command {
    let mut command = server.command(&[&["keys"], arguments].concat());
    command.env("CARESYNC_MASTER_KEY", masters);
    command
}

/// Asserts that the erased person is unreadable and the other is readable.
async fn erased_and_readable(original: &Original, server: &Server, erased: &Person, kept: &Person) {
    assert_eq!(
        erased.told(original, server).await,
        [Value::Null, Value::Null]
    );
    let told = [json!("Asha"), json!("what Asha told")];
    assert_eq!(kept.told(original, server).await, told);
    assert_eq!(erased.signs_in(server).await, 401);
    assert_eq!(kept.signs_in(server).await, 200);
    let pool = server.pool().await;
    let keys = "select count(*) from subject_keys where erased_at is not null and wrapped is null";
    assert_eq!(count(&pool, keys).await, 1);
    let names = "select count(*) from reservations r join subject_keys k using (subject)
                 where k.erased_at is not null";
    assert_eq!(count(&pool, names).await, 0);
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_dump_with_the_newest_keyring_reveals_no_erased_person() {
    let mut original = Original::start().await;
    let zephyrine = Person::register(&original, "Zephyrine", 0).await;
    let asha = Person::register(&original, "Asha", 1).await;
    all_read(&original.server.client).await;
    let dump = original.backup("from-before");
    original.server.stop().await;

    let subject = zephyrine.patient.to_string();
    let both = format!("{MASTER_KEY},{SECOND}");
    let erase = ["erase", "--yes", "--subject", &subject];
    succeeds(keys(&original.server, MASTER_KEY, &erase));
    succeeds(keys(&original.server, &both, &["rotate"]));
    succeeds(keys(&original.server, &both, &["rotate", "--retire"]));
    original.server.master_key = Some(SECOND.to_owned());
    let keyring = original.backup_folder("newest-keyring");
    let only = ["backup", "--keyring-only", text(&keyring)];
    succeeds(original.server.command(&only));

    let mut new = original.new_machine();
    new.master_key = Some(SECOND.to_owned());
    fails(
        new.command(&["restore", text(&dump)]),
        "master key of epoch 1, which is not set",
    );
    let with_keyring = ["restore", text(&dump), "--keyring", text(&keyring)];
    let mut with_the_retired_key = new.command(&with_keyring);
    with_the_retired_key.env("CARESYNC_MASTER_KEY", &both);
    fails(with_the_retired_key, "epoch 1 was retired and is still set");
    assert!(!new.folder().join("postgres-restoring").exists());

    succeeds(new.command(&with_keyring));
    new.restart().await;
    erased_and_readable(&original, &new, &zephyrine, &asha).await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_erasures_from_the_database_it_replaces() {
    let mut original = Original::start().await;
    let zephyrine = Person::register(&original, "Zephyrine", 0).await;
    let asha = Person::register(&original, "Asha", 1).await;
    let dump = original.backup("from-before");
    original.server.stop().await;
    let subject = zephyrine.patient.to_string();
    let erase = ["erase", "--yes", "--subject", &subject];
    succeeds(keys(&original.server, MASTER_KEY, &erase));

    succeeds(
        original
            .server
            .command(&["restore", text(&dump), "--replace"]),
    );
    original.server.restart().await;
    erased_and_readable(&original, &original.server, &zephyrine, &asha).await;
    original.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_installations_master_key_is_refused_before_any_change() {
    let original = Original::start().await;
    Person::register(&original, "Asha", 0).await;
    let dump = original.backup("sealed");
    let mut new = original.new_machine();
    new.master_key = Some(SECOND.replace("2:", "1:"));
    fails(
        new.command(&["restore", text(&dump)]),
        "is not the one that this log",
    );
    assert!(!new.folder().join("postgres-restoring").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_of_a_backup_contains_phi_or_a_key_beside_the_log() {
    let clinic = Clinic::open().await;
    live(&clinic).await;
    fill_every_phi_field(&clinic).await;
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let machine = Server::prepare(&clinic.site.keys);
    let mut take = machine.command(&["backup", text(&backup)]);
    take.env("DATABASE_URL", url(&clinic.site.database));
    succeeds(take);
    let keys = count(&clinic.pool, "select count(*) from subject_keys").await;
    assert!(keys > 0);
    clinic.close().await;

    let restore = server_binaries().join("pg_restore");
    let dump = Command::new(restore)
        .args(["-f", "-"])
        .arg(backup.join("log.dump"))
        .output()
        .unwrap();
    let dump = String::from_utf8(dump.stdout).unwrap();
    contains_no_phi(&dump, "the dump");
    assert!(dump.contains("COPY public.events "));
    for table in [
        "subject_keys",
        "master_key_epochs",
        "sessions",
        "refresh_tokens",
        "known_devices",
        "mailed_codes",
        "mail_outbox",
    ] {
        assert!(
            dump.contains(&format!("CREATE TABLE public.{table} ")),
            "{table}"
        );
        assert!(!dump.contains(&format!("COPY public.{table} ")), "{table}");
    }
    let keyring = fs::read_to_string(backup.join("keyring.json")).unwrap();
    contains_no_phi(&keyring, "the keyring");
    let keyring: Value = serde_json::from_str(&keyring).unwrap();
    let listed = keyring["subjects"].as_object().unwrap().len();
    assert_eq!(listed, usize::try_from(keys).unwrap());
}
