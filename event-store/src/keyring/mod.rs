//! The keyring of a log: the wrapped key of each person, or the tombstone where it was destroyed,
//! and the epochs of the master key that wraps them.
//!
//! A keyring can be taken out of a log, merged with older and newer ones, and put back. It holds no
//! key that can be used without the master key, and nothing about a person but an id.
//!
//! The tombstones are the ledger of erasures: whoever has one has to honour it for ever.

mod fit;
mod merge;
mod table;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use fit::IncompatibleKeyring;
pub use merge::Opens;

/// A keyring, as it is written to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Keyring {
    /// The log's epoch when it was taken.
    pub epoch: i16,
    /// The epochs of the master key.
    pub master_epochs: BTreeMap<i16, MasterEpoch>,
    /// What is known about each person's key.
    pub subjects: BTreeMap<Uuid, SubjectKey>,
}

/// An epoch of the master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MasterEpoch {
    /// Proves that a master key is the one of this epoch; tells nothing about it.
    #[serde(with = "base64_text")]
    pub check_value: Vec<u8>,
    /// Since when it wraps.
    pub opened_at: DateTime<Utc>,
    /// When it was destroyed.
    pub retired_at: Option<DateTime<Utc>>,
}

/// The key of one person, or that it was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubjectKey {
    /// Which key of the person this is.
    pub key_version: i16,
    /// When the key was made.
    pub created_at: DateTime<Utc>,
    /// What is left of it.
    pub state: KeyState,
}

/// What is left of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum KeyState {
    /// The key, wrapped by the master key of an epoch.
    #[serde(rename_all = "camelCase")]
    Wrapped {
        /// The epoch.
        master_epoch: i16,
        /// The wrapped key.
        #[serde(with = "base64_text")]
        key: Vec<u8>,
    },
    /// Nothing, and there will never be a key again.
    #[serde(rename_all = "camelCase")]
    Erased {
        /// Since when.
        erased_at: DateTime<Utc>,
    },
}

impl SubjectKey {
    fn is_erased(&self) -> bool {
        matches!(self.state, KeyState::Erased { .. })
    }
}

impl Keyring {
    /// Those who were erased.
    pub fn erased(&self) -> impl Iterator<Item = Uuid> + '_ {
        let erased = self.subjects.iter().filter(|(_, key)| key.is_erased());
        erased.map(|(subject, _)| *subject)
    }

    /// How many persons have a key.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.subjects.len() - self.erased().count()
    }
}

mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
