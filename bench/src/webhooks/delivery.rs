//! Deliveries: an attempt that failed, a capture and a refund per order, and a tenth again.

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::RATE;
use super::orders::{FEE, WEBHOOK_SECRET};
use crate::client::post;

/// Every tenth delivery repeats one from so many deliveries before.
const REPEATS: usize = 97;
/// A refund comes so many deliveries after the capture, which are three seconds.
const LATER: usize = 3 * RATE as usize;

/// A delivery.
#[derive(Clone)]
pub struct Delivery {
    /// Event that it leads to.
    pub fact: Fact,
    /// The whole request.
    pub request: Vec<u8>,
}

/// An event of a payment, by what the gateway calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The event's type.
    pub event_type: &'static str,
    /// The attempt or the refund.
    pub id: String,
}

/// Number of orders for so many deliveries.
pub fn orders_for(deliveries: u32) -> usize {
    (deliveries as usize).div_ceil(3)
}

/// So many deliveries about these orders, in the order in which they are sent.
pub fn plan(orders: &[String], count: u32) -> Vec<Delivery> {
    let mut due: Vec<(usize, Delivery)> = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        let at = 3 * number;
        let (failed, paid) = (format!("pay_f{number}"), format!("pay_c{number}"));
        due.push((at, attempt(order, &failed, "failed")));
        due.push((at + 1, attempt(order, &paid, "captured")));
        let refund = format!("rfnd_{number}");
        due.push((at + LATER, refunded(order, &paid, &refund)));
    }
    due.sort_by_key(|(at, _)| *at);
    let mut fresh = due.into_iter().map(|(_, delivery)| delivery);
    let mut plan: Vec<Delivery> = Vec::new();
    while plan.len() < count as usize {
        let repeated = (plan.len() % 10 == 9).then(|| plan.len().checked_sub(REPEATS));
        let repeated = repeated.flatten().map(|before| plan[before].clone());
        let Some(next) = repeated.or_else(|| fresh.next()) else {
            break;
        };
        plan.push(next);
    }
    plan
}

fn attempt(order: &str, attempt: &str, status: &str) -> Delivery {
    let (kind, event_type) = match status {
        "captured" => ("payment.captured", "payment.captured"),
        _ => ("payment.failed", "payment.attempt_failed"),
    };
    let body = json!({
        "entity": "event",
        "account_id": "acc_BFQ7uQEaa7j2z7",
        "event": kind,
        "contains": ["payment"],
        "payload": {"payment": {"entity": payment(order, attempt, status)}},
        "created_at": 1_567_674_606,
    });
    delivery(event_type, attempt, &body)
}

fn refunded(order: &str, attempt: &str, refund: &str) -> Delivery {
    let body = json!({
        "entity": "event",
        "account_id": "acc_BFQ7uQEaa7j2z7",
        "event": "refund.processed",
        "contains": ["refund", "payment"],
        "payload": {
            "refund": {"entity": {
                "id": refund, "entity": "refund", "amount": 100, "currency": "INR",
                "payment_id": attempt, "notes": [], "receipt": null, "acquirer_data": {"arn": null},
                "created_at": 1_567_674_700, "batch_id": null, "status": "processed",
                "speed_processed": "normal", "speed_requested": "normal",
            }},
            "payment": {"entity": payment(order, attempt, "captured")},
        },
        "created_at": 1_567_674_706,
    });
    delivery("payment.refunded", refund, &body)
}

fn payment(order: &str, attempt: &str, status: &str) -> Value {
    json!({
        "id": attempt, "entity": "payment", "amount": FEE, "currency": "INR", "base_amount": FEE,
        "status": status, "order_id": order, "invoice_id": null, "international": false,
        "method": "upi", "amount_refunded": 0, "refund_status": null,
        "captured": status == "captured", "description": null, "card_id": null, "bank": null,
        "wallet": null, "vpa": "asha@upi", "email": "asha@example.com",
        "contact": "+919812345678", "notes": [], "fee": 2, "tax": 0, "error_code": null,
        "error_description": null, "error_source": null, "error_step": null, "error_reason": null,
        "acquirer_data": {}, "created_at": 1_567_674_599,
    })
}

fn delivery(event_type: &'static str, id: &str, body: &Value) -> Delivery {
    let body = body.to_string();
    let headers = format!(
        "x-razorpay-signature: {}\r\nx-razorpay-event-id: {}\r\n",
        signature(body.as_bytes()),
        SystemIds.id().simple()
    );
    Delivery {
        fact: Fact {
            event_type,
            id: id.to_owned(),
        },
        request: post("/api/v1/webhooks/razorpay", &headers, &body),
    }
}

fn signature(body: &[u8]) -> String {
    use std::fmt::Write as _;
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_are_repetitions_and_every_refund_follows_its_capture() {
        let count = 20_000;
        let orders: Vec<String> = (0..orders_for(count))
            .map(|n| format!("order_{n}"))
            .collect();
        let plan = plan(&orders, count);
        assert_eq!(plan.len(), count as usize);
        let mut first: std::collections::BTreeMap<&Fact, usize> = std::collections::BTreeMap::new();
        for (number, delivery) in plan.iter().enumerate() {
            first.entry(&delivery.fact).or_insert(number);
        }
        let repeated = plan.len() - first.len();
        assert!((1_900..=2_000).contains(&repeated), "{repeated}");
        for (fact, number) in &first {
            if let Some(order) = fact.id.strip_prefix("rfnd_") {
                let event_type = "payment.captured";
                let id = format!("pay_c{order}");
                assert!(first[&Fact { event_type, id }] < *number);
            }
        }
    }
}
