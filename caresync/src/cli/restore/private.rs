//! Restores the private database: in a folder beside the old one, which it replaces when complete.
//!
//! Killed before that, the old database is what it was, and the next restore begins again.

use std::path::{Path, PathBuf};

use adapters::backup::refuse_half_restored;
use adapters::embedded_postgres::{
    EmbeddedPostgres, EmbeddedPostgresError, HeldDataDir, prepare_beside, put_in_place,
};
use adapters::system::SystemClock;
use anyhow::{Context as _, bail};
use commands::ports::Clock as _;
use event_store::Keyring;
use sqlx::{Connection as _, PgConnection};

use super::fill::Plan;
use crate::settings::Settings;
use crate::storage::{PRIVATE, as_owner, data_dir, embedded_config};

/// The folder in which the new database is made.
const STAGED: &str = "postgres-restoring";

/// The database that stands in the backup's place.
#[derive(Default)]
struct Current {
    /// The folder of its database, still ours after it was stopped; `None` if there is no database
    /// or one that does not start any more.
    held: Option<HeldDataDir>,
    /// Its keyring.
    keyring: Option<Keyring>,
    /// Set if there is a database at all.
    exists: bool,
}

/// Restores as planned. Without a newer keyring, a database that can't be asked about erasures is
/// not replaced. Answers whether one could be asked.
pub async fn restore(
    mut plan: Plan<'_>,
    replace: bool,
    newer_keyring: bool,
) -> anyhow::Result<bool> {
    let folder = data_dir(plan.settings);
    let current = folder.join(PRIVATE);
    let found = look(plan.settings, &current, replace, newer_keyring).await?;
    let asked = found.keyring.is_some();
    plan.keyrings.extend(found.keyring);
    plan.keyring()?;
    let staged = stage(plan.settings, &folder).await?;
    let (owner, app) = (staged.owner_options(), staged.app_options());
    let filled = plan.fill(&owner, &app).await;
    let staged = staged
        .stop_and_hold()
        .await
        .context("stopping PostgreSQL")?;
    filled?;
    if !found.exists && current.join("cluster").exists() {
        bail!("a server was started meanwhile and made a database: stop it and restore again");
    }
    let aside = aside(&folder, "replaced");
    put_in_place(&staged, &current, &aside)?;
    drop(found.held);
    if aside.exists() {
        tracing::info!(
            path = %aside.display(),
            "The database from before is kept here. Remove it once you are content: it still holds \
             keys of those who are erased."
        );
    }
    Ok(asked)
}

/// Looks at the database that is there: it may be replaced if it is empty or if that was asked for.
async fn look(
    settings: &Settings,
    current: &Path,
    replace: bool,
    newer_keyring: bool,
) -> anyhow::Result<Current> {
    if !current.join("cluster").exists() {
        return Ok(Current::default());
    }
    let started = EmbeddedPostgres::start(embedded_config(settings, current.to_owned())).await;
    let server = match started {
        Ok(server) => server,
        Err(error @ EmbeddedPostgresError::InUse { .. }) => return Err(error.into()),
        Err(error) if replace && newer_keyring => {
            tracing::warn!(%error, "The database that is replaced does not start.");
            return Ok(Current {
                exists: true,
                ..Current::default()
            });
        }
        Err(error) => {
            return Err(anyhow::Error::new(error).context(
                "the database in the backup's place does not start, so it can't be asked who was \
                 erased since the backup; to replace it, give --replace and the newest keyring \
                 with --keyring (the backup's own, if there is none newer)",
            ));
        }
    };
    let known = ask(&server, current, replace).await;
    let held = server
        .stop_and_hold()
        .await
        .context("stopping PostgreSQL")?;
    Ok(Current {
        held: Some(held),
        keyring: Some(known?),
        exists: true,
    })
}

/// Reads the keyring of the database, if it may be replaced.
async fn ask(server: &EmbeddedPostgres, current: &Path, replace: bool) -> anyhow::Result<Keyring> {
    let mut connection = as_owner(&server.owner_options()).await?;
    if !replace && !is_empty(&mut connection).await? {
        bail!(
            "the database in {} is not empty; to put the backup in its place give --replace (the \
             old one is kept beside it)",
            current.display()
        );
    }
    let keyring = Keyring::read(&mut connection).await?;
    connection.close().await.context("closing a connection")?;
    Ok(keyring)
}

/// Returns whether the log is empty: no tables, or no event in them.
async fn is_empty(connection: &mut PgConnection) -> anyhow::Result<bool> {
    if !is_migrated(connection).await? {
        return Ok(true);
    }
    sqlx::query_scalar("select not exists (select from events)")
        .fetch_one(connection)
        .await
        .context("asking whether the database is empty")
}

async fn is_migrated(connection: &mut PgConnection) -> anyhow::Result<bool> {
    sqlx::query_scalar("select to_regclass('public.events') is not null")
        .fetch_one(connection)
        .await
        .context("asking whether the database has tables")
}

/// Starts a database in the folder for the new one. What a killed restore left there is used again;
/// anything that is no half-done restore is kept under another name.
async fn stage(settings: &Settings, folder: &Path) -> anyhow::Result<EmbeddedPostgres> {
    let staged = folder.join(STAGED);
    let start = async || {
        prepare_beside(&folder.join(PRIVATE), &staged)?;
        EmbeddedPostgres::start(embedded_config(settings, staged.clone())).await
    };
    let doing = "starting PostgreSQL for the restored database";
    let server = start().await.context(doing)?;
    let mut connection = as_owner(&server.owner_options()).await?;
    let unmarked = refuse_half_restored(&mut connection).await.is_ok();
    let complete = unmarked && is_migrated(&mut connection).await?;
    connection.close().await.context("closing a connection")?;
    if !complete {
        return Ok(server);
    }
    server.stop().await.context("stopping PostgreSQL")?;
    let kept = aside(folder, "left");
    std::fs::rename(&staged, &kept)
        .with_context(|| format!("keeping {} as {}", staged.display(), kept.display()))?;
    start().await.context(doing)
}

fn aside(folder: &Path, why: &str) -> PathBuf {
    let at = SystemClock.now().format("%Y%m%dT%H%M%S");
    folder.join(format!("{PRIVATE}-{why}-{at}"))
}
