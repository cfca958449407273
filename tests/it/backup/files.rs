//! Altered backup files are refused before any change.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::fixture::{Original, fails, text};

/// A copy of a backup with an alteration.
fn altered(backup: &Path, name: &str, alter: impl FnOnce(&Path)) -> PathBuf {
    let copy = backup.with_file_name(name);
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(backup).unwrap() {
        let from = entry.unwrap().path();
        fs::copy(&from, copy.join(from.file_name().unwrap())).unwrap();
    }
    alter(&copy);
    copy
}

/// Flips one bit in the middle.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn rewrite(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_backup_is_refused_before_any_change() {
    let original = Original::start().await;
    original.book(&original.server, 0).await;
    let backup = original.backup("whole");
    let content_differs = "its content is not what the manifest says";
    let cases = [
        (
            altered(&backup, "dump-altered", |it| flip(&it.join("log.dump"))),
            content_differs,
        ),
        (
            altered(&backup, "keyring-altered", |it| {
                rewrite(&it.join("keyring.json"), "\"epoch\":1", "\"epoch\":2");
            }),
            content_differs,
        ),
        (
            altered(&backup, "dump-missing", |it| {
                fs::remove_file(it.join("log.dump")).unwrap();
            }),
            "it is missing",
        ),
        (
            altered(&backup, "dump-cut", |it| {
                let dump = fs::File::options().write(true).open(it.join("log.dump"));
                dump.unwrap().set_len(1_000).unwrap();
            }),
            content_differs,
        ),
        (
            altered(&backup, "unfinished", |it| {
                fs::remove_file(it.join("manifest.json")).unwrap();
            }),
            "not a finished backup",
        ),
        (
            altered(&backup, "of-the-future", |it| {
                rewrite(&it.join("manifest.json"), "\"schema\": 2", "\"schema\": 3");
            }),
            "newer than this program's",
        ),
        (
            altered(&backup, "other-format", |it| {
                rewrite(&it.join("manifest.json"), "\"format\": 1", "\"format\": 2");
            }),
            "has format 2",
        ),
    ];
    let new = original.new_machine();
    for (folder, words) in cases {
        fails(new.command(&["restore", text(&folder)]), words);
        let untouched = !new.folder().join("postgres").exists();
        assert!(untouched && !new.folder().join("postgres-restoring").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_that_differs_from_its_manifest_is_refused_and_leaves_no_database() {
    let original = Original::start().await;
    let backup = original.backup("whole");
    let other = altered(&backup, "miscounted", |it| {
        let manifest = it.join("manifest.json");
        let text = fs::read_to_string(&manifest).unwrap();
        let start = text.find("\"events\": ").unwrap() + "\"events\": ".len();
        let more = format!("{}9{}", &text[..start], &text[start..]);
        fs::write(&manifest, more).unwrap();
    });
    let mut new = original.new_machine();
    fails(new.command(&["restore", text(&other)]), "the manifest says");
    assert!(!new.folder().join("postgres").exists());
    super::fixture::succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_private_and_overwrites_nothing() {
    let original = Original::start().await;
    let backup = original.backup("private");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&backup), 0o700);
    for name in ["log.dump", "keyring.json", "manifest.json"] {
        assert_eq!(mode(&backup.join(name)), 0o600, "{name}");
    }
    let again = original.server.command(&["backup", text(&backup)]);
    fails(again, "exists already");

    let keyring = original.backup_folder("keyring");
    let only = ["backup", "--keyring-only", text(&keyring)];
    super::fixture::succeeds(original.server.command(&only));
    assert!(!keyring.join("log.dump").exists());
    let new = original.new_machine();
    fails(new.command(&["restore", text(&keyring)]), "a keyring only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_without_the_key_of_the_login_index_is_refused() {
    let original = Original::start().await;
    let backup = original.backup("whole");
    let new = original.new_machine();
    let mut restore = new.command(&["restore", text(&backup)]);
    restore.env_remove("CARESYNC_INDEX_KEY");
    fails(restore, "index.key is missing");
}
