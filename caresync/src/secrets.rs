//! Keys that all nodes share. The embedded default makes its own, in the data folder, mode 0600.
//!
//! They are read before the database is opened. Missing ones are made only once the database has said that it is
//! new.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use adapters::jwt::JwtKeys;
use adapters::private_file;
use adapters::system::SystemIds;
use anyhow::{Context as _, bail};
use commands::identity::LoginIndex;
use commands::ports::IdSource;
use event_store::MasterKeys;
use secrecy::ExposeSecret;

use crate::hex::hex;
use crate::master_keys::MasterKeySource;
use crate::settings::Settings;
use crate::storage::secrets_folder;

/// The file of the token keys that the program keeps itself.
pub(crate) const TOKEN_KEYS: &str = "jwt-keys.json";
/// The file of the index key that the program keeps itself.
const INDEX_KEY: &str = "index.key";
/// Advice about a file that is there and has no keys in it.
const UNUSABLE: &str = "it can't be used as it is: put back your copy of it. Nothing was changed";

/// The keys of a node.
#[derive(Clone)]
pub struct Secrets {
    /// Sign and verify access tokens.
    pub jwt: JwtKeys,
    /// Finds logins.
    pub logins: LoginIndex,
    /// Wrap the keys of persons.
    pub master: MasterKeys,
}

/// A secret that is set, or in a file; or that is missing in the folder where the program keeps it.
pub(crate) struct Found<T> {
    /// The secret, if it is there.
    pub(crate) value: Option<T>,
    /// The name of the setting, or the path of the file.
    pub(crate) place: String,
}

/// The secrets that are there.
pub(crate) struct FoundSecrets {
    pub(crate) jwt: Found<JwtKeys>,
    pub(crate) logins: Found<LoginIndex>,
    pub(crate) master: Found<MasterKeys>,
    /// The folder in which missing ones may be made.
    folder: Option<PathBuf>,
}

impl Secrets {
    /// Makes what is missing in `folder`, whatever is set.
    pub fn make(folder: &Path) -> anyhow::Result<Self> {
        FoundSecrets {
            jwt: kept_jwt(folder)?,
            logins: kept_logins(folder)?,
            master: kept_master(&MasterKeySource::in_folder(folder))?,
            folder: Some(folder.to_owned()),
        }
        .complete()
    }

    /// A value that identifies the index key, and reveals nothing about it.
    pub(crate) fn index_fingerprint(&self) -> [u8; 32] {
        fingerprint(&self.logins)
    }
}

impl FoundSecrets {
    /// Reads what is set and what is in the files that the program keeps itself. Makes nothing.
    ///
    /// # Errors
    /// If one has no keys in it, or must be set and is not.
    pub(crate) fn read(settings: &Settings) -> anyhow::Result<Self> {
        let folder = secrets_folder(settings);
        Ok(Self {
            jwt: jwt(settings, folder.as_deref())?,
            logins: logins(settings, folder.as_deref())?,
            master: kept_master(&MasterKeySource::find(settings)?)?,
            folder,
        })
    }

    /// Makes those that are missing.
    pub(crate) fn complete(&self) -> anyhow::Result<Secrets> {
        let Some(folder) = &self.folder else {
            return self.all().context("a secret is not set");
        };
        if let Some(all) = self.all() {
            return Ok(all);
        }
        make_private_folder(folder)?;
        Ok(Secrets {
            jwt: self.jwt.value.clone().map_or_else(|| new_jwt(folder), Ok)?,
            logins: self
                .logins
                .value
                .clone()
                .map_or_else(|| new_logins(folder), Ok)?,
            master: match &self.master.value {
                Some(masters) => masters.clone(),
                None => MasterKeySource::in_folder(folder).load_or_make()?,
            },
        })
    }

    fn all(&self) -> Option<Secrets> {
        Some(Secrets {
            jwt: self.jwt.value.clone()?,
            logins: self.logins.value.clone()?,
            master: self.master.value.clone()?,
        })
    }

    pub(crate) fn index_fingerprint(&self) -> Option<[u8; 32]> {
        self.logins.value.as_ref().map(fingerprint)
    }
}

impl<T> Found<T> {
    fn set(name: &str, value: T) -> Self {
        Self {
            value: Some(value),
            place: name.to_owned(),
        }
    }

    /// Reads a file, if it exists.
    fn in_file(path: &Path, read: impl FnOnce(&Path) -> anyhow::Result<T>) -> anyhow::Result<Self> {
        let place = path.display().to_string();
        let exists = path.try_exists();
        let exists = exists.with_context(|| format!("looking for {place}"))?;
        let value = exists.then(|| read(path)).transpose();
        Ok(Self {
            value: value.with_context(|| format!("reading {place}: {UNUSABLE}"))?,
            place,
        })
    }
}

fn fingerprint(logins: &LoginIndex) -> [u8; 32] {
    logins.derive("fingerprint of the index key")
}

fn make_private_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("making {}", folder.display()))
}

fn jwt(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<Found<JwtKeys>> {
    if let Some(keys) = &settings.jwt_keys {
        let keys = JwtKeys::load(keys.expose_secret()).context("reading CARESYNC_JWT_KEYS")?;
        return Ok(Found::set("CARESYNC_JWT_KEYS", keys));
    }
    let Some(folder) = folder else {
        bail!("CARESYNC_JWT_KEYS is required with DATABASE_URL: nodes must share their token keys");
    };
    kept_jwt(folder)
}

fn kept_jwt(folder: &Path) -> anyhow::Result<Found<JwtKeys>> {
    Found::in_file(&folder.join(TOKEN_KEYS), |path| {
        Ok(JwtKeys::load(&path.to_string_lossy())?)
    })
}

fn new_jwt(folder: &Path) -> anyhow::Result<JwtKeys> {
    let path = folder.join(TOKEN_KEYS);
    let keys = JwtKeys::generate()?;
    keys.save_new(&path)?;
    tracing::info!(path = %path.display(), "Made new keys for access tokens.");
    Ok(keys)
}

fn kept_master(source: &MasterKeySource) -> anyhow::Result<Found<MasterKeys>> {
    let value = source.exists()?.then(|| source.load()).transpose();
    Ok(Found {
        value: value.context(UNUSABLE)?,
        place: source.place(),
    })
}

fn logins(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<Found<LoginIndex>> {
    if let Some(key) = &settings.index_key {
        let key = parse_or_read(key.expose_secret()).context("reading CARESYNC_INDEX_KEY")?;
        return Ok(Found::set("CARESYNC_INDEX_KEY", key));
    }
    let Some(folder) = folder else {
        bail!("CARESYNC_INDEX_KEY is required with DATABASE_URL: logins are found by it");
    };
    kept_logins(folder)
}

fn kept_logins(folder: &Path) -> anyhow::Result<Found<LoginIndex>> {
    Found::in_file(&folder.join(INDEX_KEY), |path| {
        parse(&std::fs::read_to_string(path)?)
    })
}

fn new_logins(folder: &Path) -> anyhow::Result<LoginIndex> {
    let path = folder.join(INDEX_KEY);
    let key = SystemIds.secret();
    private_file::write_new(&path, hex(&key).as_bytes()).context("keeping a new index key")?;
    tracing::info!(path = %path.display(), "Made a new key for the login index.");
    Ok(LoginIndex::new(key))
}

/// A key, or the path of a file with it.
fn parse_or_read(setting: &str) -> anyhow::Result<LoginIndex> {
    if !setting.contains(['/', '.']) {
        return parse(setting);
    }
    parse(&std::fs::read_to_string(setting)?)
}

fn parse(hex: &str) -> anyhow::Result<LoginIndex> {
    let hex = hex.trim();
    let mut key = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        bail!("the key has 64 hexadecimal digits");
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * index..2 * index + 2], 16)
            .context("the key has 64 hexadecimal digits")?;
    }
    Ok(LoginIndex::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_can_be_read() {
        assert!(parse(&hex(&[0xa5; 32])).is_ok());
    }

    #[test]
    fn a_path_may_be_set_instead_of_an_index_key() {
        let folder = tempfile::tempdir().unwrap();
        new_logins(folder.path()).unwrap();
        let path = folder.path().join(INDEX_KEY);
        assert!(parse_or_read(path.to_str().unwrap()).is_ok());
        assert!(parse_or_read("./no-such-file").is_err());
        assert!(parse_or_read(&"0a".repeat(32)).is_ok());
    }

    #[test]
    fn secrets_are_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let files = || -> Vec<_> {
            let names = ["index.key", "jwt-keys.json", "master.keys"];
            names
                .map(|name| std::fs::read(folder.path().join(name)).unwrap())
                .into()
        };
        Secrets::make(folder.path()).unwrap();
        let made = files();
        Secrets::make(folder.path()).unwrap();
        assert_eq!(files(), made);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            made.len()
        );
    }

    #[test]
    fn an_empty_file_is_refused_and_left_as_it_is() {
        for name in ["index.key", "jwt-keys.json", "master.keys"] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), "").unwrap();
            let refused = format!("{:#}", Secrets::make(folder.path()).err().unwrap());
            assert!(
                refused.contains(name) && refused.contains("put back your copy"),
                "{refused}"
            );
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn an_index_key_is_64_hexadecimal_digits() {
        assert!(parse(&"0a".repeat(32)).is_ok());
        for text in [
            "",
            "0a",
            &"0g".repeat(32),
            &"0a".repeat(33),
            &"é".repeat(32),
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
