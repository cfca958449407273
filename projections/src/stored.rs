//! Rows on their way from and to their tables.

use std::future::Future;

use chrono::{DateTime, Utc};
use domain::{Money, Slot};
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{InvalidRow, ReadError};
use crate::fold::Fold;

/// Row that is kept in tables of its own.
pub(crate) trait Stored: Fold {
    /// Returns the rows of some aggregates.
    fn by_ids(
        connection: &mut PgConnection,
        ids: &[Uuid],
    ) -> impl Future<Output = Result<Vec<Self>, sqlx::Error>> + Send;

    /// Writes rows, each unless a later version of it is stored.
    fn write(
        connection: &mut PgConnection,
        rows: &[Self],
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// Returns the row of one aggregate, if there is one.
pub(crate) async fn fetch_by_id<R: Stored>(
    doing: &'static str,
    pool: &PgPool,
    id: Uuid,
) -> Result<Option<R>, ReadError> {
    let fetch = async {
        let mut connection = pool.acquire().await?;
        R::by_ids(&mut connection, &[id]).await
    };
    let rows = fetch.await.map_err(ReadError::doing(doing))?;
    Ok(rows.into_iter().next())
}

/// Runs a query and reads its rows into domain values.
pub(crate) async fn fetch<S, R: TryFrom<S, Error = InvalidRow>>(
    query: impl Future<Output = Result<Vec<S>, sqlx::Error>>,
) -> Result<Vec<R>, sqlx::Error> {
    let rows = query.await?.into_iter();
    rows.map(|row| R::try_from(row).map_err(sqlx::Error::from))
        .collect()
}

/// One column of many rows, to be bound as an array and unnested.
pub(crate) fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Reads a `jsonb` column.
pub(crate) fn json<T: DeserializeOwned>(
    column: &'static str,
    value: Value,
) -> Result<T, InvalidRow> {
    serde_json::from_value(value).map_err(|_| InvalidRow { column })
}

/// Reads a `text` column that holds the word under which events store a value.
pub(crate) fn word<'w, T: Deserialize<'w>>(
    column: &'static str,
    word: &'w str,
) -> Result<T, InvalidRow> {
    let word: StrDeserializer<'w, serde::de::value::Error> = word.into_deserializer();
    T::deserialize(word).map_err(|_| InvalidRow { column })
}

/// Reads a `text` column that may be null.
pub(crate) fn optional_word<'w, T: Deserialize<'w>>(
    column: &'static str,
    stored: Option<&'w str>,
) -> Result<Option<T>, InvalidRow> {
    stored.map(|stored| word(column, stored)).transpose()
}

/// Reads an amount and its currency.
pub(crate) fn money(
    column: &'static str,
    amount: i64,
    currency: &str,
) -> Result<Money, InvalidRow> {
    Money::new(amount, word("currency", currency)?).map_err(|_| InvalidRow { column })
}

/// Reads `starts_at` and `ends_at`.
pub(crate) fn slot(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Result<Slot, InvalidRow> {
    Slot::new(starts_at, ends_at).map_err(|_| InvalidRow { column: "ends_at" })
}

/// The ids of clinics as a parameter; `None` stays.
pub fn uuids(clinics: Option<&[domain::ClinicId]>) -> Option<Vec<Uuid>> {
    let clinics = clinics?.iter().map(domain::ClinicId::as_uuid);
    Some(clinics.collect())
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
    fn an_unknown_word_names_its_column() {
        let read = word::<AppointmentStatus>("status", "LOST");
        assert_eq!(read, Err(InvalidRow { column: "status" }));
    }

    #[test]
    fn an_unreadable_person_is_not_shown_by_the_error() {
        let read = json::<Phi<PersonName>>("phi", json!("Asha Rao"));
        let error = sqlx::Error::from(read.unwrap_err());
        assert!(!format!("{error} {error:?}").contains("Asha"));
    }

    #[test]
    fn a_negative_fee_and_a_backward_slot_are_unreadable() {
        assert!(money("fee_amount", -1, "INR").is_err());
        assert!(slot(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH).is_err());
    }
}
