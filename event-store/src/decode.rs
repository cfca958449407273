//! Decoding of stored payloads.

use cqrs_es::DomainEvent;
use serde_json::Value;

/// A stored payload does not match its type and version. Shows none of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The program knows the type, but not in this version.
    #[error("version {stored} is unknown; the current one is {known}")]
    UnknownVersion {
        /// The version in the log.
        stored: String,
        /// The version that this program writes.
        known: String,
    },
    /// It is an event of another type.
    #[error("the payload is a {found}")]
    OtherType {
        /// The type that was found.
        found: String,
    },
    /// It has another shape. Describes the expected shape, never the found one.
    #[error("{0}")]
    Malformed(String),
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed(without_content(&error.to_string()))
    }
}

/// Decodes a payload as an event of the recorded type and version.
pub(crate) fn decode<E: DomainEvent>(
    event_type: &str,
    event_version: &str,
    payload: &Value,
) -> Result<E, DecodeError> {
    let event = E::deserialize(payload)?;
    let (found, known) = (event.event_type(), event.event_version());
    if found != event_type {
        return Err(DecodeError::OtherType { found });
    }
    if known != event_version {
        let stored = event_version.to_owned();
        return Err(DecodeError::UnknownVersion { stored, known });
    }
    Ok(event)
}

/// Removes stored content from a message of the decoder. Its own words and names of the program are kept.
fn without_content(message: &str) -> String {
    let named = ["missing field ", "duplicate field "];
    if named.iter().any(|kind| message.starts_with(kind)) {
        return message.to_owned();
    }
    let kinds = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "unknown field",
    ];
    let kind = kinds.into_iter().find(|kind| message.starts_with(kind));
    let expected = message.rfind(", expected ").map(|at| &message[at..]);
    match (kind, expected) {
        (Some(kind), Some(expected)) => format!("{kind}{expected}"),
        (Some(kind), None) => kind.to_owned(),
        (None, _) => "a value breaks a rule of its type".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Weighed {
        #[serde(rename = "weighed")]
        At { grams: u32, by: Scale },
        #[serde(rename = "unweighed")]
        Not,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum Scale {
        Kitchen,
        Ward,
    }

    impl DomainEvent for Weighed {
        fn event_type(&self) -> String {
            match self {
                Self::At { .. } => "weighed",
                Self::Not => "unweighed",
            }
            .to_owned()
        }

        fn event_version(&self) -> String {
            "1".to_owned()
        }
    }

    fn message(payload: &Value) -> String {
        let decoded = decode::<Weighed>("weighed", "1", payload);
        decoded.unwrap_err().to_string()
    }

    #[test]
    fn an_error_shows_what_was_expected_and_not_what_was_found() {
        let at = |grams: Value, by: &str| json!({"type": "weighed", "grams": grams, "by": by});
        assert_eq!(
            message(&at(json!("Asha, expected Rao"), "Ward")),
            "invalid type, expected u32"
        );
        assert_eq!(
            message(&at(json!(-54321), "Ward")),
            "invalid value, expected u32"
        );
        assert_eq!(
            message(&at(json!(1), "Asha`, expected Rao")),
            "unknown variant, expected `Kitchen` or `Ward`"
        );
        assert_eq!(
            message(&json!({"type": "weighed", "grams": 1})),
            "missing field `by`"
        );
        assert_eq!(
            without_content("Asha Rao is too short"),
            "a value breaks a rule of its type"
        );
    }

    #[test]
    fn another_type_and_another_version_are_told_apart() {
        let not = json!({"type": "unweighed"});
        let as_another = decode::<Weighed>("weighed", "1", &not);
        let found = "unweighed".to_owned();
        assert_eq!(as_another, Err(DecodeError::OtherType { found }));
        let newer = decode::<Weighed>("unweighed", "2", &not);
        let (stored, known) = ("2".to_owned(), "1".to_owned());
        assert_eq!(newer, Err(DecodeError::UnknownVersion { stored, known }));
    }
}
