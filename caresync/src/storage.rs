//! The database: the one that is set, or a private one of our own; migrated, with its roles.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use adapters::backup;
use adapters::embedded_postgres::{EmbeddedPostgres, EmbeddedPostgresConfig, RunningCluster};
use anyhow::Context as _;
use secrecy::ExposeSecret;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool};

use crate::fingerprints;
use crate::secrets::{FoundSecrets, Secrets};
use crate::settings::Settings;

/// All migrations, built in.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Limits of idle and slow transactions, which hold up the horizon of every reader; and the time after which the
/// database notices that a node's machine is gone, with whatever it held.
const SESSION: &str = "
    set tcp_keepalives_idle = 5;
    set tcp_keepalives_interval = 2;
    set tcp_keepalives_count = 3;
    set tcp_user_timeout = '10s';
    set idle_in_transaction_session_timeout = '30s';
    set statement_timeout = '30s';
    set timezone = 'UTC';
";

/// An open database.
pub struct Storage {
    /// Connections of the app role.
    pub pool: PgPool,
    /// The private server, if this process runs it.
    pub embedded: Option<EmbeddedPostgres>,
    /// The keys that the database was made with.
    pub secrets: Secrets,
}

impl Storage {
    /// Starts or finds the database, migrates it as its owner, connects as the app. Secrets that do not belong to
    /// the database are refused before anything is changed.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let found = FoundSecrets::read(settings)?;
        match &settings.database_url {
            Some(url) => Self::external(settings, url.expose_secret(), &found).await,
            None => Self::embedded(settings, &found).await,
        }
    }

    /// The same for an operator's command: a private database that a server runs is used beside it.
    pub async fn open_beside(settings: &Settings) -> anyhow::Result<Self> {
        let running = match settings.database_url {
            Some(_) => None,
            None => RunningCluster::attach(&data_dir(settings).join(PRIVATE))?,
        };
        let Some(running) = running else {
            return Self::open(settings).await;
        };
        let found = FoundSecrets::read(settings)?;
        let mut connection = as_owner(&running.owner_options()).await?;
        refuse_other_schema(&mut connection).await?;
        fingerprints::check(&mut connection, &found).await?;
        connection.close().await.context("closing a connection")?;
        Ok(Self {
            pool: connect(running.app_options(), settings.database_connections).await?,
            embedded: None,
            secrets: found.complete()?,
        })
    }

    async fn external(
        settings: &Settings,
        url: &str,
        found: &FoundSecrets,
    ) -> anyhow::Result<Self> {
        let External { owner, app } = External::read(settings, url)?;
        let secrets = prepare(&owner, &app, found).await?;
        let pool = connect(app, settings.database_connections).await?;
        tracing::info!("Using the PostgreSQL that DATABASE_URL names.");
        Ok(Self {
            pool,
            embedded: None,
            secrets,
        })
    }

    async fn embedded(settings: &Settings, found: &FoundSecrets) -> anyhow::Result<Self> {
        let folder = data_dir(settings);
        let config = embedded_config(settings, folder.join(PRIVATE));
        let server = EmbeddedPostgres::start(config)
            .await
            .context("starting PostgreSQL")?;
        let opened = async {
            let (owner, app) = (server.owner_options(), server.app_options());
            let secrets = prepare(&owner, &app, found).await?;
            let pool = connect(app, settings.database_connections).await?;
            Ok((pool, secrets))
        };
        let (pool, secrets) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                server.stop().await.context("stopping PostgreSQL")?;
                return Err(error);
            }
        };
        tracing::info!(
            path = %folder.display(),
            "DATABASE_URL is not set: running a private PostgreSQL in this folder."
        );
        Ok(Self {
            pool,
            embedded: Some(server),
            secrets,
        })
    }

    /// Closes the connections and stops the private server.
    pub async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        match self.embedded {
            Some(server) => server.stop().await.context("stopping PostgreSQL"),
            None => Ok(()),
        }
    }
}

/// The database that is set, by its two roles.
pub(crate) struct External {
    /// Owns the tables.
    pub(crate) owner: PgConnectOptions,
    /// Works with them.
    pub(crate) app: PgConnectOptions,
}

impl External {
    /// Reads both URLs; one does for both roles.
    pub(crate) fn read(settings: &Settings, url: &str) -> anyhow::Result<Self> {
        let app = PgConnectOptions::from_str(url).context("reading DATABASE_URL")?;
        let owner = settings.owner_database_url.as_ref();
        let owner = owner.map(|url| PgConnectOptions::from_str(url.expose_secret()));
        let owner = owner
            .transpose()
            .context("reading CARESYNC_OWNER_DATABASE_URL")?
            .unwrap_or_else(|| app.clone());
        Ok(Self { owner, app })
    }
}

/// The private database within the data folder.
pub(crate) const PRIVATE: &str = "postgres";

/// Returns the configuration of a private database in `folder`.
pub(crate) fn embedded_config(settings: &Settings, folder: PathBuf) -> EmbeddedPostgresConfig {
    let mut config = EmbeddedPostgresConfig::new(folder);
    config.search_path.clone_from(&settings.search_path);
    config
}

/// Root's checkout is out of reach for the account that the server runs under.
pub(crate) fn data_dir(settings: &Settings) -> PathBuf {
    settings.data_dir.clone().unwrap_or_else(|| {
        let root = nix::unistd::geteuid().is_root();
        PathBuf::from(if root { "/var/lib/caresync" } else { "data" })
    })
}

/// The folder of the secrets that the program keeps itself; `None` with `DATABASE_URL`, whose nodes share theirs.
pub(crate) fn secrets_folder(settings: &Settings) -> Option<PathBuf> {
    let own = settings.database_url.is_none();
    own.then(|| data_dir(settings).join("secrets"))
}

/// A pool for the app role.
pub async fn connect(options: PgConnectOptions, connections: u32) -> anyhow::Result<PgPool> {
    let options = options
        .application_name("caresync")
        .statement_cache_capacity(500);
    PgPoolOptions::new()
        .max_connections(connections)
        // A ping before each use would double the round trips; a lost connection is handled where it
        // matters.
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(SESSION).await.map(|_| ()) })
        })
        .connect_with(options)
        .await
        .context("connecting to the database")
}

/// Brings the schema up to date as `owner` and lets `app` use it. Refuses a database in which a
/// restore began and did not end.
pub async fn migrate(owner: &PgConnectOptions, app: &PgConnectOptions) -> anyhow::Result<()> {
    let mut connection = as_owner(owner).await?;
    backup::refuse_half_restored(&mut connection).await?;
    connection.close().await.context("closing a connection")?;
    bring_up_to_date(owner, app).await
}

/// Checks the secrets, brings the schema up to date, makes the secrets of a new database, and records their
/// fingerprints.
async fn prepare(
    owner: &PgConnectOptions,
    app: &PgConnectOptions,
    found: &FoundSecrets,
) -> anyhow::Result<Secrets> {
    let mut connection = as_owner(owner).await?;
    backup::refuse_half_restored(&mut connection).await?;
    fingerprints::check(&mut connection, found).await?;
    bring_up_to_date(owner, app).await?;
    let secrets = found.complete()?;
    fingerprints::record(&mut connection, &secrets).await?;
    connection.close().await.context("closing a connection")?;
    Ok(secrets)
}

/// A connection of the owner's.
pub(crate) async fn as_owner(owner: &PgConnectOptions) -> anyhow::Result<PgConnection> {
    PgConnection::connect_with(owner)
        .await
        .context("connecting as the database's owner")
}

/// Refuses a database whose schema is another than this program's: for commands that must not change it
/// while nodes of another version run.
pub(crate) async fn refuse_other_schema(connection: &mut PgConnection) -> anyhow::Result<()> {
    backup::refuse_half_restored(&mut *connection).await?;
    let sql = "select to_regclass('_sqlx_migrations') is not null";
    let migrated: bool = sqlx::query_scalar(sql)
        .fetch_one(&mut *connection)
        .await
        .context("looking for the database's schema")?;
    anyhow::ensure!(
        migrated,
        "the database is empty: start a server on it once, which makes its tables"
    );
    let sql = "select coalesce(max(version), 0) from _sqlx_migrations where success";
    let found: i64 = sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await
        .context("asking for the database's schema")?;
    let known = newest_migration();
    anyhow::ensure!(
        found == known,
        "the database's schema is {found} and this program's is {known}: use the version that the \
         servers run, and start one of them first"
    );
    Ok(())
}

/// The last migration that this program knows.
pub(crate) fn newest_migration() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

/// Migrates and grants, also in a database that is being restored.
pub(crate) async fn bring_up_to_date(
    owner: &PgConnectOptions,
    app: &PgConnectOptions,
) -> anyhow::Result<()> {
    let mut connection = as_owner(owner).await?;
    MIGRATIONS
        .run(&mut connection)
        .await
        .context("migrating the database")?;
    if owner.get_username() == app.get_username() {
        tracing::warn!(
            "The program owns its tables: only a trigger keeps the log append-only. \
             Set CARESYNC_OWNER_DATABASE_URL to a separate owner."
        );
    } else {
        grant(&mut connection, app.get_username())
            .await
            .context("granting rights to the app")?;
    }
    connection
        .close()
        .await
        .context("closing the owner's connection")
}

/// The app works with the tables of the log's owner, and with no others in the same schema. But the log's past and
/// the schema are not its to change, and what says that a person was erased, a master key retired or which secrets
/// belong to the database is not its to remove. To the access log it adds rows and, by a function, partitions, of which
/// it has no rights of its own.
async fn grant(connection: &mut PgConnection, app: &str) -> Result<(), sqlx::Error> {
    let ours = "select c.oid::regclass::text, c.relkind = 'S'
                from pg_class c
                where c.relnamespace = 'public'::regnamespace
                  and c.relkind in ('r', 'p', 'v', 'm', 'S')
                  and not c.relispartition
                  and c.relowner = (select relowner from pg_class where oid = 'public.events'::regclass)";
    let ours: Vec<(String, bool)> = sqlx::query_as(ours).fetch_all(&mut *connection).await?;
    let list = |sequences: bool| {
        let names = ours.iter().filter(|(_, sequence)| *sequence == sequences);
        names
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (tables, sequences) = (list(false), list(true));
    let app = format!("\"{}\"", app.replace('"', "\"\""));
    let sql = format!(
        "grant usage on schema public to {app};
         grant select, insert, update, delete on {tables} to {app};
         grant usage on sequence {sequences} to {app};
         grant execute on function access_log_add_partition(date) to {app};
         revoke update, delete, truncate on events, access_log from {app};
         revoke delete, truncate on subject_keys, master_key_epochs from {app};
         grant execute on function discard_unused_keys to {app};
         revoke insert, update, delete, truncate
           on _sqlx_migrations, log_epoch, read_model_copies, secret_fingerprints from {app};"
    );
    connection.execute(sqlx::raw_sql(&sql)).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_have_the_line_ends_that_their_checksums_were_made_of() {
        for migration in MIGRATIONS.iter() {
            let text = &migration.sql;
            assert!(
                !text.contains('\r'),
                "{}: see .gitattributes",
                migration.version
            );
        }
    }
}
