//! Fills an empty database with a backup, up to the point where a server may start on it.

use std::path::Path;

use adapters::backup::{BackupError, LOG, LogEntry, Tools, begin_restore, end_restore, load};
use adapters::system::SystemClock;
use anyhow::Context as _;
use commands::claims::claim_rules;
use commands::ports::Clock as _;
use event_store::rebuild::forget_copies;
use event_store::{EventStore, Keyring, Sealing, log_facts, open_new_epoch};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use crate::cli::backup::server_version;
use crate::cli::progress::Progress;
use crate::fingerprints;
use crate::secrets::{FoundSecrets, Secrets};
use crate::settings::Settings;
use crate::storage::{as_owner, bring_up_to_date, connect};

/// Subjects that a warning names, at most.
const NAMED: usize = 100;

/// The parts that go into the database.
pub struct Plan<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// The backup.
    pub folder: &'a Path,
    /// The epoch that the backup was taken in.
    pub epoch: i16,
    /// The manifest's facts about the log.
    pub log: LogEntry,
    /// All that is known about keys and erasures.
    pub keyrings: Vec<Keyring>,
    /// The secrets that the log will be opened with. Token keys may be missing, and are made at the end.
    pub secrets: FoundSecrets,
}

impl Plan<'_> {
    /// Fills `owner`'s database, and proves that the log opens.
    pub async fn fill(
        &self,
        owner: &PgConnectOptions,
        app: &PgConnectOptions,
    ) -> anyhow::Result<()> {
        let keyring = self.keyring()?;
        let mut connection = as_owner(owner).await?;
        let tools = self.tools(&mut connection).await?;
        begin_restore(&mut connection, self.folder, SystemClock.now()).await?;
        self.load(&tools, owner).await?;
        self.check_arrival(&mut connection).await?;
        bring_up_to_date(owner, app).await?;
        fingerprints::check_index_key(&mut connection, &self.secrets).await?;
        let secrets = self.secrets.complete()?;
        let epoch = self.complete(&keyring, &secrets, &mut connection).await?;
        name_lost_keys(&mut connection).await?;
        connection.close().await.context("closing a connection")?;
        open(app, secrets).await?;
        tracing::info!(
            events = self.log.events,
            subjects = keyring.keys(),
            erasures = keyring.erased().count(),
            "Restored the log. It goes on in epoch {epoch}, and everybody has to sign in again."
        );
        Ok(())
    }

    /// The union of all keyrings, which the master keys must fit.
    pub fn keyring(&self) -> anyhow::Result<Keyring> {
        let masters = self.secrets.master.value.as_ref();
        let masters = masters.context("there are no master keys")?;
        let mut keyring = Keyring::default();
        for known in &self.keyrings {
            keyring.merge(known.clone(), &|subject, key| {
                masters.can_unwrap(subject, key)
            });
        }
        keyring.check_compatible(masters)?;
        Ok(keyring)
    }

    /// The tools for this server, which must not be older than the dump.
    async fn tools(&self, connection: &mut PgConnection) -> anyhow::Result<Tools> {
        let server = server_version(connection).await? / 10_000;
        let backup = self.log.postgres_major();
        if backup > server {
            return Err(BackupError::NewerServer { backup, server }.into());
        }
        Ok(Tools::find(self.settings.search_path.as_deref(), server)?)
    }

    async fn load(&self, tools: &Tools, owner: &PgConnectOptions) -> anyhow::Result<()> {
        let size = std::fs::metadata(self.folder.join(LOG)).context("looking at the dump")?;
        let progress = Progress::bytes("Loading the log", Some(size.len()));
        Ok(load(tools, owner, self.folder, &|passed| progress.at(passed)).await?)
    }

    /// The manifest and the dump were made in one snapshot: what they say must be the same.
    async fn check_arrival(&self, connection: &mut PgConnection) -> anyhow::Result<()> {
        let facts = log_facts(connection).await?;
        let words = |events: i64, head: &str| format!("{events} events up to {head}");
        let found = words(facts.events, &facts.head.to_string());
        let expected = words(self.log.events, &self.log.head);
        if found == expected {
            Ok(())
        } else {
            Err(BackupError::Mismatch { found, expected }.into())
        }
    }

    /// Opens the epoch, puts the keyring in, honours every erasure, and takes the mark away: all of
    /// it or nothing.
    async fn complete(
        &self,
        keyring: &Keyring,
        secrets: &Secrets,
        connection: &mut PgConnection,
    ) -> anyhow::Result<i16> {
        let doing = "completing the restore";
        let mut transaction = connection.begin().await.context(doing)?;
        let known = self.epoch.max(keyring.epoch);
        let epoch = open_new_epoch(&mut transaction, known, SystemClock.now()).await?;
        keyring.replace(&mut transaction).await?;
        fingerprints::record(&mut transaction, secrets).await?;
        forget_copies(&mut transaction).await?;
        end_restore(&mut transaction).await?;
        transaction.commit().await.context(doing)?;
        Ok(epoch)
    }
}

/// Names the persons, by subject, whose keys are in no keyring.
async fn name_lost_keys(connection: &mut PgConnection) -> anyhow::Result<()> {
    let lost = Keyring::subjects_without_key(connection).await?;
    if lost.is_empty() {
        return Ok(());
    }
    let named = lost.iter().take(NAMED).map(ToString::to_string);
    tracing::warn!(
        lost = lost.len(),
        subjects = named.collect::<Vec<_>>().join(" "),
        "The keys of these subjects are in no keyring that was given: what is stored about them can't be read, and is \
         shown as unreadable. If another keyring has them, restore again and give it with --keyring."
    );
    Ok(())
}

/// Proves that the log opens.
async fn open(app: &PgConnectOptions, secrets: Secrets) -> anyhow::Result<()> {
    let pool = connect(app.clone(), 2).await?;
    let sealing = Sealing::open(pool.clone(), secrets.master).await?;
    EventStore::open(pool.clone(), claim_rules(secrets.logins), sealing).await?;
    pool.close().await;
    Ok(())
}
