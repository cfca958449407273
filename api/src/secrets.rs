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
}

fn jwt(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<JwtKeys> {
    if let Some(keys) = &settings.jwt_keys {
        return Ok(JwtKeys::load(keys.expose_secret())?);
    }
    let Some(folder) = folder else {
        bail!("CARESYNC_JWT_KEYS is required with DATABASE_URL: nodes must share their token keys");
    };
    let path = folder.join("jwt-keys.json");
    if !path.exists() {
        JwtKeys::generate()?.save_new(&path)?;
        tracing::info!(path = %path.display(), "Made new keys for access tokens.");
    }
    Ok(JwtKeys::load(&path.to_string_lossy())?)
}

fn logins(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<LoginIndex> {
    if let Some(key) = &settings.index_key {
        return parse(key.expose_secret()).context("reading CARESYNC_INDEX_KEY");
    }
    let Some(folder) = folder else {
        bail!("CARESYNC_INDEX_KEY is required with DATABASE_URL: logins are found by it");
    };
    let path = folder.join("index.key");
    if !path.exists() {
        let hex = hex(&SystemIds.secret());
        private_file::write_new(&path, hex.as_bytes()).context("keeping a new index key")?;
        tracing::info!(path = %path.display(), "Made a new key for the login index.");
    }
    let text = std::fs::read_to_string(&path).context("reading the index key")?;
    parse(&text).with_context(|| format!("reading {}", path.display()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
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
