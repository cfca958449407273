//! Webhooks that are not in the gateway's form.

use commands::ports::UnreadableEvent;
use serde_json::{Value, json};

use super::webhooks::{about, envelope, payment, refund};
use crate::razorpay::webhook::read;

#[test]
fn what_is_not_in_the_gateways_form_is_unreadable() {
    let changed = |field: &str, value: Value| {
        let mut entity = payment("captured");
        entity[field] = value;
        about("payment.captured", &entity).to_string()
    };
    let whole = about("payment.captured", &payment("captured")).to_string();
    let cut = &whole[..whole.len() / 2];
    let bodies = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "<html></html>".to_owned(),
        cut.to_owned(),
        json!({"entity": "event"}).to_string(),
        json!({"event": 1}).to_string(),
        json!({"event": "payment.captured"}).to_string(),
        envelope("payment.captured", &json!({"payment": {}})).to_string(),
        envelope(
            "refund.failed",
            &json!({"payment": {"entity": payment("captured")}}),
        )
        .to_string(),
        changed("amount", json!("50000")),
        changed("amount", json!(500.5)),
        changed("amount", json!(1e30)),
        changed("id", json!("pay A")),
        changed("status", json!(null)),
    ];
    for body in bodies {
        assert_eq!(read(body.as_bytes()), Err(UnreadableEvent), "{body}");
    }
    assert_eq!(read(&[0xff, 0xfe]), Err(UnreadableEvent));
}

#[test]
fn no_part_of_a_body_passes_for_the_whole() {
    let payload = json!({"refund": {"entity": refund("processed")}, "payment": {"entity": payment("captured")}});
    let whole = envelope("refund.processed", &payload).to_string();
    for length in 0..whole.len() {
        assert_eq!(
            read(&whole.as_bytes()[..length]),
            Err(UnreadableEvent),
            "{length}"
        );
    }
}
