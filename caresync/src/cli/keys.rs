//! `caresync keys`. With the private database, the server must not be running: it has the folder.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use adapters::system::{SystemClock, SystemIds};
use anyhow::Context as _;
use commands::Commands;
use commands::ports::IdSource as _;
use domain::SubjectId;
use event_store::{ClaimRules, EventStore, MasterKeys, Metadata, Sealing};
use indicatif::ProgressBar;
use uuid::Uuid;

use crate::master_keys::MasterKeySource;
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::storage::Storage;

/// Makes what `DATABASE_URL` nodes share, in a folder. What is there already is kept.
pub fn init(folder: &Path) -> anyhow::Result<()> {
    Secrets::make(folder)?;
    tracing::info!(path = %folder.display(), "The secrets are there. Keep a copy where no backup goes.");
    Ok(())
}

/// Wraps every key by the newest master key, which is made first where the program keeps them itself.
pub async fn rotate(settings: &Settings) -> anyhow::Result<()> {
    with_storage(settings, async |storage, source| {
        let masters = newest_epoch(storage, source).await?;
        let epoch = masters.current();
        let sealing = Sealing::open(storage.pool.clone(), masters).await?;
        let bar = ProgressBar::new(0);
        let rotated = sealing.rotate(|done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
        let keys = rotated.await.context("rotating")?;
        bar.finish_and_clear();
        tracing::info!(
            keys,
            "Every key is wrapped by the master key of epoch {epoch}. \
             `caresync keys rotate --retire` destroys the older ones."
        );
        Ok(())
    })
    .await
}

/// The keys to rotate to. A rotation that was stopped is finished before another one begins.
async fn newest_epoch(storage: &Storage, source: &MasterKeySource) -> anyhow::Result<MasterKeys> {
    let masters = source.load()?;
    let sealing = Sealing::open(storage.pool.clone(), masters.clone()).await?;
    if sealing.keys_to_rotate().await? > 0 || !source.add_epoch()? {
        return Ok(masters);
    }
    source.load()
}

/// Destroys the older master keys, once nothing is wrapped by them, and certifies it in the log.
pub async fn retire(settings: &Settings) -> anyhow::Result<()> {
    with_storage(settings, async |storage, source| {
        let sealing = Sealing::open(storage.pool.clone(), source.load()?).await?;
        let left = sealing.keys_to_rotate().await?;
        anyhow::ensure!(
            left == 0,
            "{left} keys are still wrapped by older master keys: run `caresync keys rotate` first"
        );
        // The file first: if the program dies in between, the key is gone, and asking again says so in
        // the log. The other way round it could not start any more.
        let destroyed = source.destroy_old()?;
        let store = EventStore::open(storage.pool.clone(), ClaimRules::none(), sealing).await?;
        let epochs = store.retire_epochs(metadata).await.context("retiring")?;
        tracing::info!(?epochs, "Retired and certified in the log.");
        if !destroyed && !epochs.is_empty() {
            tracing::warn!(
                ?epochs,
                "Now take their keys out of CARESYNC_MASTER_KEY and destroy every copy: \
                 nodes that still have one do not start."
            );
        }
        Ok(())
    })
    .await
}

/// Erases a person.
pub async fn erase(settings: &Settings, subject: Uuid) -> anyhow::Result<()> {
    with_storage(settings, async |storage, source| {
        let sealing = Sealing::open(storage.pool.clone(), source.load()?).await?;
        let logins = Secrets::load(settings, storage.secrets.as_deref())?.logins;
        let options = commands::store_options::options(logins, sealing);
        let store = EventStore::open_with(storage.pool.clone(), options).await?;
        let commands = Commands::new(store, Arc::new(SystemClock), Arc::new(SystemIds));
        let person = SubjectId::from_uuid(subject);
        let erased = commands.erase_person(person, &commands.system_context());
        let erased = erased.await.context("erasing")?;
        tracing::info!(
            subject.id = %subject,
            at = %erased.at,
            names = erased.names,
            "Erased. Backups still hold the key, wrapped, until its master key is retired."
        );
        Ok(())
    })
    .await
}

/// Prints how it stands with all keys.
pub async fn status(settings: &Settings) -> anyhow::Result<()> {
    with_storage(settings, async |storage, source| {
        let sealing = Sealing::open(storage.pool.clone(), source.load()?).await?;
        let status = sealing.status().await?;
        let mut out = std::io::stdout();
        writeln!(out, "epoch  keys      opened                retired")?;
        for epoch in status.epochs {
            let time =
                |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            let retired = epoch.retired_at.map_or_else(|| "-".to_owned(), time);
            let opened = time(epoch.opened_at);
            writeln!(
                out,
                "{:<6} {:<9} {opened}  {retired}",
                epoch.epoch, epoch.keys
            )?;
        }
        writeln!(out, "erased persons: {}", status.erased)?;
        Ok(())
    })
    .await
}

async fn with_storage(
    settings: &Settings,
    work: impl AsyncFnOnce(&Storage, &MasterKeySource) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let storage = Storage::open(settings).await?;
    let done = async {
        let source = MasterKeySource::find(settings, storage.secrets.as_deref())?;
        work(&storage, &source).await
    };
    let done = done.await;
    storage.close().await?;
    done
}

fn metadata() -> Metadata {
    let id = SystemIds.id();
    Metadata {
        actor: "system".to_owned(),
        role: "SYSTEM".to_owned(),
        clinic: None,
        correlation_id: id,
        causation_id: id,
        request_id: None,
        command_id: id,
    }
}
