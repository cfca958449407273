//! Signatures: HMAC-SHA256 in hexadecimal digits.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Returns the signature of a message.
pub(crate) fn sign(secret: &SecretString, message: &[u8]) -> String {
    // HMAC takes a key of any length, so this cannot fail; an empty signature would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return String::new();
    };
    mac.update(message);
    hex(&mac.finalize().into_bytes())
}

/// Returns the signature of a checkout after a payment.
pub(crate) fn checkout(secret: &SecretString, order: &str, payment: &str) -> String {
    sign(secret, format!("{order}|{payment}").as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    let digits = b"0123456789abcdef";
    let pairs = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    pairs
        .map(|nibble| char::from(digits[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_signs_as_the_official_sdk_expects() {
        // From the unit tests of the SDK for Node.
        let webhook = sign(&"123456".into(), br#"{"a":1,"b":2,"c":{"d":3}}"#);
        let expected = "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc";
        assert_eq!(webhook, expected);
        let secret = "EnLs21M47BllR3X8PSFtjtbd".into();
        let paid = checkout(&secret, "order_IEIaMR65cu6nz3", "pay_IH4NVgf4Dreq1l");
        let expected = "0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f";
        assert_eq!(paid, expected);
    }
}
