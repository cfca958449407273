//! Signatures of webhooks.

use commands::ports::PaymentGateway as _;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::webhooks::{about, payment};
use crate::razorpay::{Razorpay, RazorpayConfig, RazorpayLimits};

fn gateway(previous: Option<&str>) -> Razorpay {
    Razorpay::new(RazorpayConfig {
        base_url: "https://api.razorpay.com/v1".to_owned(),
        key_id: "rzp_test_1".to_owned(),
        key_secret: "key secret".into(),
        webhook_secret: "today".into(),
        previous_webhook_secret: previous.map(Into::into),
        limits: RazorpayLimits::default(),
    })
    .unwrap()
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let tag = mac.finalize().into_bytes();
    tag.iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[test]
fn news_are_signed_with_todays_secret_or_the_one_before() {
    let body = about("payment.captured", &payment("captured")).to_string();
    let body = body.as_bytes();
    let [today, before, never] = ["today", "yesterday", "key secret"].map(|s| sign(s, body));
    let changing = gateway(Some("yesterday"));
    assert!(changing.signed(body, &today));
    assert!(changing.signed(body, &before));
    assert!(!changing.signed(body, &never));
    assert!(!gateway(None).signed(body, &before));
}

#[test]
fn a_single_byte_of_difference_is_no_longer_signed() {
    let body = about("payment.captured", &payment("captured")).to_string();
    let signature = sign("today", body.as_bytes());
    let gateway = gateway(None);
    let rewritten = serde_json::to_string_pretty(&about("payment.captured", &payment("captured")));
    let spoiled = [
        format!("{body}\n"),
        body.replacen("50000", "50001", 1),
        body[..body.len() - 1].to_owned(),
        rewritten.unwrap(),
        String::new(),
    ];
    for other in spoiled {
        assert!(!gateway.signed(other.as_bytes(), &signature), "{other}");
    }
}
