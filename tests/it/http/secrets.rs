//! A start with a secret that is missing, empty or of another installation is refused, and changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use adapters::jwt::JwtKeys;
use serde_json::json;

use crate::support::{Client, Server};

const PASSWORD: &str = "correct horse battery";

async fn sign_in(server: &Server) -> Client {
    let login = json!({"email": "admin@example.org", "password": PASSWORD});
    let tokens = server.client.post("/api/v1/auth/login", &login);
    let tokens = tokens.expect(200).await;
    server.client.with_token(tokens.text("accessToken"))
}

/// A stopped server with secrets of its own, in which an admin has signed in.
async fn used() -> Server {
    let keys = JwtKeys::generate().unwrap();
    let mut server = Server::start_with_own_secrets(&keys).await;
    let create = ["admin", "create", "--email", "admin@example.org"];
    let (created, told) = server.answer(&create, PASSWORD);
    assert!(created, "{told}");
    sign_in(&server).await;
    server.stop().await;
    server
}

/// The files of a folder with their content.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files
        // The lock names the process that had the folder last.
        .filter(|path| path.is_file() && !path.ends_with("lock"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// A secret of another installation, in the form of the file of that name.
fn others(file: &str) -> Vec<String> {
    let hex = "0b".repeat(32);
    match file {
        "secrets/index.key" => vec![hex],
        // The same epoch, and one that this database does not know.
        "secrets/master.keys" => vec![format!("1:{hex}\n"), format!("7:{hex}\n")],
        "secrets/jwt-keys.json" => {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("keys");
            JwtKeys::generate().unwrap().save_new(&path).unwrap();
            vec![fs::read_to_string(path).unwrap()]
        }
        _ => vec![json!({"superuser": "a", "owner": "b", "app": "c"}).to_string()],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_a_missing_an_empty_or_another_secret_is_refused_and_changes_nothing() {
    let mut server = used().await;
    let folder = server.folder().to_owned();
    for file in [
        "secrets/index.key",
        "secrets/master.keys",
        "secrets/jwt-keys.json",
        "postgres/passwords.json",
    ] {
        let path = folder.join(file);
        let kept = folder.join("kept");
        fs::copy(&path, &kept).unwrap();
        let mut damages = vec![None, Some(String::new())];
        damages.extend(others(file).into_iter().map(Some));
        for damage in damages {
            fs::remove_file(&path).unwrap();
            if let Some(text) = &damage {
                fs::write(&path, text).unwrap();
            }
            let before = content(path.parent().unwrap());
            let told = server.refuses_to_start().await;
            assert!(told.contains(file), "{file}, {damage:?}: {told}");
            let advice = told.to_lowercase().contains("put back your copy");
            assert!(advice, "{file}, {damage:?}: {told}");
            assert_eq!(
                content(path.parent().unwrap()),
                before,
                "{file}, {damage:?}"
            );
            // The owner of the file stays, as with a copy that an operator puts back.
            fs::copy(&kept, &path).unwrap();
        }
    }
    server.restart().await;
    sign_in(&server).await;
    let pool = server.pool().await;
    let epochs = "select count(*) from master_key_epochs";
    let epochs: i64 = sqlx::query_scalar(epochs).fetch_one(&pool).await.unwrap();
    assert_eq!(epochs, 1, "the epoch of the foreign key was not registered");
    pool.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_token_keys_are_replaced_on_request() {
    let mut server = used().await;
    fs::remove_file(server.folder().join("secrets/jwt-keys.json")).unwrap();
    let told = server.refuses_to_start().await;
    assert!(told.contains("caresync keys replace-token-keys"), "{told}");
    let (replaced, told) = server.run(&["keys", "replace-token-keys"]);
    assert!(replaced, "{told}");
    server.restart().await;
    sign_in(&server).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_secrets_of_another_installation_does_not_join() {
    let keys = JwtKeys::generate().unwrap();
    let mut first = Server::start(&keys).await;
    let other_keys = JwtKeys::generate().unwrap();
    let other = |variable, value| {
        let mut second = Server::prepare_beside(&first, &keys);
        second.environment.push((variable, value));
        second
    };
    for (variable, value) in [
        ("CARESYNC_INDEX_KEY", "08".repeat(32)),
        ("CARESYNC_MASTER_KEY", format!("1:{}", "08".repeat(32))),
        ("CARESYNC_MASTER_KEY", format!("7:{}", "08".repeat(32))),
    ] {
        let told = other(variable, value).refuses_to_start().await;
        assert!(told.contains(variable), "{told}");
        assert!(told.contains("put back your copy"), "{told}");
    }
    let mut second = Server::prepare_beside(&first, &other_keys);
    let told = second.refuses_to_start().await;
    assert!(
        told.contains("CARESYNC_JWT_KEYS has none of the token keys"),
        "{told}"
    );
    // The first key of a rotated set signs; nodes with either set work side by side.
    let rotated = Server::beside(&first, &keys.rotated().unwrap()).await;
    drop(rotated);
    let same = Server::beside(&first, &keys).await;
    drop(same);
    first.stop().await;
}
