//! The implemented part of Razorpay's API.

mod disputes;
mod orders;
mod payments;
mod refunds;

use actix_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use crate::response::ApiError;

/// Registers the routes, below the version.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/orders", web::post().to(orders::create))
        .route("/orders/{id}", web::get().to(orders::get))
        .route("/orders/{id}/payments", web::get().to(orders::payments))
        .route("/payments/{id}", web::get().to(payments::get))
        .route("/payments/{id}/capture", web::post().to(payments::capture))
        .route("/payments/{id}/refund", web::post().to(refunds::create))
        .route("/payments/{id}/refunds", web::get().to(refunds::list))
        .route("/refunds/{id}", web::get().to(refunds::get))
        .route("/disputes", web::get().to(disputes::list))
        .default_service(web::to(unknown));
}

async fn unknown() -> Result<String, ApiError> {
    Err(ApiError::no_such_path())
}

/// A list of items.
fn collection(items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<_> = items.collect();
    json!({ "entity": "collection", "count": items.len(), "items": items })
}

/// Notes as the API returns them: an object unchanged, and no notes as an empty list.
fn notes(given: Option<Value>) -> Result<Value, ApiError> {
    let refused = |why: &'static str| Err(ApiError::field("notes", why));
    match given {
        None | Some(Value::Null) => Ok(json!([])),
        Some(Value::Array(list)) if list.is_empty() => Ok(json!([])),
        Some(Value::Object(notes)) if notes.len() > 15 => {
            refused("Number of fields in notes should be at most 15.")
        }
        Some(Value::Object(notes)) => {
            let long = |note: &Value| note.as_str().is_none_or(|text| text.chars().count() > 256);
            if notes.values().any(long) {
                return refused("Notes are texts of at most 256 characters.");
            }
            Ok(Value::Object(notes))
        }
        Some(_) => refused("The notes must be an object."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_they_were_and_none_as_a_list() {
        assert_eq!(notes(None).unwrap(), json!([]));
        assert_eq!(notes(Some(json!([]))).unwrap(), json!([]));
        assert_eq!(notes(Some(json!({"a": "b"}))).unwrap(), json!({"a": "b"}));
    }

    #[test]
    fn notes_are_few_and_short() {
        let many: serde_json::Map<_, _> = (0..16).map(|n| (n.to_string(), json!("x"))).collect();
        for given in [
            json!(many),
            json!({"a": "x".repeat(257)}),
            json!({"a": 1}),
            json!("x"),
            json!([1]),
        ] {
            assert!(notes(Some(given.clone())).is_err(), "{given}");
        }
    }
}
