//! `caresync restore`
//!
//! ```text
//! verify ─▶ gather keyrings ─▶ mark ─▶ load ─▶ migrate ─▶ new epoch, keyring, ledger, unmark ─▶ open
//!  files       backup, --keyring,             one transaction        one transaction
//!              what is replaced
//! ```
//!
//! Until the mark is gone, no server starts on the database. A private database is restored in a
//! folder beside the old one and takes its place at the end.

mod fill;
mod private;

use std::path::{Path, PathBuf};

use adapters::backup::{BackupError, KEYRING, LogEntry, Manifest};
use anyhow::{Context as _, bail};
use clap::Args;
use event_store::Keyring;
use secrecy::ExposeSecret as _;

use crate::hex::hex;
use crate::secrets::FoundSecrets;
use crate::settings::Settings;
use crate::storage::{External, data_dir, newest_migration};
use fill::Plan;

/// The backup to restore, and the database to replace.
#[derive(Debug, Clone, Args)]
pub struct RestoreSettings {
    /// The folder that `caresync backup` wrote.
    folder: PathBuf,

    /// A newer keyring: the folder that `caresync backup --keyring-only` wrote, or the file in it.
    /// Persons who were erased by then stay erased.
    #[arg(long)]
    keyring: Option<PathBuf>,

    /// Puts the backup in the place of a private database that is not empty. The old one is kept
    /// beside it under a dated name.
    #[arg(long)]
    replace: bool,
}

/// Restores a backup.
pub async fn restore(settings: &Settings, restore: &RestoreSettings) -> anyhow::Result<()> {
    let (backup, log) = verified(&restore.folder)?;
    let given = restore.keyring.as_deref().map(keyring_at).transpose()?;
    let newer_keyring = given.is_some();
    let mut keyrings = vec![read_keyring(&restore.folder)?];
    keyrings.extend(given);
    let plan = Plan {
        settings,
        folder: &restore.folder,
        epoch: backup.epoch,
        log,
        keyrings,
        secrets: secrets(settings, &backup)?,
    };
    let asked = match &settings.database_url {
        Some(url) if restore.replace => {
            let External { owner, .. } = External::read(settings, url.expose_secret())?;
            bail!(
                "--replace is for the private database. Make a new, empty database beside {}, set \
                 DATABASE_URL and CARESYNC_OWNER_DATABASE_URL to it and restore there; take the \
                 old one's keyring first (`caresync backup --keyring-only`) and give it with \
                 --keyring",
                owner.get_database().unwrap_or("this one")
            )
        }
        Some(url) => {
            let External { owner, app } = External::read(settings, url.expose_secret())?;
            plan.fill(&owner, &app).await?;
            false
        }
        None => private::restore(plan, restore.replace, newer_keyring).await?,
    };
    if !newer_keyring && !asked {
        tracing::warn!(
            "No keyring newer than the backup's own was given: persons erased after {} can be \
             read again.",
            backup.taken_at
        );
    }
    Ok(())
}

/// Proves the files and that this program can read them.
fn verified(folder: &Path) -> anyhow::Result<(Manifest, LogEntry)> {
    let manifest = Manifest::verify(folder)?;
    let log = manifest.log(folder)?.clone();
    let known = newest_migration();
    if log.schema > known {
        return Err(BackupError::NewerSchema {
            backup: log.schema,
            known,
            program: manifest.program,
        }
        .into());
    }
    Ok((manifest, log))
}

/// A keyring by its file or its folder, with the manifest that proves it.
fn keyring_at(path: &Path) -> anyhow::Result<Keyring> {
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    Manifest::verify(folder).context("looking at the keyring")?;
    read_keyring(folder)
}

fn read_keyring(folder: &Path) -> anyhow::Result<Keyring> {
    let path = folder.join(KEYRING);
    let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("reading {}", path.display()))
}

/// The secrets of the old installation. None that the data needs may be missing: new ones would be made, and no
/// account could sign in and nothing about a person could be read. Token keys may be new: everybody signs in again.
fn secrets(settings: &Settings, backup: &Manifest) -> anyhow::Result<FoundSecrets> {
    let found = FoundSecrets::read(settings)?;
    for (missing, place, variable) in [
        (
            found.logins.value.is_none(),
            &found.logins.place,
            "CARESYNC_INDEX_KEY",
        ),
        (
            found.master.value.is_none(),
            &found.master.place,
            "CARESYNC_MASTER_KEY",
        ),
    ] {
        if missing {
            bail!(
                "{place} is missing: put the folder `secrets` of the old installation in {}, or set {variable}",
                data_dir(settings).display()
            );
        }
    }
    let fingerprint = found
        .index_fingerprint()
        .map(|fingerprint| hex(&fingerprint));
    if backup.index_key.is_some() && backup.index_key != fingerprint {
        bail!(
            "{} is another key than that of the backup, and no account could sign in: put the old \
             installation's there. Nothing was changed",
            found.logins.place
        );
    }
    Ok(found)
}
