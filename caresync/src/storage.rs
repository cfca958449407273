//! The database: the one that is set, or a private one of our own; migrated, with its roles.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use adapters::backup;
use adapters::embedded_postgres::{EmbeddedPostgres, EmbeddedPostgresConfig};
use anyhow::Context as _;
use secrecy::ExposeSecret;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool};

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
    /// The private server, if this is one.
    pub embedded: Option<EmbeddedPostgres>,
    /// The folder in which secrets may be made, if they may.
    pub secrets: Option<PathBuf>,
}

impl Storage {
    /// Starts or finds the database, migrates it as its owner, connects as the app.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        match &settings.database_url {
            Some(url) => Self::external(settings, url.expose_secret()).await,
            None => Self::embedded(settings).await,
        }
    }

    async fn external(settings: &Settings, url: &str) -> anyhow::Result<Self> {
        let External { owner, app } = External::read(settings, url)?;
        migrate(&owner, &app).await?;
        let pool = connect(app, settings.database_connections).await?;
        tracing::info!("Using the PostgreSQL that DATABASE_URL names.");
        Ok(Self {
            pool,
            embedded: None,
            secrets: None,
        })
    }

    async fn embedded(settings: &Settings) -> anyhow::Result<Self> {
        let folder = data_dir(settings);
        let config = embedded_config(settings, folder.join(PRIVATE));
        let server = EmbeddedPostgres::start(config)
            .await
            .context("starting PostgreSQL")?;
        let opened = async {
            migrate(&server.owner_options(), &server.app_options()).await?;
            connect(server.app_options(), settings.database_connections).await
        };
        let pool = match opened.await {
            Ok(pool) => pool,
            Err(error) => {
                server.stop().await.context("stopping PostgreSQL")?;
                return Err(error);
            }
        };
        let secrets = secrets_folder(&folder)?;
        tracing::info!(
            path = %folder.display(),
            "DATABASE_URL is not set: running a private PostgreSQL in this folder."
        );
        Ok(Self {
            pool,
            embedded: Some(server),
            secrets: Some(secrets),
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

pub(crate) fn secrets_folder(folder: &Path) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let secrets = folder.join("secrets");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&secrets)
        .with_context(|| format!("making {}", secrets.display()))?;
    Ok(secrets)
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

/// The app works with every table, but the log's past and the schema are not its to change, and what
/// says that a person was erased or a master key retired is not its to remove.
async fn grant(connection: &mut PgConnection, app: &str) -> Result<(), sqlx::Error> {
    let app = format!("\"{}\"", app.replace('"', "\"\""));
    let sql = format!(
        "grant usage on schema public to {app};
         grant select, insert, update, delete on all tables in schema public to {app};
         grant usage on all sequences in schema public to {app};
         revoke update, delete, truncate on events from {app};
         revoke delete, truncate on subject_keys, master_key_epochs from {app};
         revoke insert, update, delete, truncate on _sqlx_migrations, log_epoch, read_model_copies from {app};"
    );
    connection.execute(sql.as_str()).await.map(|_| ())
}
