//! The decisions about one patient.

use chrono::{DateTime, Utc};
use commands::authorization::Relation;
use commands::ports::{
    AccessEntry, AccessOutcome, AccessQuery, AccessedItem, ItemKind, RecordedAccess,
};
use domain::{AccountId, BreakGlassId, DoctorId, PatientId};
use sqlx::PgPool;
use uuid::Uuid;

/// Returns a page of the decisions about a patient, the latest first.
pub(super) async fn of_patient(
    pool: &PgPool,
    query: AccessQuery,
) -> Result<Vec<RecordedAccess>, sqlx::Error> {
    let (at, position) = query.before.unzip();
    let rows = sqlx::query_as!(
        AccessRow,
        r#"
        select
          recorded_at, position, account_id, doctor_id, role, patient_id, item_kind, item_id,
          relation, break_glass_id, request_id
        from access_log
        where patient_id = $1
          and (recorded_at, position) < (
            coalesce($2, 'infinity'::timestamptz), coalesce($3, 9223372036854775807::bigint)
          )
        order by recorded_at desc, position desc
        limit $4
        "#,
        query.patient.as_uuid(),
        at,
        position,
        query.limit
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(RecordedAccess::try_from).collect()
}

/// A row of `access_log`.
struct AccessRow {
    recorded_at: DateTime<Utc>,
    position: i64,
    account_id: Uuid,
    doctor_id: Option<Uuid>,
    role: String,
    patient_id: Uuid,
    item_kind: String,
    item_id: Uuid,
    relation: Option<String>,
    break_glass_id: Option<Uuid>,
    request_id: Uuid,
}

/// A word that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("the column {0} of the access log is unreadable")]
struct UnknownWord(&'static str);

impl From<UnknownWord> for sqlx::Error {
    fn from(unknown: UnknownWord) -> Self {
        Self::Decode(Box::new(unknown))
    }
}

impl TryFrom<AccessRow> for RecordedAccess {
    type Error = sqlx::Error;

    fn try_from(row: AccessRow) -> Result<Self, sqlx::Error> {
        let outcome = match row.relation.as_deref() {
            None => AccessOutcome::Refused,
            Some(word) => {
                let relation = Relation::from_stored(word).ok_or(UnknownWord("relation"))?;
                AccessOutcome::Granted(relation)
            }
        };
        let kind = ItemKind::from_stored(&row.item_kind).ok_or(UnknownWord("item_kind"))?;
        let entry = AccessEntry {
            at: row.recorded_at,
            account: AccountId::from_uuid(row.account_id),
            doctor: row.doctor_id.map(DoctorId::from_uuid),
            role: row.role.parse().map_err(|_| UnknownWord("role"))?,
            patient: PatientId::from_uuid(row.patient_id),
            item: AccessedItem::new(kind, row.item_id),
            outcome,
            break_glass: row.break_glass_id.map(BreakGlassId::from_uuid),
            request: row.request_id,
        };
        Ok(Self {
            entry,
            position: row.position,
        })
    }
}
