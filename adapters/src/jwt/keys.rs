//! The keys that sign and verify, as a JSON Web Key Set (RFC 7517, RFC 8037).

use std::{collections::BTreeSet, fmt, fs, io, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey as _};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{private_file, system::random_secret};

/// Error of reading, generating or saving keys. It never contains a part of a key.
#[derive(Debug, thiserror::Error)]
pub enum JwtKeysError {
    /// The file could not be read.
    #[error("reading the token keys in {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file could not be written, for example because it exists.
    #[error("writing new token keys to {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Not a JSON Web Key Set of private keys.
    #[error("the token keys are not a JSON Web Key Set with private keys (line {line})")]
    Malformed {
        /// Position at which reading failed.
        line: usize,
    },
    /// Fewer than two: with one, replacing it would end every session's token at once.
    #[error("there must be at least two token keys, the first to sign and one to take over")]
    TooFew,
    /// Not an Ed25519 key, or its two parts do not match.
    #[error("token key {kid} is not a pair of Ed25519 keys")]
    NotEd25519 {
        /// The key's id.
        kid: String,
    },
    /// Two keys with one id.
    #[error("two token keys have the id {kid}")]
    SameId {
        /// The id.
        kid: String,
    },
    /// The operating system gave no random bytes.
    #[error("making a token key")]
    Make(#[source] io::Error),
}

/// Two or more keys, shared by all nodes: the first signs, all verify.
#[derive(Debug, Clone)]
pub struct JwtKeys(Vec<Key>);

impl JwtKeys {
    /// Reads keys from a setting: the JSON itself, or the path of a file that holds it.
    pub fn load(setting: &str) -> Result<Self, JwtKeysError> {
        if setting.trim_start().starts_with('{') {
            return Self::from_json(setting);
        }
        let path = PathBuf::from(setting);
        match fs::read_to_string(&path) {
            Ok(json) => Self::from_json(&json),
            Err(source) => Err(JwtKeysError::Read { path, source }),
        }
    }

    /// Generates two new keys.
    pub fn generate() -> Result<Self, JwtKeysError> {
        Ok(Self(vec![Key::generate()?, Key::generate()?]))
    }

    /// Returns the next set: the waiting key signs, a new one waits, and the old signing key
    /// verifies until its last token has expired. Each set is compatible with nodes that still have
    /// the one before.
    pub fn rotated(&self) -> Result<Self, JwtKeysError> {
        let (signed, waiting) = (&self.0[0], &self.0[1]);
        Ok(Self(vec![
            waiting.clone(),
            Key::generate()?,
            signed.clone(),
        ]))
    }

    /// Saves the keys to a file that must not exist yet, mode 0600, completely or not at all.
    pub fn save_new(&self, path: impl Into<PathBuf>) -> Result<(), JwtKeysError> {
        let path = path.into();
        let written = self.to_json();
        let written = written.and_then(|json| private_file::write_new(&path, &json));
        written.map_err(|source| JwtKeysError::Write { path, source })
    }

    /// Replaces the file of other keys by one of these, and overwrites the old content.
    pub fn replace(&self, path: impl Into<PathBuf>) -> Result<(), JwtKeysError> {
        let path = path.into();
        let written = self.to_json();
        let written = written.and_then(|json| private_file::replace(&path, &json));
        written.map_err(|source| JwtKeysError::Write { path, source })
    }

    fn to_json(&self) -> io::Result<Vec<u8>> {
        let set = JwkSet {
            keys: self.0.iter().map(Key::to_jwk).collect(),
        };
        Ok(serde_json::to_vec_pretty(&set)?)
    }

    /// Returns a fingerprint of each key, which is computed from its public half.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<[u8; 32]> {
        let digest = |key: &Key| {
            let digest = Sha256::new_with_prefix("caresync fingerprint of a token key ");
            digest.chain_update(key.pair.verifying_key()).finalize()
        };
        self.0.iter().map(|key| digest(key).into()).collect()
    }

    fn from_json(json: &str) -> Result<Self, JwtKeysError> {
        // The parser's message may quote its input, which contains keys.
        let set: JwkSet = serde_json::from_str(json)
            .map_err(|error| JwtKeysError::Malformed { line: error.line() })?;
        if set.keys.len() < 2 {
            return Err(JwtKeysError::TooFew);
        }
        let keys = set
            .keys
            .iter()
            .map(Key::from_jwk)
            .collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        match keys.iter().find(|key| !seen.insert(&key.kid)) {
            Some(twice) => Err(JwtKeysError::SameId {
                kid: twice.kid.clone(),
            }),
            None => Ok(Self(keys)),
        }
    }

    /// Returns the signing key. There is always one: every constructor requires two.
    pub(super) fn signing(&self) -> &Key {
        &self.0[0]
    }

    pub(super) fn all(&self) -> &[Key] {
        &self.0
    }
}

/// One pair of keys.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) signs: EncodingKey,
    pub(super) verifies: DecodingKey,
    pub(super) pair: SigningKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl Key {
    fn generate() -> Result<Self, JwtKeysError> {
        let pair = SigningKey::from_bytes(&random_secret().map_err(JwtKeysError::Make)?);
        Self::new(thumbprint(&pair), pair)
    }

    fn new(kid: String, pair: SigningKey) -> Result<Self, JwtKeysError> {
        let Ok(private) = pair.to_pkcs8_der() else {
            return Err(JwtKeysError::NotEd25519 { kid });
        };
        let signs = EncodingKey::from_ed_der(private.as_bytes());
        let verifies = DecodingKey::from_ed_der(pair.verifying_key().as_bytes());
        Ok(Self {
            kid,
            signs,
            verifies,
            pair,
        })
    }

    fn from_jwk(jwk: &Jwk) -> Result<Self, JwtKeysError> {
        let refused = || JwtKeysError::NotEd25519 {
            kid: jwk.kid.clone(),
        };
        if (jwk.kty.as_str(), jwk.crv.as_str()) != (KTY, CRV) {
            return Err(refused());
        }
        let secret = URL_SAFE_NO_PAD.decode(&jwk.d).map_err(|_| refused())?;
        let secret: [u8; 32] = secret.try_into().map_err(|_| refused())?;
        let pair = SigningKey::from_bytes(&secret);
        if jwk.x != public_half(&pair) {
            return Err(refused());
        }
        Self::new(jwk.kid.clone(), pair)
    }

    fn to_jwk(&self) -> Jwk {
        Jwk {
            kty: KTY.to_owned(),
            crv: CRV.to_owned(),
            kid: self.kid.clone(),
            x: public_half(&self.pair),
            d: URL_SAFE_NO_PAD.encode(self.pair.as_bytes()),
        }
    }
}

const KTY: &str = "OKP";
const CRV: &str = "Ed25519";

#[derive(Serialize, Deserialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    kid: String,
    x: String,
    d: String,
}

fn public_half(pair: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(pair.verifying_key().as_bytes())
}

/// Returns the key's id, which is derived from the key (RFC 7638 with RFC 8037 §2).
fn thumbprint(pair: &SigningKey) -> String {
    let x = public_half(pair);
    let canonical = format!(r#"{{"crv":"{CRV}","kty":"{KTY}","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn kids(keys: &JwtKeys) -> Vec<&str> {
        keys.all().iter().map(|key| key.kid.as_str()).collect()
    }

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        // RFC 8037, appendices A.1 and A.3.
        let secret = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .unwrap();
        let pair = SigningKey::from_bytes(&secret.try_into().unwrap());
        assert_eq!(
            public_half(&pair),
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        );
        assert_eq!(
            thumbprint(&pair),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn saved_keys_load_again_from_their_file_and_from_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwt-keys.json");
        let keys = JwtKeys::generate().unwrap();
        keys.save_new(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            kids(&JwtKeys::load(path.to_str().unwrap()).unwrap()),
            kids(&keys)
        );
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(kids(&JwtKeys::load(&text).unwrap()), kids(&keys));
    }

    #[test]
    fn saved_keys_are_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwt-keys.json");
        JwtKeys::generate().unwrap().save_new(&path).unwrap();
        let refused = JwtKeys::generate().unwrap().save_new(&path);
        assert!(matches!(refused, Err(JwtKeysError::Write { .. })));
    }

    #[test]
    fn a_rotated_set_shares_fingerprints_and_another_set_shares_none() {
        let keys = JwtKeys::generate().unwrap();
        let (before, after) = (keys.fingerprints(), keys.rotated().unwrap().fingerprints());
        assert!(after.iter().any(|print| before.contains(print)));
        let other = JwtKeys::generate().unwrap().fingerprints();
        assert!(!other.iter().any(|print| before.contains(print)));
    }

    #[test]
    fn a_rotation_lets_the_waiting_key_sign_and_keeps_the_old_one() {
        let before = JwtKeys::generate().unwrap();
        let after = before.rotated().unwrap();
        let (before, after) = (kids(&before), kids(&after));
        assert_eq!([after[0], after[2]], [before[1], before[0]]);
        assert!(!before.contains(&after[1]));
    }

    /// Two keys as JSON, to be changed by tests.
    fn two_keys() -> serde_json::Value {
        let keys = JwtKeys::generate().unwrap();
        let set = JwkSet {
            keys: keys.all().iter().map(Key::to_jwk).collect(),
        };
        serde_json::to_value(set).unwrap()
    }

    #[test]
    fn one_key_alone_is_too_few() {
        let mut json = two_keys();
        json["keys"].as_array_mut().unwrap().pop();
        assert!(matches!(
            JwtKeys::load(&json.to_string()),
            Err(JwtKeysError::TooFew)
        ));
    }

    #[test]
    fn two_keys_with_one_id_are_refused() {
        let mut json = two_keys();
        json["keys"][1]["kid"] = json["keys"][0]["kid"].clone();
        assert!(matches!(
            JwtKeys::load(&json.to_string()),
            Err(JwtKeysError::SameId { .. })
        ));
    }

    #[test]
    fn halves_of_different_pairs_short_keys_and_other_curves_are_refused() {
        for (field, value) in [
            ("x", "AAAA"),
            ("d", "AAAA"),
            ("crv", "X25519"),
            ("kty", "oct"),
        ] {
            let mut json = two_keys();
            json["keys"][0][field] = value.into();
            let refused = JwtKeys::load(&json.to_string());
            assert!(
                matches!(refused, Err(JwtKeysError::NotEd25519 { .. })),
                "{field}"
            );
        }
    }

    #[test]
    fn no_error_and_no_debug_text_holds_a_key() {
        let json = two_keys();
        let secret = json["keys"][0]["d"].as_str().unwrap();
        let keys = JwtKeys::load(&json.to_string()).unwrap();
        assert!(!format!("{keys:?}").contains(secret));
        let broken = format!(r#"{{"keys": ["{secret}"]}}"#);
        let refused = JwtKeys::load(&broken).unwrap_err();
        assert!(!format!("{refused:?} {refused}").contains(secret));
    }
}
