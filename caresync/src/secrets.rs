//! Keys that all nodes share. The embedded default makes its own, in the data folder, mode 0600.

use std::path::Path;

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

/// The keys of a node.
pub struct Secrets {
    /// Sign and verify access tokens.
    pub jwt: JwtKeys,
    /// Finds logins.
    pub logins: LoginIndex,
    /// Wrap the keys of persons.
    pub master: MasterKeys,
}

impl Secrets {
    /// Reads what is set; makes what is missing in `folder`, or refuses where there is none.
    pub fn load(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<Self> {
        Ok(Self {
            jwt: jwt(settings, folder)?,
            logins: logins(settings, folder)?,
            master: MasterKeySource::find(settings, folder)?.load()?,
        })
    }

    /// Makes what is missing in `folder`, whatever is set.
    pub fn make(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            jwt: kept_jwt(folder)?,
            logins: kept_logins(folder)?,
            master: MasterKeySource::File(folder.join("master.keys")).load()?,
        })
    }
}

fn jwt(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<JwtKeys> {
    if let Some(keys) = &settings.jwt_keys {
        return Ok(JwtKeys::load(keys.expose_secret())?);
    }
    let Some(folder) = folder else {
        bail!("CARESYNC_JWT_KEYS is required with DATABASE_URL: nodes must share their token keys");
    };
    kept_jwt(folder)
}

fn kept_jwt(folder: &Path) -> anyhow::Result<JwtKeys> {
    let path = folder.join("jwt-keys.json");
    if !path.exists() {
        JwtKeys::generate()?.save_new(&path)?;
        tracing::info!(path = %path.display(), "Made new keys for access tokens.");
    }
    Ok(JwtKeys::load(&path.to_string_lossy())?)
}

fn logins(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<LoginIndex> {
    if let Some(key) = &settings.index_key {
        return parse_or_read(key.expose_secret()).context("reading CARESYNC_INDEX_KEY");
    }
    let Some(folder) = folder else {
        bail!("CARESYNC_INDEX_KEY is required with DATABASE_URL: logins are found by it");
    };
    kept_logins(folder)
}

fn kept_logins(folder: &Path) -> anyhow::Result<LoginIndex> {
    let path = folder.join("index.key");
    if !path.exists() {
        let hex = hex(&SystemIds.secret());
        private_file::write_new(&path, hex.as_bytes()).context("keeping a new index key")?;
        tracing::info!(path = %path.display(), "Made a new key for the login index.");
    }
    let text = std::fs::read_to_string(&path).context("reading the index key")?;
    parse(&text).with_context(|| format!("reading {}", path.display()))
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
        kept_logins(folder.path()).unwrap();
        let path = folder.path().join("index.key");
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
