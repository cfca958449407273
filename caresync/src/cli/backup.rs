//! `caresync backup`

use std::path::Path;

use adapters::backup::{
    Draft, DumpSource, FORMAT, KEYRING, LogEntry, Manifest, Tools, dump, refuse_half_restored,
};
use adapters::system::SystemClock;
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use commands::ports::Clock as _;
use event_store::{Keyring, LogFacts, log_facts};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::database::Database;
use super::progress::Progress;
use crate::fingerprints;
use crate::hex::hex;
use crate::settings::Settings;
use crate::storage::as_owner;

/// The transaction in which the log and the keyring are read, so that they agree. Read only: it has no transaction id
/// and holds no reader of the log back, however long the dump takes.
const SNAPSHOT: &str = "
    set idle_in_transaction_session_timeout = 0;
    set statement_timeout = 0;
    begin isolation level repeatable read read only;
";

/// Writes a backup into `folder`, which appears when it is complete.
pub async fn backup(settings: &Settings, folder: &Path, keyring_only: bool) -> anyhow::Result<()> {
    let draft = Draft::begin(folder)?;
    let database = Database::open(settings).await?;
    let written = write(settings, &database.owner, draft, keyring_only).await;
    database.close().await?;
    let manifest = written?;
    tracing::info!(
        path = %folder.display(),
        events = manifest.log.as_ref().map(|log| log.events),
        subjects = manifest.subjects,
        erasures = manifest.erasures,
        "Wrote a backup."
    );
    Ok(())
}

async fn write(
    settings: &Settings,
    owner: &PgConnectOptions,
    mut draft: Draft,
    keyring_only: bool,
) -> anyhow::Result<Manifest> {
    let mut connection = as_owner(owner).await?;
    refuse_half_restored(&mut connection).await?;
    // Before the snapshot: a person who is erased from here on may not be known as erased.
    let taken_at = SystemClock.now();
    connection
        .execute(SNAPSHOT)
        .await
        .context("opening a snapshot")?;
    let facts = log_facts(&mut connection).await?;
    let keyring = Keyring::read(&mut connection).await?;
    let index_key = fingerprints::index_key(&mut connection).await?;
    let log = if keyring_only {
        None
    } else {
        let log = log_entry(&mut connection, facts).await?;
        dump_log(settings, owner, &mut connection, &log, &mut draft).await?;
        Some(log)
    };
    connection.close().await.context("closing the snapshot")?;
    draft.add_json(KEYRING, &keyring)?;
    let manifest = Manifest {
        index_key: index_key.map(|fingerprint| hex(&fingerprint)),
        ..manifest(taken_at, facts, log, &keyring)
    };
    draft.publish(manifest.clone())?;
    Ok(manifest)
}

async fn log_entry(connection: &mut PgConnection, facts: LogFacts) -> anyhow::Result<LogEntry> {
    let schema = "select max(version) from _sqlx_migrations";
    let schema = sqlx::query_scalar(schema).fetch_one(&mut *connection);
    let schema = schema.await.context("reading which migrations ran")?;
    Ok(LogEntry {
        head: facts.head.to_string(),
        events: facts.events,
        schema,
        postgres: server_version(connection).await?,
    })
}

/// The server's `server_version_num`.
pub(super) async fn server_version(connection: &mut PgConnection) -> anyhow::Result<u32> {
    let number = "select current_setting('server_version_num')";
    let number: String = sqlx::query_scalar(number)
        .fetch_one(connection)
        .await
        .context("asking for the server's version")?;
    number.parse().context("reading the server's version")
}

async fn dump_log(
    settings: &Settings,
    owner: &PgConnectOptions,
    connection: &mut PgConnection,
    log: &LogEntry,
    draft: &mut Draft,
) -> anyhow::Result<()> {
    let foreign = foreign_tables(connection).await?;
    let snapshot: String = sqlx::query_scalar("select pg_export_snapshot()")
        .fetch_one(connection)
        .await
        .context("exporting a snapshot")?;
    let tools = Tools::find(settings.search_path.as_deref(), log.postgres_major())?;
    let source = DumpSource {
        tools: &tools,
        owner,
        snapshot: &snapshot,
        foreign: &foreign,
    };
    let progress = Progress::bytes("Dumping the log", None);
    Ok(dump(source, draft, &|passed| progress.at(passed)).await?)
}

/// Tables and the like in this database that do not belong to the log's owner.
async fn foreign_tables(connection: &mut PgConnection) -> anyhow::Result<Vec<String>> {
    let sql = "select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
               from pg_class c
               join pg_namespace n on n.oid = c.relnamespace
               where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
                 and n.nspname not in ('pg_catalog', 'information_schema')
                 and n.nspname not like 'pg\\_%'
                 and c.relowner <> (select relowner from pg_class where oid = 'public.events'::regclass)";
    sqlx::query_scalar(sql)
        .fetch_all(connection)
        .await
        .context("looking for tables of others")
}

fn manifest(
    taken_at: DateTime<Utc>,
    facts: LogFacts,
    log: Option<LogEntry>,
    keyring: &Keyring,
) -> Manifest {
    Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at,
        epoch: facts.epoch,
        log,
        subjects: keyring.keys() as u64,
        erasures: keyring.erased().count() as u64,
        index_key: None,
        files: std::collections::BTreeMap::new(),
    }
}
