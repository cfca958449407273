//! Queries on the list of clinics.

use domain::clinic::BookingSettings;
use domain::payment::RefundPolicy;
use domain::{City, ClinicId, ClinicName, ClinicZone, Currency, Holidays};
use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{InvalidRow, ReadError};
use crate::stored::{fetch, fetch_by_id, json, word};

/// A clinic, as the public sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedClinic {
    /// Id of the clinic.
    pub clinic: ClinicId,
    /// Its public name.
    pub name: ClinicName,
    /// City in which it is.
    pub city: City,
    /// Time zone of its wall clock.
    pub zone: ClinicZone,
    /// Currency of its fees.
    pub currency: Currency,
    /// Days on which it is closed. Those that are long over may have been dropped.
    pub holidays: Holidays,
    /// Share that a patient who cancels is refunded.
    pub refund_policy: RefundPolicy,
    /// Its own settings for bookings.
    pub booking_settings: BookingSettings,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Place in the list of clinics.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ClinicCursor {
    /// Name of the clinic.
    pub name: String,
    /// Its id.
    pub clinic: ClinicId,
}

/// Lists clinics by name, then id: at most `limit` of them, those behind `after`.
pub async fn list(
    pool: &PgPool,
    after: Option<ClinicCursor>,
    limit: i64,
) -> Result<Vec<ListedClinic>, ReadError> {
    let after = after.map(|after| (after.name, after.clinic.as_uuid()));
    let (name, clinic) = after.unzip();
    let rows = sqlx::query_as!(
        ClinicRow,
        r#"
        select clinic_id, name, city, zone, currency, holidays, refund_policy, booking_settings, version
        from clinic_directory
        where (name, clinic_id) > (
          coalesce($1, ''), coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)
        )
        order by name, clinic_id
        limit $3
        "#,
        name,
        clinic,
        limit
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing clinics"))
}

/// Returns a clinic, if it is known.
pub async fn get(pool: &PgPool, clinic: ClinicId) -> Result<Option<ListedClinic>, ReadError> {
    fetch_by_id("reading a clinic", pool, clinic.as_uuid()).await
}

/// Returns the rows of some clinics.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    clinics: &[Uuid],
) -> Result<Vec<ListedClinic>, sqlx::Error> {
    let rows = sqlx::query_as!(
        ClinicRow,
        r#"
        select clinic_id, name, city, zone, currency, holidays, refund_policy, booking_settings, version
        from clinic_directory
        where clinic_id = any ($1)
        "#,
        clinics
    );
    fetch(rows.fetch_all(connection)).await
}

/// Row of `clinic_directory`.
struct ClinicRow {
    clinic_id: Uuid,
    name: String,
    city: String,
    zone: String,
    currency: String,
    holidays: Value,
    refund_policy: Value,
    booking_settings: Value,
    version: i64,
}

impl TryFrom<ClinicRow> for ListedClinic {
    type Error = InvalidRow;

    fn try_from(stored: ClinicRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            clinic: ClinicId::from_uuid(stored.clinic_id),
            name: word("name", &stored.name)?,
            city: word("city", &stored.city)?,
            zone: word("zone", &stored.zone)?,
            currency: word("currency", &stored.currency)?,
            holidays: json("holidays", stored.holidays)?,
            refund_policy: json("refund_policy", stored.refund_policy)?,
            booking_settings: json("booking_settings", stored.booking_settings)?,
            version: stored.version,
        })
    }
}
