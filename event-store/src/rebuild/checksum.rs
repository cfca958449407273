//! A keyed checksum of rows: it shows whether two contents are equal, and nothing else.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::RebuildError;

/// A checksum of rows in order. Its key is discarded after the comparison; otherwise the sum of a table with one
/// patient could be guessed from names.
#[derive(Clone)]
pub(super) struct Checksum(Hmac<Sha256>);

impl Checksum {
    /// A checksum with a new key, which clones share.
    pub(super) fn new() -> Result<Self, RebuildError> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key).map_err(|_| RebuildError::NoRandomness)?;
        let mac = Hmac::new_from_slice(&*key).map_err(|_| RebuildError::NoRandomness)?;
        Ok(Self(mac))
    }

    /// Adds a row. JSON escapes line ends, so different sequences of rows never have equal texts.
    pub(super) fn add(&mut self, row: &Value) {
        self.0.update(row.to_string().as_bytes());
        self.0.update(b"\n");
    }

    /// The first bytes of the sum as hexadecimal text.
    pub(super) fn text(self) -> String {
        let sum = self.0.finalize().into_bytes();
        sum.iter()
            .take(8)
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_rows_have_equal_sums_and_others_do_not() {
        let sum = |key: &Checksum, rows: &[Value]| {
            let mut sum = key.clone();
            for row in rows {
                sum.add(row);
            }
            sum.text()
        };
        let key = Checksum::new().unwrap();
        let rows = [json!({"name": "Asha"}), json!({"name": "Tara"})];
        assert_eq!(sum(&key, &rows), sum(&key, &rows));
        assert_ne!(sum(&key, &rows), sum(&key, &rows[..1]));
        assert_ne!(
            sum(&key, &rows),
            sum(&key, &[rows[1].clone(), rows[0].clone()])
        );
        let another = Checksum::new().unwrap();
        assert_ne!(sum(&key, &rows), sum(&another, &rows));
    }
}
