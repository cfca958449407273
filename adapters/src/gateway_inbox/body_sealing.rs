//! Sealing of the bodies of one day.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use commands::Fault;
use commands::ports::DeliveryDigest;
use event_store::{Cell, SealedCell};
use serde_json::Value;
use uuid::Uuid;

/// Namespace of the subject ids, which are derived from dates.
const DAYS: Uuid = Uuid::from_u128(0x8f0b_2f6e_51c7_4d0c_9a5e_5b7f_0e4c_3a91);

/// Returns the subject of a day: no person, and the same on every node.
pub(super) fn subject(day: NaiveDate) -> Uuid {
    Uuid::new_v5(&DAYS, day.to_string().as_bytes())
}

/// Seals a body before it is stored.
pub(super) fn cell(day: NaiveDate, digest: &DeliveryDigest, body: &[u8]) -> Cell {
    Cell {
        subject: subject(day),
        associated_data: associated_data(digest),
        // The signed bytes may not be text.
        value: Value::String(STANDARD.encode(body)),
    }
}

/// Opens a stored body.
pub(super) fn sealed(
    day: NaiveDate,
    digest: &DeliveryDigest,
    sealed: Option<String>,
) -> SealedCell {
    SealedCell {
        subject: subject(day),
        associated_data: associated_data(digest),
        sealed,
    }
}

/// Returns the bytes of an opened cell; `None` if the day's key is destroyed.
pub(super) fn bytes(opened: &Value) -> Result<Option<Vec<u8>>, Fault> {
    let decode = |text| {
        let bytes = STANDARD.decode(text);
        bytes.map_err(Fault::doing("reading a webhook body"))
    };
    opened.as_str().map(decode).transpose()
}

fn associated_data(digest: &DeliveryDigest) -> Vec<String> {
    vec!["gateway inbox".to_owned(), digest.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_a_subject_of_its_own_that_never_changes() {
        let day = |text: &str| subject(text.parse().unwrap());
        // Stored: bodies are opened with it.
        assert_eq!(
            day("2026-11-27").to_string(),
            "63fd4d5f-e55e-5843-aa41-a1c69f719b8e"
        );
        assert_ne!(day("2026-11-27"), day("2026-11-28"));
    }

    #[test]
    fn any_bytes_come_back_as_they_were() {
        let digest = DeliveryDigest::new(b"", b"");
        let every_byte: Vec<u8> = (0..=255).collect();
        let day = "2026-11-27".parse().unwrap();
        let cell = cell(day, &digest, &every_byte);
        assert_eq!(bytes(&cell.value).unwrap(), Some(every_byte));
        assert_eq!(bytes(&Value::Null).unwrap(), None);
    }
}
