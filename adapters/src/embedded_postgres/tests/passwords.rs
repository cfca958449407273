//! A database needs its own passwords.

use std::fs;

use super::*;

#[tokio::test]
async fn data_without_its_passwords_is_refused_and_kept() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    start(&data_dir).await.stop().await.unwrap();
    fs::remove_file(data_dir.join("passwords.json")).unwrap();
    let refused = EmbeddedPostgres::start(small(&data_dir)).await.unwrap_err();
    assert!(
        matches!(refused, EmbeddedPostgresError::PasswordsLost { .. }),
        "{refused}"
    );
    assert!(
        data_dir.join("cluster/PG_VERSION").exists(),
        "the data is gone"
    );
}

#[tokio::test]
async fn passwords_of_another_database_are_refused_by_name() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    start(&data_dir).await.stop().await.unwrap();
    let others = r#"{"superuser": "a", "owner": "b", "app": "c"}"#;
    fs::write(data_dir.join("passwords.json"), others).unwrap();
    let refused = EmbeddedPostgres::start(small(&data_dir)).await.unwrap_err();
    assert!(
        matches!(refused, EmbeddedPostgresError::OtherPasswords { .. }),
        "{refused}"
    );
}
