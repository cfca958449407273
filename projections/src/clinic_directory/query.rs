//! How the list of clinics is asked.

use domain::payment::RefundPolicy;
use domain::{City, ClinicId, ClinicName, ClinicZone, Currency, Holidays};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::ReadError;
use crate::columns::{json, read, word};
use crate::error::Corrupt;

/// A clinic, as the public sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedClinic {
    /// Which clinic.
    pub clinic: ClinicId,
    /// Its public name.
    pub name: ClinicName,
    /// Where it stands.
    pub city: City,
    /// Its wall clock.
    pub zone: ClinicZone,
    /// What it charges in.
    pub currency: Currency,
    /// The days on which it is closed. Those that are long over are dropped sooner or later.
    pub holidays: Holidays,
    /// How much patients get back who call off.
    pub refund_policy: RefundPolicy,
    /// The version of the clinic that this row shows.
    pub version: i64,
}

/// Clinics by name, then id: at most `limit` of them, those behind `after`.
pub async fn list(
    pool: &PgPool,
    after: Option<(String, ClinicId)>,
    limit: i64,
) -> Result<Vec<ListedClinic>, ReadError> {
    let (name, clinic) = after.unzip();
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select clinic_id, name, city, zone, currency, holidays, refund_policy, version
        from clinic_directory
        where $1::text is null or (name, clinic_id) > ($1, $2::uuid)
        order by name, clinic_id
        limit $3
        "#,
        name,
        clinic.map(|clinic| clinic.as_uuid()),
        limit
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing clinics"))
}

/// One clinic, if it is known.
pub async fn get(pool: &PgPool, clinic: ClinicId) -> Result<Option<ListedClinic>, ReadError> {
    let rows = of(pool, &[clinic.as_uuid()]).await;
    rows.map(|mut rows| rows.pop())
        .map_err(ReadError::doing("reading a clinic"))
}

/// The rows of some clinics.
pub(super) async fn of(
    executor: impl PgExecutor<'_>,
    clinics: &[Uuid],
) -> Result<Vec<ListedClinic>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select clinic_id, name, city, zone, currency, holidays, refund_policy, version
        from clinic_directory
        where clinic_id = any ($1)
        "#,
        clinics
    )
    .fetch_all(executor)
    .await?;
    read(rows)
}

struct Columns {
    clinic_id: Uuid,
    name: String,
    city: String,
    zone: String,
    currency: String,
    holidays: Value,
    refund_policy: Value,
    version: i64,
}

impl TryFrom<Columns> for ListedClinic {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        Ok(Self {
            clinic: ClinicId::from_uuid(columns.clinic_id),
            name: word("name", &columns.name)?,
            city: word("city", &columns.city)?,
            zone: word("zone", &columns.zone)?,
            currency: word("currency", &columns.currency)?,
            holidays: json("holidays", columns.holidays)?,
            refund_policy: json("refund_policy", columns.refund_policy)?,
            version: columns.version,
        })
    }
}
