//! `caresync keys`, also while servers run. No command but `init` makes anything in a folder without a database.

use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adapters::jwt::JwtKeys;
use adapters::system::{SystemClock, SystemIds};
use anyhow::{Context as _, bail, ensure};
use commands::erasures::Erasures;
use commands::ports::IdSource as _;
use commands::{CommandError, Commands};
use domain::SubjectId;
use domain::erasure::ErasureRefusal;
use event_store::{ClaimRules, EventStore, MasterKeys, Metadata, Sealing, SubjectStatus};
use indicatif::ProgressBar;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgPool};
use uuid::Uuid;

use super::database::Database;
use crate::erasable_data::StoredData;
use crate::fingerprints;
use crate::master_keys::MasterKeySource;
use crate::secrets::{FoundSecrets, Secrets, TOKEN_KEYS};
use crate::settings::Settings;
use crate::storage::{as_owner, connect, refuse_other_schema, secrets_folder};

/// Time in which running nodes notice a new master key.
const NOTICED: Duration = Duration::from_secs(1);

/// Connections of one command: its own, that of the follower of erasures, and the writers'.
const CONNECTIONS: u32 = 6;

/// Makes what `DATABASE_URL` nodes share, in a folder. What is there already is kept.
pub fn init(folder: &Path) -> anyhow::Result<()> {
    Secrets::make(folder)?;
    tracing::info!(path = %folder.display(), "The secrets are there. Keep a copy where no backup goes.");
    Ok(())
}

/// Wraps every key by the newest master key, which is made first where the program keeps them itself.
pub async fn rotate(settings: &Settings) -> anyhow::Result<()> {
    with_keys(settings, async |pool, source| {
        let masters = newest_epoch(pool, source).await?;
        let epoch = masters.current();
        let sealing = Sealing::open(pool.clone(), masters).await?;
        let bar = ProgressBar::new(0);
        let rotate = async || {
            let rotated = sealing.rotate(|done, total| {
                bar.set_length(total);
                bar.set_position(done);
            });
            rotated.await.context("rotating")
        };
        let mut keys = rotate().await?;
        // Until the nodes have read the new master key, they wrap new keys by the old one.
        tokio::time::sleep(NOTICED).await;
        keys += rotate().await?;
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
async fn newest_epoch(pool: &PgPool, source: &MasterKeySource) -> anyhow::Result<MasterKeys> {
    let masters = source.load()?;
    let sealing = Sealing::open(pool.clone(), masters.clone()).await?;
    if sealing.keys_to_rotate().await? > 0 || !source.add_epoch()? {
        return Ok(masters);
    }
    source.load()
}

/// Destroys the older master keys, once nothing is wrapped by them, and certifies it in the log.
pub async fn retire(settings: &Settings) -> anyhow::Result<()> {
    with_keys(settings, async |pool, source| {
        let sealing = Sealing::open(pool.clone(), source.load()?).await?;
        let left = sealing.keys_to_rotate().await?;
        anyhow::ensure!(
            left == 0,
            "{left} keys are still wrapped by older master keys: run `caresync keys rotate` first"
        );
        // The file first: if the program dies in between, the key is gone, and asking again says so in
        // the log. The other way round it could not start any more.
        let destroyed = source.destroy_old()?;
        let store = EventStore::open(pool.clone(), ClaimRules::none(), sealing).await?;
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

/// Makes new token keys, or accepts those that are set, in the place of all earlier ones.
pub async fn replace_token_keys(settings: &Settings) -> anyhow::Result<()> {
    let database = Database::open(settings).await?;
    let done = async {
        let mut connection = as_owner(&database.owner).await?;
        refuse_other_schema(&mut connection).await?;
        let keys = token_keys(settings)?;
        fingerprints::replace_token_keys(&mut connection, &keys).await?;
        connection.close().await.context("closing a connection")
    };
    let done = done.await;
    database.close().await?;
    done?;
    tracing::info!(
        "The token keys were replaced. Restart every node: access tokens end then, and clients refresh theirs."
    );
    Ok(())
}

/// The token keys that are set; new ones in their file if the program keeps them itself.
fn token_keys(settings: &Settings) -> anyhow::Result<JwtKeys> {
    let Some(folder) = secrets_folder(settings).filter(|_| settings.jwt_keys.is_none()) else {
        let set = settings.jwt_keys.as_ref();
        let set = set.context("CARESYNC_JWT_KEYS is not set: set it to the new keys")?;
        return Ok(JwtKeys::load(set.expose_secret())?);
    };
    let path = folder.join(TOKEN_KEYS);
    let keys = JwtKeys::generate()?;
    if path.try_exists()? {
        keys.replace(&path)?;
    } else {
        keys.save_new(&path)?;
    }
    tracing::info!(path = %path.display(), "Made new keys for access tokens.");
    Ok(keys)
}

/// The stored names of the aggregates that PHI is about.
const SUBJECTS: [&str; 3] = ["patient", "doctor", "account"];

/// Erases a person, after a confirmation.
pub async fn erase(settings: &Settings, subject: Uuid, confirmed: bool) -> anyhow::Result<()> {
    with_keys(settings, async |pool, source| {
        let sealing = Sealing::open(pool.clone(), source.load()?).await?;
        let status = sealing.subject_status(subject, &SUBJECTS).await;
        match status.context("looking for the subject")? {
            SubjectStatus::Unknown => {
                bail!("no patient, doctor or account has the id {subject}, and nothing was erased")
            }
            SubjectStatus::Erased(at) => {
                tracing::info!(subject.id = %subject, %at, "Erased already.");
                return Ok(());
            }
            SubjectStatus::Known if confirmed => {}
            SubjectStatus::Known => confirm(subject)?,
        }
        let logins = FoundSecrets::read(settings)?.logins;
        let logins = logins
            .value
            .with_context(|| format!("{} is missing", logins.place))?;
        let options = commands::store_options::options(logins.clone(), sealing);
        let store = EventStore::open_with(pool.clone(), options).await?;
        let data = Arc::new(StoredData::new(pool.clone(), &store, logins));
        let commands = Commands::new(store, Arc::new(SystemClock), Arc::new(SystemIds));
        let context = commands.system_context();
        let erasures = Erasures::new(commands, data, settings.keyrings_kept());
        let person = SubjectId::from_uuid(subject);
        match erasures.order(person, &context).await {
            Err(CommandError::Refused(ErasureRefusal::OnLegalHold)) => {
                bail!("{subject} is on legal hold, and nothing was erased: an admin of the group can lift it")
            }
            ordered => ordered.context("ordering the erasure")?,
        }
        let erased = erasures.carry_out(person, &context).await;
        erased.context("erasing")?;
        tracing::info!(
            subject.id = %subject,
            "Erased and certified. Backups still hold the key, wrapped, until keyrings from before are removed or its \
             master key is retired."
        );
        Ok(())
    })
    .await
}

/// Asks at the terminal, or reads the answer from standard input.
fn confirm(subject: Uuid) -> anyhow::Result<()> {
    write!(
        std::io::stderr(),
        "Everything about {subject} becomes unreadable for good. Type yes to go on: "
    )?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("reading the answer")?;
    ensure!(
        answer.trim() == "yes",
        "nothing was erased: answer yes, or give --yes"
    );
    Ok(())
}

/// Prints how it stands with all keys.
pub async fn status(settings: &Settings) -> anyhow::Result<()> {
    with_keys(settings, async |pool, source| {
        let sealing = Sealing::open(pool.clone(), source.load()?).await?;
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

/// Opens the database as its owner, started or beside the servers that run on it.
async fn with_keys(
    settings: &Settings,
    work: impl AsyncFnOnce(&PgPool, &MasterKeySource) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let source = MasterKeySource::find(settings)?;
    ensure!(
        source.exists()?,
        "{} is missing: put back your copy of it",
        source.place()
    );
    let database = Database::open(settings).await?;
    let done = async {
        let mut connection = as_owner(&database.owner).await?;
        refuse_other_schema(&mut connection).await?;
        connection.close().await.context("closing a connection")?;
        let pool = connect(database.owner.clone(), CONNECTIONS).await?;
        let done = work(&pool, &source).await;
        pool.close().await;
        done
    };
    let done = done.await;
    database.close().await?;
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
