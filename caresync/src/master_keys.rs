//! Master keys: from the settings, or from a file that the embedded default keeps.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapters::private_file;
use adapters::system::SystemIds;
use anyhow::{Context as _, bail};
use commands::ports::IdSource as _;
use event_store::MasterKeys;
use secrecy::{ExposeSecret as _, SecretString};

use crate::hex::hex;
use crate::settings::Settings;
use crate::storage::secrets_folder;

/// The source of master keys.
pub(crate) enum MasterKeySource {
    /// The operator keeps them.
    Settings(SecretString),
    /// The program keeps them itself.
    File(PathBuf),
}

impl MasterKeySource {
    /// Returns the setting, or the file that the program keeps itself.
    pub(crate) fn find(settings: &Settings) -> anyhow::Result<Self> {
        match (&settings.master_key, secrets_folder(settings)) {
            (Some(keys), _) => Ok(Self::Settings(keys.clone())),
            (None, Some(folder)) => Ok(Self::in_folder(&folder)),
            (None, None) => bail!(
                "CARESYNC_MASTER_KEY is required with DATABASE_URL: it opens what is stored of persons"
            ),
        }
    }

    /// The file in `folder`.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self::File(folder.join("master.keys"))
    }

    /// Returns whether the keys are there: always, if they are set.
    pub(crate) fn exists(&self) -> anyhow::Result<bool> {
        match self {
            Self::File(path) => path.try_exists().with_context(|| self.reading()),
            Self::Settings(_) => Ok(true),
        }
    }

    /// The place of the keys, for messages.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Settings(_) => "CARESYNC_MASTER_KEY".to_owned(),
        }
    }

    /// Reads the keys. A running process reads those of a file again after a rotation.
    pub(crate) fn load(&self) -> anyhow::Result<MasterKeys> {
        let text = self.text()?;
        let keys = MasterKeys::parse(text.expose_secret()).with_context(|| self.reading())?;
        let Some(path) = self.path() else {
            return Ok(keys);
        };
        let again = move || MasterKeys::parse(read(&path).ok()?.expose_secret()).ok();
        Ok(keys.with_reload(Arc::new(again)))
    }

    /// Makes the first key, if the program keeps the keys itself and there is none, and reads the keys.
    pub(crate) fn load_or_make(&self) -> anyhow::Result<MasterKeys> {
        if let Self::File(path) = self
            && !self.exists()?
        {
            let first = line(1);
            private_file::write_new(path, first.expose_secret().as_bytes())
                .context("keeping a new master key")?;
            tracing::info!(
                path = %path.display(),
                "Made a new master key for personal data. Without it, the data is lost: back it up."
            );
        }
        self.load()
    }

    /// Adds a key of a new epoch to the file. `false` if the keys are not ours to make.
    pub(crate) fn add_epoch(&self) -> anyhow::Result<bool> {
        let Self::File(path) = self else {
            return Ok(false);
        };
        let next = self.load()?.current().checked_add(1);
        let next = next.context("there are no more epochs")?;
        let text = self.text()?;
        let keys = format!(
            "{}\n{}",
            text.expose_secret().trim_end(),
            line(next).expose_secret()
        );
        replace(path, keys)?;
        Ok(true)
    }

    /// Destroys every key of the file but the newest. `false` if the keys are not ours to destroy.
    pub(crate) fn destroy_old(&self) -> anyhow::Result<bool> {
        let Self::File(path) = self else {
            return Ok(false);
        };
        let current = format!("{}:", self.load()?.current());
        let text = self.text()?;
        let newest = text
            .expose_secret()
            .split([',', '\n'])
            .map(str::trim)
            .find(|line| line.starts_with(&current))
            .context("finding the newest master key")?;
        replace(path, format!("{newest}\n"))?;
        Ok(true)
    }

    fn text(&self) -> anyhow::Result<SecretString> {
        match self {
            Self::Settings(keys) if self.path().is_none() => Ok(keys.clone()),
            Self::Settings(_) | Self::File(_) => {
                let path = self.path().unwrap_or_default();
                read(&path).with_context(|| self.reading())
            }
        }
    }

    /// The file with the keys; `None` if they are in the setting itself.
    fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Settings(keys) if keys.expose_secret().contains(':') => None,
            Self::Settings(path) => Some(PathBuf::from(path.expose_secret())),
        }
    }

    fn reading(&self) -> String {
        format!("reading {}", self.place())
    }
}

fn read(path: &Path) -> anyhow::Result<SecretString> {
    Ok(std::fs::read_to_string(path)?.into())
}

fn replace(path: &Path, keys: String) -> anyhow::Result<()> {
    let keys = SecretString::from(keys);
    private_file::replace(path, keys.expose_secret().as_bytes())
        .with_context(|| format!("replacing {}", path.display()))
}

/// A new key.
fn line(epoch: i16) -> SecretString {
    format!("{epoch}:{}\n", hex(&SystemIds.secret())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> (tempfile::TempDir, MasterKeySource) {
        let folder = tempfile::tempdir().unwrap();
        let source = MasterKeySource::in_folder(folder.path());
        (folder, source)
    }

    #[test]
    fn a_first_key_is_made_once() {
        let (_folder, source) = kept();
        assert!(source.load().is_err(), "reading makes nothing");
        assert_eq!(source.load_or_make().unwrap().epochs(), [1]);
        let made = source.text().unwrap();
        source.load_or_make().unwrap();
        assert_eq!(source.text().unwrap().expose_secret(), made.expose_secret());
    }

    #[test]
    fn a_new_epoch_stands_beside_the_old_one_until_that_is_destroyed() {
        let (folder, source) = kept();
        source.load_or_make().unwrap();
        let old = source.text().unwrap();
        assert!(source.add_epoch().unwrap());
        assert_eq!(source.load().unwrap().epochs(), [1, 2]);
        assert!(source.destroy_old().unwrap());
        assert_eq!(source.load().unwrap().epochs(), [2]);
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "no other file keeps the old key");
        let key = old.expose_secret().trim();
        assert!(!source.text().unwrap().expose_secret().contains(key));
    }

    #[test]
    fn keys_that_are_set_are_not_the_programs_to_change() {
        let set = MasterKeySource::Settings(format!("1:{}", "0a".repeat(32)).into());
        assert_eq!(set.load().unwrap().epochs(), [1]);
        assert!(!set.add_epoch().unwrap() && !set.destroy_old().unwrap());
    }

    #[test]
    fn a_path_may_be_set_instead_of_keys() {
        let (folder, kept) = kept();
        kept.load_or_make().unwrap();
        let path = folder.path().join("master.keys");
        let set = MasterKeySource::Settings(path.display().to_string().into());
        assert_eq!(set.load().unwrap().epochs(), [1]);
        let nowhere = MasterKeySource::Settings("no such file".to_owned().into());
        let error = format!("{:#}", nowhere.load().unwrap_err());
        assert!(error.starts_with("reading CARESYNC_MASTER_KEY"), "{error}");
    }
}
