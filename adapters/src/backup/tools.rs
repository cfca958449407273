//! Finds and runs `pg_dump` and `pg_restore`.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;

use super::BackupError;

/// Folders of Debian and Ubuntu, one per major version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Folder of a build from source.
const FROM_SOURCE: &str = "/usr/local/pgsql/bin";

/// The client programs of one `PostgreSQL` version.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Returns those of the server's own major version, otherwise the newest: an older `pg_dump`
    /// refuses a newer server, and a newer one writes settings that an older server does not know.
    ///
    /// # Errors
    /// [`BackupError::NotInstalled`]
    pub fn find(search_path: Option<&OsStr>, server_major: u32) -> Result<Self, BackupError> {
        let found = installed(search_path);
        let own = found.iter().find(|(major, _)| *major == server_major);
        let newest = || found.iter().max_by_key(|(major, _)| *major);
        own.or_else(newest)
            .map(|(_, folder)| Self {
                folder: folder.clone(),
            })
            .ok_or(BackupError::NotInstalled { tool: "pg_dump" })
    }

    /// A program that connects to `server` only, whatever the environment says. The password is
    /// passed in the environment, which only the account itself and root can read.
    pub(super) fn command(&self, tool: &'static str, server: &PgConnectOptions) -> Command {
        let mut command = Command::new(self.folder.join(tool));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("PGPASSFILE", "/dev/null")
            .envs(connection(server))
            .arg("--no-password")
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// The variables that make libpq connect to `server`.
fn connection(server: &PgConnectOptions) -> Vec<(&'static str, String)> {
    let host = server.get_socket().map_or_else(
        || server.get_host().to_owned(),
        |folder| folder.to_string_lossy().into_owned(),
    );
    let mut variables = vec![
        ("PGHOST", host),
        ("PGPORT", server.get_port().to_string()),
        ("PGUSER", server.get_username().to_owned()),
        ("PGDATABASE", database(server)),
    ];
    if let Some(options) = server.get_options() {
        variables.push(("PGOPTIONS", options.to_owned()));
    }
    // The password and the certificates are available in the URL form only; there the password is
    // percent-encoded, as a query string is.
    let url = server.to_url_lossy();
    let mut decoder = url.clone();
    decoder.set_query(url.password().map(|it| format!("password={it}")).as_deref());
    for (key, value) in url.query_pairs().chain(decoder.query_pairs()) {
        let variable = match &*key {
            "sslmode" => "PGSSLMODE",
            "sslrootcert" => "PGSSLROOTCERT",
            "sslcert" => "PGSSLCERT",
            "sslkey" => "PGSSLKEY",
            "password" => "PGPASSWORD",
            _ => continue,
        };
        // A path is written as `file: <path>`; libpq accepts only paths.
        let value = value.strip_prefix("file: ").unwrap_or(&value);
        variables.push((variable, value.to_owned()));
    }
    variables
}

/// Returns the database that `server` names, by libpq's rules.
pub(super) fn database(server: &PgConnectOptions) -> String {
    let name = server.get_database();
    name.unwrap_or(server.get_username()).to_owned()
}

/// Folders with a real `pg_dump`, with its major version. Debian's `/usr/bin/pg_dump` is a script
/// that selects a version by its own rules; following links skips it.
fn installed(search_path: Option<&OsStr>) -> Vec<(u32, PathBuf)> {
    let on_path = search_path.map(std::env::split_paths).into_iter().flatten();
    let debian = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    debian
        .map(|entry| entry.path().join("bin"))
        .chain([PathBuf::from(FROM_SOURCE)])
        .chain(on_path)
        .filter_map(|folder| {
            let dump = folder.join("pg_dump").canonicalize().ok()?;
            if dump.file_name()? != "pg_dump" {
                return None;
            }
            let reply = std::process::Command::new(&dump)
                .arg("--version")
                .output()
                .ok()?;
            let major = major_in(std::str::from_utf8(&reply.stdout).ok()?)?;
            Some((major, dump.parent()?.to_owned()))
        })
        .collect()
}

/// The major version in `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_in(reply: &str) -> Option<u32> {
    let version = reply.split_once("(PostgreSQL) ")?.1;
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn variables(url: &str) -> Vec<(&'static str, String)> {
        connection(&PgConnectOptions::from_str(url).unwrap())
    }

    #[test]
    fn a_password_with_special_letters_reaches_the_tools_as_it_is() {
        let found = variables("postgres://own%40er:p%2Bs%20s%26%25@db.example:5433/care");
        for expected in [
            ("PGHOST", "db.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "own@er"),
            ("PGDATABASE", "care"),
            ("PGPASSWORD", "p+s s&%"),
        ] {
            let expected = (expected.0, expected.1.to_owned());
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
    }

    #[test]
    fn what_is_said_about_tls_reaches_the_tools() {
        let found = variables(
            "postgres://owner@db.example/care?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem",
        );
        for expected in [
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "/etc/ssl/db.pem"),
        ] {
            let expected = (expected.0, expected.1.to_owned());
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
    }

    #[test]
    fn the_tools_of_the_servers_major_version_are_found() {
        assert!(Tools::find(None, 15).is_ok());
    }
}
