//! Signatures of the gateway: HMAC-SHA256 in hexadecimal digits, compared in constant time.

use domain::{GatewayOrderId, GatewayPaymentId};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// True if exactly these bytes were signed with the secret.
pub(super) fn signs(secret: &SecretString, message: &[u8], signature: &str) -> bool {
    let Some(signature) = decode(signature) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return false;
    };
    mac.update(message);
    mac.verify_slice(&signature).is_ok()
}

/// True if a checkout's signature confirms that the attempt paid the order.
pub(super) fn vouches(
    secret: &SecretString,
    order: &GatewayOrderId,
    attempt: &GatewayPaymentId,
    signature: &str,
) -> bool {
    signs(secret, format!("{order}|{attempt}").as_bytes(), signature)
}

/// 64 hexadecimal digits.
fn decode(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = [digit(pair[0])?, digit(pair[1])?];
        *byte = high << 4 | low;
    }
    Some(bytes)
}

/// The gateway writes small letters only.
const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the unit tests of the official SDKs for Node and Python.
    const NODE: &str = "EnLs21M47BllR3X8PSFtjtbd";
    const PAYMENT: &str = "0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f";

    fn joined(secret: &str, parts: &[&str], signature: &str) -> bool {
        signs(&secret.into(), parts.join("|").as_bytes(), signature)
    }

    fn checkout(secret: &str, order: &str, attempt: &str, signature: &str) -> bool {
        let order = GatewayOrderId::parse(order).unwrap();
        let attempt = GatewayPaymentId::parse(attempt).unwrap();
        vouches(&secret.into(), &order, &attempt, signature)
    }

    #[test]
    fn the_webhook_of_the_sdk_for_node_is_signed() {
        let signature = "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc";
        let body = br#"{"a":1,"b":2,"c":{"d":3}}"#;
        assert!(signs(&"123456".into(), body, signature));
        assert!(!signs(&"123457".into(), body, signature));
        let again = br#"{"a": 1, "b": 2, "c": {"d": 3}}"#;
        assert!(!signs(&"123456".into(), again, signature), "written anew");
    }

    #[test]
    fn the_checkout_of_the_sdk_for_node_is_signed() {
        let (order, attempt) = ("order_IEIaMR65cu6nz3", "pay_IH4NVgf4Dreq1l");
        assert!(checkout(NODE, order, attempt, PAYMENT));
        assert!(
            !checkout(NODE, "order_IEIaMR65cu6nz4", attempt, PAYMENT),
            "another order"
        );
        assert!(
            !checkout(NODE, order, "pay_IH4NVgf4Dreq1m", PAYMENT),
            "another payment"
        );
    }

    #[test]
    fn the_checkout_of_the_sdk_for_python_is_signed() {
        let signature = "b2335e3b0801106b84a7faff035df56ecffde06918c9ddd1f0fafbb37a51cc89";
        assert!(checkout(
            "key_secret",
            "fake_order_id",
            "fake_payment_id",
            signature
        ));
    }

    #[test]
    fn the_webhook_of_the_sdk_for_python_is_signed_with_its_last_line_end() {
        let body = include_bytes!("vectors/fake_payment_authorized_webhook.json");
        let signature = "d60e67fd884556c045e9be7dad57903e33efc7172c17c6e3ef77db42d2b366e9";
        assert_eq!(body.len(), 971);
        assert!(signs(&"key_secret".into(), body, signature));
        assert!(!signs(&"key_secret".into(), &body[..970], signature));
    }

    #[test]
    fn the_subscription_of_the_sdk_for_node_is_signed() {
        let parts = ["pay_IDZNwZZFtnjyym", "sub_ID6MOhgkcoHj9I"];
        let signature = "601f383334975c714c91a7d97dd723eb56520318355863dcf3821c0d07a17693";
        assert!(joined(NODE, &parts, signature));
    }

    #[test]
    fn the_payment_link_of_the_sdk_for_node_is_signed() {
        let parts = [
            "plink_IH3cNucfVEgV68",
            "TSsd1989",
            "paid",
            "pay_IH3d0ara9bSsjQ",
        ];
        let signature = "07ae18789e35093e51d0a491eb9922646f3f82773547e5b0f67ee3f2d3bf7d5b";
        assert!(joined(NODE, &parts, signature));
    }

    #[test]
    fn what_is_no_signature_signs_nothing() {
        let parts = ["order_IEIaMR65cu6nz3", "pay_IH4NVgf4Dreq1l"];
        let upper = PAYMENT.to_uppercase();
        let short = &PAYMENT[..62];
        let long = format!("{PAYMENT}00");
        let other = PAYMENT.replace('0', "1");
        for signature in ["", "é", &upper, short, &long, &other, &"é".repeat(32)] {
            assert!(!joined(NODE, &parts, signature), "{signature:?}");
        }
    }
}
