//! The keyring of a log: the wrapped key of each person, or the tombstone of a destroyed key, and the
//! epochs of the master key that wraps them.
//!
//! A keyring can be read from a log, merged with older and newer ones, and written back. Its keys can not
//! be used without the master key, and it holds no personal data but ids.
//!
//! The tombstones are the ledger of erasures, and must never be lost.

mod compatibility;
mod merge;
mod table;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use compatibility::IncompatibleKeyring;
pub use merge::CanUnwrap;

/// A keyring, in the form of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Keyring {
    /// The log's epoch when it was read.
    pub epoch: i16,
    /// The epochs of the master key.
    pub master_epochs: BTreeMap<i16, MasterEpoch>,
    /// The keys of subjects.
    pub subjects: BTreeMap<Uuid, SubjectKey>,
}

/// An epoch of the master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MasterEpoch {
    /// A check value that identifies the master key of this epoch, and reveals nothing about it.
    #[serde(with = "base64_text")]
    pub check_value: Vec<u8>,
    /// The time of its first use.
    pub opened_at: DateTime<Utc>,
    /// The time of its retirement.
    pub retired_at: Option<DateTime<Utc>>,
}

/// The key of one person, or its tombstone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubjectKey {
    /// The version of the key.
    pub key_version: i16,
    /// The time of its creation.
    pub created_at: DateTime<Utc>,
    /// The wrapped key, or the tombstone.
    pub state: KeyState,
}

/// A wrapped key, or a tombstone.
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
    /// The tombstone of a destroyed key; there will never be a key again.
    #[serde(rename_all = "camelCase")]
    Erased {
        /// The time of the erasure.
        erased_at: DateTime<Utc>,
    },
}

impl SubjectKey {
    fn is_erased(&self) -> bool {
        matches!(self.state, KeyState::Erased { .. })
    }
}

impl Keyring {
    /// The erased subjects.
    pub fn erased(&self) -> impl Iterator<Item = Uuid> + '_ {
        let erased = self.subjects.iter().filter(|(_, key)| key.is_erased());
        erased.map(|(subject, _)| *subject)
    }

    /// Number of persons with a key.
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
