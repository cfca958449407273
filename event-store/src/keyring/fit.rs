//! Whether a keyring and the master keys at hand belong together.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{KeyState, Keyring, SubjectKey};
use crate::MasterKeys;

/// A keyring that the master keys at hand do not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncompatibleKeyring {
    /// Persons would stay closed for good.
    #[error(
        "the keys of {keys} persons are wrapped by the master key of epoch {epoch}, which is not \
         set or is another one; set it, or, if it was retired, give the newest keyring"
    )]
    Closed {
        /// The epoch.
        epoch: i16,
        /// How many keys.
        keys: usize,
    },
    /// A key that was to be destroyed is still there.
    #[error(
        "the master key of epoch {epoch} was retired and is still set; take it out of the \
         settings and destroy it"
    )]
    Retired {
        /// The epoch.
        epoch: i16,
    },
    /// A master key of the same epoch from another installation.
    #[error("the master key of epoch {epoch} is not the one that this log was sealed with")]
    WrongMasterKey {
        /// The epoch.
        epoch: i16,
    },
}

impl MasterKeys {
    /// Whether one of them opens the person's wrapped key.
    #[must_use]
    pub fn open_key_of(&self, subject: Uuid, key: &SubjectKey) -> bool {
        match &key.state {
            KeyState::Erased { .. } => false,
            KeyState::Wrapped {
                master_epoch,
                key: wrapped,
            } => self.opens(subject, key.key_version, *master_epoch, wrapped),
        }
    }
}

impl Keyring {
    /// Proves that `masters` open every key, and that none of them should be gone.
    pub fn fits(&self, masters: &MasterKeys) -> Result<(), IncompatibleKeyring> {
        for epoch in masters.epochs() {
            match self.master_epochs.get(&epoch) {
                Some(known) if known.retired_at.is_some() => {
                    return Err(IncompatibleKeyring::Retired { epoch });
                }
                Some(known) if !masters.made(epoch, &known.check_value) => {
                    return Err(IncompatibleKeyring::WrongMasterKey { epoch });
                }
                _ => {}
            }
        }
        let mut closed = BTreeMap::<i16, usize>::new();
        for (subject, key) in &self.subjects {
            if let KeyState::Wrapped { master_epoch, .. } = key.state
                && !masters.open_key_of(*subject, key)
            {
                *closed.entry(master_epoch).or_default() += 1;
            }
        }
        match closed.pop_last() {
            Some((epoch, keys)) => Err(IncompatibleKeyring::Closed { epoch, keys }),
            None => Ok(()),
        }
    }
}
