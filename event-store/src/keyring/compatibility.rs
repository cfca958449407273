//! Check that a keyring and the present master keys belong together.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{KeyState, Keyring, SubjectKey};
use crate::MasterKeys;

/// A keyring that does not match the present master keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncompatibleKeyring {
    /// The personal data of some subjects could never be decrypted.
    #[error(
        "the keys of {keys} persons are wrapped by the master key of epoch {epoch}, which is not \
         set or is another one; set it, or, if it was retired, give the newest keyring"
    )]
    Closed {
        /// The epoch.
        epoch: i16,
        /// Number of keys.
        keys: usize,
    },
    /// A master key that was to be destroyed is still set.
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
    /// Returns whether one of them unwraps the key of a subject.
    #[must_use]
    pub fn can_unwrap(&self, subject: Uuid, key: &SubjectKey) -> bool {
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
    /// Checks that `masters` unwrap every key, and that none of them is retired.
    pub fn check_compatible(&self, masters: &MasterKeys) -> Result<(), IncompatibleKeyring> {
        for epoch in masters.epochs() {
            match self.master_epochs.get(&epoch) {
                Some(known) if known.retired_at.is_some() => {
                    return Err(IncompatibleKeyring::Retired { epoch });
                }
                Some(known) if !masters.matches(epoch, &known.check_value) => {
                    return Err(IncompatibleKeyring::WrongMasterKey { epoch });
                }
                _ => {}
            }
        }
        let mut closed = BTreeMap::<i16, usize>::new();
        for (subject, key) in &self.subjects {
            if let KeyState::Wrapped { master_epoch, .. } = key.state
                && !masters.can_unwrap(*subject, key)
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
