//! Ids in the gateway's format: a prefix for the kind, and 14 letters and digits.

use crate::response::ApiError;

/// Characters of an id.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Number of characters after the prefix.
const LENGTH: usize = 14;

/// Returns a new id, e.g. `order_RB58MiP5SPFYyM`.
pub(crate) fn new(kind: &str) -> Result<String, ApiError> {
    let mut id = String::from(kind);
    let mut bytes = [0; 32];
    while id.len() < kind.len() + LENGTH {
        getrandom::fill(&mut bytes).map_err(|_| ApiError::NoRandomness)?;
        // Bytes above the largest multiple of 62 are dropped, so that all characters are equally
        // likely.
        let chosen = bytes.iter().filter(|byte| **byte < 248);
        let missing = kind.len() + LENGTH - id.len();
        id.extend(
            chosen
                .take(missing)
                .map(|byte| char::from(ALPHABET[usize::from(byte % 62)])),
        );
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_id_has_14_letters_and_digits_after_its_kind() {
        let id = new("order_").unwrap();
        let rest = id.strip_prefix("order_").unwrap();
        assert_eq!(rest.len(), 14);
        assert!(rest.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
    }

    #[test]
    fn no_id_comes_twice() {
        let made: BTreeSet<_> = (0..1_000).map(|_| new("pay_").unwrap()).collect();
        assert_eq!(made.len(), 1_000);
    }
}
