//! Master keys: they wrap the keys of subjects, and exist in settings only.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::associated_data::push;
use super::envelope::{DataKey, NONCE, random};
use super::error::SealFault;
use super::reload::ReloadMasterKeys;

/// The first byte of a wrapped key: AES-256-GCM.
const FORMAT: u8 = 1;

/// Master keys by epoch. The newest wraps new keys; older ones only open what they wrapped.
#[derive(Clone)]
pub struct MasterKeys {
    current: i16,
    by_epoch: Arc<BTreeMap<i16, Aes256Gcm>>,
    reload: Option<ReloadMasterKeys>,
}

/// The setting of the master keys is invalid. Shows none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeysError {
    /// Not a line of the form `epoch:key`.
    #[error(
        "key {number} is not of the form epoch:64 hexadecimal digits, with epochs from 1 to 32767"
    )]
    Malformed {
        /// Its number in the list, from 1.
        number: usize,
    },
    /// Two keys for one epoch.
    #[error("epoch {epoch} has two keys")]
    Twice {
        /// The epoch.
        epoch: i16,
    },
    /// No key at all.
    #[error("there is no master key")]
    Missing,
}

impl MasterKeys {
    /// Reads `epoch:64 hexadecimal digits`, separated by commas or line ends.
    pub fn parse(text: &str) -> Result<Self, MasterKeysError> {
        let words = text.split([',', '\n']).map(str::trim);
        let words = words.filter(|word| !word.is_empty());
        let mut by_epoch = BTreeMap::new();
        for (number, word) in (1..).zip(words) {
            let (epoch, key) = parse_one(word).ok_or(MasterKeysError::Malformed { number })?;
            let cipher = Aes256Gcm::new((&*key).into());
            if by_epoch.insert(epoch, cipher).is_some() {
                return Err(MasterKeysError::Twice { epoch });
            }
        }
        let current = *by_epoch
            .keys()
            .next_back()
            .ok_or(MasterKeysError::Missing)?;
        Ok(Self {
            current,
            by_epoch: Arc::new(by_epoch),
            reload: None,
        })
    }

    /// The same keys with their source, from which a running process reads them again after a rotation.
    #[must_use]
    pub fn with_reload(mut self, reload: ReloadMasterKeys) -> Self {
        self.reload = Some(reload);
        self
    }

    /// The keys that their source has now, with the same source.
    pub(super) fn reloaded(&self) -> Option<Self> {
        let reload = self.reload.clone()?;
        Some(reload()?.with_reload(reload))
    }

    /// The newest epoch: its key wraps new keys.
    #[must_use]
    pub fn current(&self) -> i16 {
        self.current
    }

    /// All epochs, the oldest first.
    #[must_use]
    pub fn epochs(&self) -> Vec<i16> {
        self.by_epoch.keys().copied().collect()
    }

    /// Wraps a key by the newest master key.
    pub(super) fn wrap(&self, row: Row, key: &[u8; 32]) -> Result<Vec<u8>, SealFault> {
        let epoch = self.current;
        let master = self.by_epoch.get(&epoch);
        let master = master.ok_or(SealFault::MissingMasterKey { epoch })?;
        seal(master, key, &row.aad(epoch))
    }

    /// Unwraps a key of a row.
    pub(super) fn unwrap(
        &self,
        row: Row,
        epoch: i16,
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, SealFault> {
        let master = self.by_epoch.get(&epoch);
        let master = master.ok_or(SealFault::MissingMasterKey { epoch })?;
        let wrong = SealFault::WrongMasterKey { epoch };
        let key = open(master, wrapped, &row.aad(epoch)).ok_or(wrong)?;
        let key: [u8; 32] = key.as_slice().try_into().map_err(|_| wrong)?;
        Ok(Zeroizing::new(key))
    }

    /// Returns whether the master key of that epoch is set and unwraps a subject's key.
    pub(crate) fn opens(
        &self,
        subject: Uuid,
        key_version: i16,
        epoch: i16,
        wrapped: &[u8],
    ) -> bool {
        let row = Row {
            subject,
            key_version,
        };
        self.unwrap(row, epoch, wrapped).is_ok()
    }

    pub(super) fn data_key(
        &self,
        row: Row,
        epoch: i16,
        wrapped: &[u8],
    ) -> Result<DataKey, SealFault> {
        let key = self.unwrap(row, epoch, wrapped)?;
        Ok(DataKey::new(row.key_version, &key))
    }

    /// A check value that identifies a master key: an empty text, sealed under it.
    pub(super) fn check_value(&self, epoch: i16) -> Result<Vec<u8>, SealFault> {
        let master = self.by_epoch.get(&epoch);
        let master = master.ok_or(SealFault::MissingMasterKey { epoch })?;
        seal(master, b"", &check_aad(epoch))
    }

    /// Returns whether the master key of that epoch made this check value.
    pub(crate) fn matches(&self, epoch: i16, check_value: &[u8]) -> bool {
        let master = self.by_epoch.get(&epoch);
        master.is_some_and(|master| open(master, check_value, &check_aad(epoch)).is_some())
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKeys({:?})", self.epochs())
    }
}

/// The row of a wrapped key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) subject: Uuid,
    pub(super) key_version: i16,
}

impl Row {
    fn aad(self, epoch: i16) -> Vec<u8> {
        let mut aad = Vec::with_capacity(96);
        push(&mut aad, b"caresync key of a subject");
        push(&mut aad, self.subject.as_bytes());
        push(&mut aad, &self.key_version.to_be_bytes());
        push(&mut aad, &epoch.to_be_bytes());
        aad
    }
}

fn check_aad(epoch: i16) -> Vec<u8> {
    let mut aad = Vec::new();
    push(&mut aad, b"caresync check of a master key");
    push(&mut aad, &epoch.to_be_bytes());
    aad
}

fn seal(master: &Aes256Gcm, msg: &[u8], aad: &[u8]) -> Result<Vec<u8>, SealFault> {
    let nonce: [u8; NONCE] = random()?;
    let sealed = master.encrypt(&nonce.into(), Payload { msg, aad });
    let sealed = sealed.map_err(|_| SealFault::Unreadable)?;
    Ok([&[FORMAT], nonce.as_slice(), &sealed].concat())
}

fn open(master: &Aes256Gcm, sealed: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let rest = sealed.strip_prefix(&[FORMAT])?;
    let (nonce, msg) = rest.split_first_chunk::<NONCE>()?;
    let clear = master.decrypt(&(*nonce).into(), Payload { msg, aad });
    clear.ok().map(Zeroizing::new)
}

fn parse_one(word: &str) -> Option<(i16, Zeroizing<[u8; 32]>)> {
    let (epoch, hex) = word.split_once(':')?;
    let epoch = epoch.trim().parse().ok().filter(|epoch| *epoch >= 1)?;
    let hex = hex.trim();
    if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some((epoch, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(epoch: i16, byte: &str) -> String {
        format!("{epoch}:{}", byte.repeat(32))
    }

    fn row(subject: u128, key_version: i16) -> Row {
        Row {
            subject: Uuid::from_u128(subject),
            key_version,
        }
    }

    #[test]
    fn keys_are_separated_by_commas_or_line_ends_and_the_newest_is_current() {
        let text = format!(
            "{},\n {}\n{}\n",
            line(2, "aa"),
            line(10, "bb"),
            line(1, "cc")
        );
        let keys = MasterKeys::parse(&text).unwrap();
        assert_eq!((keys.epochs(), keys.current()), (vec![1, 2, 10], 10));
    }

    #[test]
    fn an_invalid_list_of_keys_is_refused_without_showing_it() {
        for text in ["1:aa", "aa", &line(0, "aa"), &line(1, "ag"), &line(1, "é")] {
            let refused = MasterKeys::parse(text).unwrap_err();
            assert_eq!(refused, MasterKeysError::Malformed { number: 1 });
            assert!(!refused.to_string().contains("aa"));
        }
        let twice = format!("{},{}", line(1, "aa"), line(1, "bb"));
        let refused = MasterKeys::parse(&twice).unwrap_err();
        assert_eq!(refused, MasterKeysError::Twice { epoch: 1 });
        assert_eq!(
            MasterKeys::parse("\n").unwrap_err(),
            MasterKeysError::Missing
        );
    }

    #[test]
    fn a_wrapped_key_unwraps_for_its_row_and_epoch_only() {
        let keys = MasterKeys::parse(&format!("{},{}", line(1, "aa"), line(2, "aa"))).unwrap();
        let wrapped = keys.wrap(row(1, 1), &[5; 32]).unwrap();
        assert_eq!(*keys.unwrap(row(1, 1), 2, &wrapped).unwrap(), [5; 32]);
        for (row, epoch) in [(row(2, 1), 2), (row(1, 2), 2), (row(1, 1), 1)] {
            let wrong = SealFault::WrongMasterKey { epoch };
            assert_eq!(keys.unwrap(row, epoch, &wrapped).unwrap_err(), wrong);
        }
        let missing = SealFault::MissingMasterKey { epoch: 3 };
        assert_eq!(keys.unwrap(row(1, 1), 3, &wrapped).unwrap_err(), missing);
    }

    #[test]
    fn every_flipped_bit_of_a_wrapped_key_is_noticed() {
        let keys = MasterKeys::parse(&line(1, "aa")).unwrap();
        let wrapped = keys.wrap(row(1, 1), &[5; 32]).unwrap();
        for at in 0..wrapped.len() * 8 {
            let mut altered = wrapped.clone();
            altered[at / 8] ^= 1 << (at % 8);
            assert!(keys.unwrap(row(1, 1), 1, &altered).is_err(), "bit {at}");
        }
    }

    #[test]
    fn a_check_value_identifies_its_key() {
        let keys = MasterKeys::parse(&line(1, "aa")).unwrap();
        let check = keys.check_value(1).unwrap();
        assert!(keys.matches(1, &check));
        let others = MasterKeys::parse(&format!("{},{}", line(1, "ab"), line(2, "aa"))).unwrap();
        assert!(!others.matches(1, &check) && !others.matches(2, &check));
    }

    #[test]
    fn no_debug_text_holds_a_key() {
        let keys = MasterKeys::parse(&line(1, "aa")).unwrap();
        assert_eq!(format!("{keys:?}"), "MasterKeys([1])");
    }
}
