//! Creates a cluster, all or nothing: it is created in a folder of its own and moved to its final
//! path when complete. So the final path never holds an incomplete cluster, and is never deleted.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use super::{
    EmbeddedPostgresConfig, EmbeddedPostgresError as Error,
    binaries::Binaries,
    layout::Layout,
    passwords::{Passwords, plain},
    postmaster::Postmaster,
    roles::{APP, DATABASE, OWNER, Role, SUPERUSER},
    settings,
};

/// Path of the cluster within the temporary folder.
const CLUSTER: &str = "cluster";

/// Everything that is needed to create a cluster.
pub(super) struct Maker<'a> {
    pub(super) config: &'a EmbeddedPostgresConfig,
    pub(super) layout: &'a Layout,
    pub(super) passwords: &'a Passwords,
    pub(super) binaries: &'a Binaries,
    pub(super) socket_dir: &'a Path,
}

impl Maker<'_> {
    /// Creates the cluster and moves it to its final path.
    pub(super) async fn make(&self) -> Result<(), Error> {
        self.discard_half_made().await?;
        let making = self.layout.new_making().map_err(Error::io(
            "choosing a folder to make the database in",
            self.layout.data_dir(),
        ))?;
        self.layout.account().make_private_dir(&making)?;
        self.initdb(&making).await?;
        self.fill(&making.join(CLUSTER)).await?;
        self.put_in_place(&making)
    }

    /// Removes temporary folders of earlier programs that were killed. Their `initdb` may still be
    /// writing: then its folder, which no other program uses, is removed at a later start.
    async fn discard_half_made(&self) -> Result<(), Error> {
        for making in self.layout.half_made() {
            if let Some(orphan) = Postmaster::adopt(&making.join(CLUSTER)) {
                orphan.stop(self.config.stop_timeout).await?;
            }
            if let Err(error) = fs::remove_dir_all(&making) {
                tracing::warn!(%error, path = %making.display(), "a half-made database is still in use");
            }
        }
        Ok(())
    }

    async fn initdb(&self, making: &Path) -> Result<(), Error> {
        let cluster = making.join(CLUSTER);
        let password_file = self.superuser_password_file(making)?;
        let initdb = self.binaries.initdb();
        let output = self
            .layout
            .account()
            .command(&initdb)
            .arg("--pgdata")
            .arg(&cluster)
            .arg("--pwfile")
            .arg(&password_file)
            .args([
                "--username",
                SUPERUSER,
                "--auth",
                "scram-sha-256",
                "--data-checksums",
            ])
            .args(["--encoding", "UTF8", "--locale", "C.UTF-8"])
            .current_dir(making)
            .output()
            .await
            .map_err(Error::io("running initdb", initdb))?;
        if !output.status.success() {
            let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Initdb { output });
        }
        fs::remove_file(&password_file).map_err(Error::io(
            "removing the password file of initdb",
            password_file,
        ))?;
        include_settings(&cluster)
    }

    /// Only for `initdb`: a pipe would be owned by us, and it could not open it as another account.
    fn superuser_password_file(&self, making: &Path) -> Result<PathBuf, Error> {
        let path = making.join("superuser-password");
        crate::private_file::write_new(&path, plain(&self.passwords.superuser).as_bytes())
            .map_err(Error::io("writing the password file of initdb", &path))?;
        self.layout.account().give(&path)?;
        Ok(path)
    }

    /// Creates roles and database, over the same socket and with the same settings as later.
    async fn fill(&self, cluster: &Path) -> Result<(), Error> {
        settings::write(self.config, self.layout, cluster, self.socket_dir)?;
        let limit = self.config.start_timeout;
        let postmaster = Postmaster::start(self.binaries, self.layout, cluster, limit).await?;
        self.make_roles_and_database()
            .await
            .map_err(Error::sql("making the database and its roles"))?;
        postmaster.stop(self.config.stop_timeout).await
    }

    /// The owner owns database and schema and runs the migrations; the app role may only connect,
    /// and each migration grants it more. No other role may connect.
    async fn make_roles_and_database(&self) -> Result<(), sqlx::Error> {
        let superuser = Role::Superuser.options(self.socket_dir, self.passwords);
        // Its statements contain passwords, and would be logged at `debug`.
        let superuser = superuser.database("postgres").disable_statement_logging();
        let mut connection = PgConnection::connect_with(&superuser).await?;
        let (owner, app) = (plain(&self.passwords.owner), plain(&self.passwords.app));
        for statement in [
            format!("create role {OWNER} login password '{owner}'"),
            format!("create role {APP} login password '{app}'"),
            format!("create database {DATABASE} owner {OWNER}"),
            format!("revoke all on database {DATABASE}, postgres, template1 from public"),
            format!("grant connect on database {DATABASE} to {APP}"),
        ] {
            connection.execute(statement.as_str()).await?;
        }
        connection.close().await
    }

    fn put_in_place(&self, making: &Path) -> Result<(), Error> {
        let (cluster, data_dir) = (self.layout.cluster(), self.layout.data_dir());
        fs::rename(making.join(CLUSTER), &cluster)
            .and_then(|()| File::open(data_dir)?.sync_all())
            .and_then(|()| fs::remove_dir_all(making))
            .map_err(Error::io("putting the new database in its place", cluster))
    }
}

fn include_settings(cluster: &Path) -> Result<(), Error> {
    let path = cluster.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut file| writeln!(file, "\ninclude '{}'", settings::FILE))
        .map_err(Error::io("adding our settings to the database's", path))
}
