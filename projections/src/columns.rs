//! Between rows of domain values and the columns of a table.

use chrono::{DateTime, Utc};
use domain::{Money, Slot};
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::Corrupt;

/// One column of many rows, to be bound as an array and unnested.
pub(crate) fn column<'r, R, T>(rows: &'r [R], of: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// Rows as a query gave them, read into domain values.
pub(crate) fn read<S, R: TryFrom<S, Error = Corrupt>>(
    stored: Vec<S>,
) -> Result<Vec<R>, sqlx::Error> {
    stored
        .into_iter()
        .map(|row| R::try_from(row).map_err(sqlx::Error::from))
        .collect()
}

/// What a `jsonb` column holds.
pub(crate) fn json<T: DeserializeOwned>(column: &'static str, value: Value) -> Result<T, Corrupt> {
    serde_json::from_value(value).map_err(|_| Corrupt { column })
}

/// What a `text` column holds, in the word under which events store it.
pub(crate) fn word<'w, T: Deserialize<'w>>(
    column: &'static str,
    word: &'w str,
) -> Result<T, Corrupt> {
    let word: StrDeserializer<'w, serde::de::value::Error> = word.into_deserializer();
    T::deserialize(word).map_err(|_| Corrupt { column })
}

/// What `fee_amount` and `fee_currency` hold together.
pub(crate) fn fee(amount: i64, currency: &str) -> Result<Money, Corrupt> {
    Money::new(amount, word("fee_currency", currency)?).map_err(|_| Corrupt {
        column: "fee_amount",
    })
}

/// What `starts_at` and `ends_at` hold together.
pub(crate) fn slot(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Result<Slot, Corrupt> {
    Slot::new(starts_at, ends_at).map_err(|_| Corrupt { column: "ends_at" })
}

#[cfg(test)]
mod tests {
    use domain::appointment::{AppointmentStatus, CancelledBy};
    use domain::{ClinicZone, Currency, PersonName, Phi};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_read_as_events_store_it() {
        assert_eq!(word("status", "BOOKED"), Ok(AppointmentStatus::Booked));
        assert_eq!(word("cancelled_by", "CLINIC"), Ok(CancelledBy::Clinic));
        assert_eq!(word("currency", "INR"), Ok(Currency::Inr));
        assert!(word::<ClinicZone>("zone", "Asia/Kolkata").is_ok());
    }

    #[test]
    fn a_word_that_nobody_stores_names_its_column() {
        let read = word::<AppointmentStatus>("status", "LOST");
        assert_eq!(read, Err(Corrupt { column: "status" }));
    }

    #[test]
    fn an_unreadable_person_is_not_shown_by_the_error() {
        let read = json::<Phi<PersonName>>("phi", json!("Asha Rao"));
        let error = sqlx::Error::from(read.unwrap_err());
        assert!(!format!("{error} {error:?}").contains("Asha"));
    }

    #[test]
    fn a_negative_fee_and_a_backward_slot_are_unreadable() {
        assert!(fee(-1, "INR").is_err());
        assert!(slot(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH).is_err());
    }
}
