//! Passwords of the cluster's three roles: random, in one private file.

use std::{fs, io};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{EmbeddedPostgresError as Error, layout::Layout};
use crate::{private_file, system::random_secret};

/// Passwords of the three roles.
#[derive(Debug)]
pub(super) struct Passwords {
    pub(super) superuser: SecretString,
    pub(super) owner: SecretString,
    pub(super) app: SecretString,
}

/// The form of the file.
#[derive(Serialize, Deserialize)]
struct Stored {
    superuser: String,
    owner: String,
    app: String,
}

impl Passwords {
    /// Reads the file, or creates it if there is no cluster yet that needs the old one.
    pub(super) fn read_or_make(layout: &Layout) -> Result<Self, Error> {
        match Self::read(layout)? {
            Some(passwords) => Ok(passwords),
            None if layout.cluster().exists() => Err(Error::PasswordsLost {
                path: layout.passwords(),
            }),
            None => Self::make(layout),
        }
    }

    fn read(layout: &Layout) -> Result<Option<Self>, Error> {
        let path = layout.passwords();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("reading the database's passwords", path)(error)),
        };
        let stored: Stored =
            serde_json::from_str(&text).map_err(|_| Error::PasswordsLost { path })?;
        Ok(Some(stored.into()))
    }

    fn make(layout: &Layout) -> Result<Self, Error> {
        let path = layout.passwords();
        let failed = || Error::io("making the database's passwords", &path);
        let random = || random_password().map_err(failed());
        let stored = Stored {
            superuser: random()?,
            owner: random()?,
            app: random()?,
        };
        let text = serde_json::to_string_pretty(&stored).map_err(|e| failed()(e.into()))?;
        private_file::write_new(&path, text.as_bytes()).map_err(failed())?;
        Ok(stored.into())
    }
}

impl From<Stored> for Passwords {
    fn from(stored: Stored) -> Self {
        Self {
            superuser: stored.superuser.into(),
            owner: stored.owner.into(),
            app: stored.app.into(),
        }
    }
}

/// 256 random bits as base64url, which needs no quoting in SQL.
fn random_password() -> io::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random_secret()?))
}

/// Returns the text of a password, to pass it to `PostgreSQL`.
pub(super) fn plain(password: &SecretString) -> &str {
    password.expose_secret()
}
