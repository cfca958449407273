//! The stored form of a sealed value: a base64 envelope with its format, algorithm and key version.
//!
//! ```text
//! "CSP" | format 1 | algorithm 1 | key version (2) | nonce (12) | ciphertext and tag
//! ```

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::associated_data::AssociatedData;
use super::error::SealFault;

/// Magic, format 1, algorithm 1: AES-256-GCM with random nonces.
const HEADER: &[u8; 5] = b"CSP\x01\x01";
pub(super) const NONCE: usize = 12;
const TAG: usize = 16;

/// A subject's key, ready for use. Its schedule is wiped when dropped.
pub(super) struct DataKey {
    pub(super) version: i16,
    cipher: Aes256Gcm,
    fingerprint: [u8; 16],
}

impl DataKey {
    pub(super) fn new(version: i16, key: &[u8; 32]) -> Self {
        Self {
            version,
            cipher: Aes256Gcm::new(key.into()),
            fingerprint: fingerprint(key),
        }
    }

    /// Hash that identifies the key, in hexadecimal digits. The key can't be computed from it, as it is random.
    pub(super) fn fingerprint(&self) -> String {
        self.fingerprint
            .iter()
            .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
    }

    /// Seals a value for one location.
    pub(super) fn seal(
        &self,
        subject: Uuid,
        location: &AssociatedData<'_>,
        value: &Value,
    ) -> Result<String, SealFault> {
        let clear = serde_json::to_vec(value).map_err(|_| SealFault::Unreadable)?;
        let clear = Zeroizing::new(clear);
        let nonce: [u8; NONCE] = random()?;
        let aad = location.to_bytes(HEADER, subject, self.version);
        let payload = Payload {
            msg: &clear,
            aad: &aad,
        };
        let sealed = self.cipher.encrypt(&nonce.into(), payload);
        let sealed = sealed.map_err(|_| SealFault::Unreadable)?;
        let version = self.version.to_be_bytes();
        Ok(STANDARD.encode([HEADER, version.as_slice(), &nonce, &sealed].concat()))
    }

    /// Opens a value that was sealed for that location.
    pub(super) fn open(
        &self,
        subject: Uuid,
        location: &AssociatedData<'_>,
        sealed: &str,
    ) -> Result<Value, SealFault> {
        let envelope = Envelope::parse(sealed)?;
        if envelope.key_version != self.version {
            return Err(SealFault::UnknownKeyVersion);
        }
        let aad = location.to_bytes(HEADER, subject, self.version);
        let payload = Payload {
            msg: &envelope.sealed,
            aad: &aad,
        };
        let clear = self.cipher.decrypt(&envelope.nonce.into(), payload);
        let clear = Zeroizing::new(clear.map_err(|_| SealFault::Altered)?);
        serde_json::from_slice(&clear).map_err(|_| SealFault::Unreadable)
    }
}

/// The first half of a hash of the key, apart from all other hashes of it.
fn fingerprint(key: &[u8; 32]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"caresync fingerprint of a subject key");
    hash.update(key);
    let hash: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

struct Envelope {
    key_version: i16,
    nonce: [u8; NONCE],
    sealed: Vec<u8>,
}

impl Envelope {
    fn parse(text: &str) -> Result<Self, SealFault> {
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| SealFault::NotAnEnvelope)?;
        let parts = || {
            let rest = bytes.strip_prefix(HEADER)?;
            let (version, rest) = rest.split_first_chunk::<2>()?;
            let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
            (sealed.len() >= TAG).then(|| Self {
                key_version: i16::from_be_bytes(*version),
                nonce: *nonce,
                sealed: sealed.to_vec(),
            })
        };
        parts().ok_or(SealFault::NotAnEnvelope)
    }
}

/// Random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], SealFault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SealFault::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn key() -> DataKey {
        DataKey::new(1, &[7; 32])
    }

    fn subject() -> Uuid {
        Uuid::from_u128(1)
    }

    fn event(parts: [&str; 4], sequence: i64) -> AssociatedData<'_> {
        let [aggregate_type, aggregate_id, event_type, event_version] = parts;
        AssociatedData::Event {
            aggregate_type,
            aggregate_id,
            sequence,
            event_type,
            event_version,
        }
    }

    const PARTS: [&str; 4] = ["patient", "p-1", "patient.registered", "1"];

    fn sealed() -> String {
        let asha = json!({"name": "Asha"});
        key().seal(subject(), &event(PARTS, 1), &asha).unwrap()
    }

    #[test]
    fn a_sealed_value_opens_at_its_location_and_shows_nothing_before() {
        let sealed = sealed();
        let bytes = STANDARD.decode(&sealed).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("Asha"));
        let opened = key().open(subject(), &event(PARTS, 1), &sealed);
        assert_eq!(opened, Ok(json!({"name": "Asha"})));
    }

    #[test]
    fn the_same_value_sealed_twice_looks_different() {
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn it_opens_at_no_other_location() {
        let sealed = sealed();
        let altered = Err(SealFault::Altered);
        for changed in 0..4 {
            let mut parts = PARTS;
            parts[changed] = "other";
            let opened = key().open(subject(), &event(parts, 1), &sealed);
            assert_eq!(opened, altered, "{parts:?}");
        }
        assert_eq!(key().open(subject(), &event(PARTS, 2), &sealed), altered);
        let other = Uuid::from_u128(2);
        assert_eq!(key().open(other, &event(PARTS, 1), &sealed), altered);
        let parts = PARTS.map(str::to_owned);
        let cell = AssociatedData::Cell(&parts);
        assert_eq!(key().open(subject(), &cell, &sealed), altered);
    }

    #[test]
    fn parts_that_are_equal_when_joined_are_different_locations() {
        let [one, other] = [["ab", "c"], ["a", "bc"]].map(|parts| parts.map(str::to_owned));
        let sealed = key().seal(subject(), &AssociatedData::Cell(&one), &json!(1));
        let opened = key().open(subject(), &AssociatedData::Cell(&other), &sealed.unwrap());
        assert_eq!(opened, Err(SealFault::Altered));
    }

    #[test]
    fn another_key_and_another_version_of_it_do_not_open_it() {
        let other = DataKey::new(1, &[8; 32]);
        let opened = other.open(subject(), &event(PARTS, 1), &sealed());
        assert_eq!(opened, Err(SealFault::Altered));
        let newer = DataKey::new(2, &[7; 32]);
        let opened = newer.open(subject(), &event(PARTS, 1), &sealed());
        assert_eq!(opened, Err(SealFault::UnknownKeyVersion));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = STANDARD.decode(sealed()).unwrap();
        for at in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[at / 8] ^= 1 << (at % 8);
            let opened = key().open(subject(), &event(PARTS, 1), &STANDARD.encode(altered));
            assert!(opened.is_err(), "bit {at}");
        }
    }

    #[test]
    fn every_truncation_is_noticed() {
        let bytes = STANDARD.decode(sealed()).unwrap();
        for length in 0..bytes.len() {
            let cut = STANDARD.encode(&bytes[..length]);
            assert!(key().open(subject(), &event(PARTS, 1), &cut).is_err());
        }
    }

    proptest! {
        #[test]
        fn every_value_opens_to_itself(text in ".*", number: i64, parts in prop::collection::vec(".*", 0..4)) {
            let value = json!({"text": text, "number": number});
            let cell = AssociatedData::Cell(&parts);
            let sealed = key().seal(subject(), &cell, &value).unwrap();
            prop_assert_eq!(key().open(subject(), &cell, &sealed), Ok(value));
        }

        #[test]
        fn text_that_was_not_sealed_does_not_open(text in ".*") {
            prop_assert!(key().open(subject(), &event(PARTS, 1), &text).is_err());
        }
    }
}
