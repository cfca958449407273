//! Queries on emergency accesses to charts.

use chrono::{DateTime, Utc};
use domain::break_glass::{BreakGlassEvent, Verdict};
use domain::{AccountId, BreakGlassId, ClinicId, DoctorId, PatientId, Phi, Reason, SubjectId};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::cursor::TimeCursor;
use crate::error::{InvalidRow, ReadError};
use crate::sealed::{Personal, SealedRow};
use crate::stored::{fetch, fetch_by_id, optional_word, uuids};

/// An emergency access to a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBreakGlass {
    /// Id of the access.
    pub break_glass: BreakGlassId,
    /// The patient.
    pub patient: PatientId,
    /// Account that has access.
    pub account: AccountId,
    /// The doctor, if the account is one.
    pub doctor: Option<DoctorId>,
    /// Clinic whose admins review it.
    pub clinic: ClinicId,
    /// Instant at which it was opened.
    pub opened_at: DateTime<Utc>,
    /// End of the access.
    pub ends_at: DateTime<Utc>,
    /// Verdict of the review, if there was one.
    pub verdict: Option<Verdict>,
    /// Instant of the review.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Account that reviewed it.
    pub reviewed_by: Option<AccountId>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// Reason and note; nothing once erased.
    pub phi: Phi<BreakGlassPhi>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Personal data of an emergency access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakGlassPhi {
    /// Reason of the access.
    pub reason: Reason,
    /// Note of the reviewer.
    pub note: Option<Reason>,
}

/// Search for emergency accesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassSearch {
    /// Only those at these clinics; `None` for all.
    pub clinics: Option<Vec<ClinicId>>,
    /// Only those that wait for their review.
    pub unreviewed_only: bool,
    /// Only those behind this one.
    pub after: Option<TimeCursor>,
    /// Limit of the answer.
    pub limit: i64,
}

/// An access of an account to the chart of a patient that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenAccess {
    /// Id of the access.
    pub break_glass: BreakGlassId,
    /// End of the access.
    pub ends_at: DateTime<Utc>,
}

/// Lists emergency accesses, the oldest first.
pub async fn list(
    pool: &PgPool,
    search: &BreakGlassSearch,
) -> Result<Vec<SealedRow<ListedBreakGlass>>, ReadError> {
    let (opened_at, access) = TimeCursor::columns(search.after);
    let clinics = uuids(search.clinics.as_deref());
    let rows = if search.unreviewed_only {
        let rows = sqlx::query_as!(
            BreakGlassRow,
            r#"
            select
              break_glass_id, patient_id, account_id, doctor_id, clinic_id, opened_at, ends_at,
              verdict, reviewed_at, reviewed_by, subject, phi, version
            from break_glass_accesses
            where verdict is null
              and ($1::uuid[] is null or clinic_id = any ($1))
              and (opened_at, break_glass_id) > (
                coalesce($2, '-infinity'::timestamptz),
                coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid)
              )
            order by opened_at, break_glass_id
            limit $4
            "#,
            clinics as _,
            opened_at,
            access,
            search.limit
        );
        fetch(rows.fetch_all(pool)).await
    } else {
        let rows = sqlx::query_as!(
            BreakGlassRow,
            r#"
            select
              break_glass_id, patient_id, account_id, doctor_id, clinic_id, opened_at, ends_at,
              verdict, reviewed_at, reviewed_by, subject, phi, version
            from break_glass_accesses
            where ($1::uuid[] is null or clinic_id = any ($1))
              and (opened_at, break_glass_id) > (
                coalesce($2, '-infinity'::timestamptz),
                coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid)
              )
            order by opened_at, break_glass_id
            limit $4
            "#,
            clinics as _,
            opened_at,
            access,
            search.limit
        );
        fetch(rows.fetch_all(pool)).await
    };
    rows.map_err(ReadError::doing("listing emergency accesses"))
}

/// Returns an emergency access, if it is known.
pub async fn get(
    pool: &PgPool,
    access: BreakGlassId,
) -> Result<Option<SealedRow<ListedBreakGlass>>, ReadError> {
    fetch_by_id("reading an emergency access", pool, access.as_uuid()).await
}

/// Lists the accesses of an account to the chart of a patient that are not over.
pub async fn open_accesses(
    pool: &PgPool,
    account: AccountId,
    patient: PatientId,
    now: DateTime<Utc>,
) -> Result<Vec<OpenAccess>, ReadError> {
    let rows = sqlx::query!(
        r#"
        select break_glass_id, ends_at
        from break_glass_accesses
        where account_id = $1
          and patient_id = $2
          and ends_at > $3
        "#,
        account.as_uuid(),
        patient.as_uuid(),
        now
    )
    .fetch_all(pool)
    .await
    .map_err(ReadError::doing("reading open emergency accesses"))?;
    let accesses = rows.into_iter().map(|row| OpenAccess {
        break_glass: BreakGlassId::from_uuid(row.break_glass_id),
        ends_at: row.ends_at,
    });
    Ok(accesses.collect())
}

/// Returns the rows of some accesses.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    accesses: &[Uuid],
) -> Result<Vec<SealedRow<ListedBreakGlass>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        BreakGlassRow,
        r#"
        select
          break_glass_id, patient_id, account_id, doctor_id, clinic_id, opened_at, ends_at,
          verdict, reviewed_at, reviewed_by, subject, phi, version
        from break_glass_accesses
        where break_glass_id = any ($1)
        "#,
        accesses
    );
    fetch(rows.fetch_all(connection)).await
}

impl Personal for ListedBreakGlass {
    type Content = BreakGlassPhi;

    const TABLE: &'static str = "break_glass_accesses";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<BreakGlassPhi> {
        &mut self.phi
    }

    /// The reviewer's note is a part of the personal data.
    fn reads_phi(event: &BreakGlassEvent) -> bool {
        matches!(event, BreakGlassEvent::Reviewed(_))
    }
}

/// Row of `break_glass_accesses`.
struct BreakGlassRow {
    break_glass_id: Uuid,
    patient_id: Uuid,
    account_id: Uuid,
    doctor_id: Option<Uuid>,
    clinic_id: Uuid,
    opened_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    verdict: Option<String>,
    reviewed_at: Option<DateTime<Utc>>,
    reviewed_by: Option<Uuid>,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<BreakGlassRow> for SealedRow<ListedBreakGlass> {
    type Error = InvalidRow;

    fn try_from(stored: BreakGlassRow) -> Result<Self, InvalidRow> {
        let row = ListedBreakGlass {
            break_glass: BreakGlassId::from_uuid(stored.break_glass_id),
            patient: PatientId::from_uuid(stored.patient_id),
            account: AccountId::from_uuid(stored.account_id),
            doctor: stored.doctor_id.map(DoctorId::from_uuid),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            opened_at: stored.opened_at,
            ends_at: stored.ends_at,
            verdict: optional_word("verdict", stored.verdict.as_deref())?,
            reviewed_at: stored.reviewed_at,
            reviewed_by: stored.reviewed_by.map(AccountId::from_uuid),
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
