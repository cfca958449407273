//! Queries on erasures.

use chrono::{DateTime, NaiveDate, Utc};
use domain::erasure::{Counts, ErasureEvent, ErasureStatus, KeyFingerprint};
use domain::{AccountId, Phi, Reason, SubjectId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::cursor::TimeCursor;
use crate::error::{InvalidRow, ReadError};
use crate::sealed::{Personal, SealedRow};
use crate::stored::{fetch, fetch_by_id, json, word};

/// How it stands with the erasure of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedErasure {
    /// The person.
    pub person: SubjectId,
    /// Status of the last request.
    pub status: ErasureStatus,
    /// Last request, unless an operator ordered the erasure without one.
    pub requested: Option<Signed>,
    /// End of the last request: its approval, its refusal or its withdrawal.
    pub decided: Option<Signed>,
    /// Legal hold, while one is in force.
    pub hold: Option<LegalHold>,
    /// Certificate, once the person was erased.
    pub certificate: Option<Certificate>,
    /// Instant of the last event.
    pub changed_at: DateTime<Utc>,
    /// Reasons; nothing once erased.
    pub phi: Phi<ErasurePhi>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// A step that an account took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// The account; none if the program took it by itself.
    pub by: Option<AccountId>,
    /// The time.
    pub at: DateTime<Utc>,
}

/// A legal hold in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegalHold {
    /// Account that placed it.
    pub by: Option<AccountId>,
    /// The time from which on it is in force.
    pub since: DateTime<Utc>,
}

/// The certificate of an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// The time at which it was carried out.
    pub at: DateTime<Utc>,
    /// What was erased, and what stays.
    pub counts: Counts,
    /// The key that was destroyed.
    pub key: Option<KeyFingerprint>,
    /// The day from which on no backup that is kept can be read about the person.
    pub backups_unreadable_from: NaiveDate,
}

/// Personal data of an erasure: its reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasurePhi {
    /// Reason of the last request.
    pub request: Option<Reason>,
    /// Reason of its refusal or withdrawal.
    pub decision: Option<Reason>,
    /// Reason of the legal hold in force.
    pub hold: Option<Reason>,
}

/// Search for erasures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureSearch {
    /// Only those of this status.
    pub status: Option<ErasureStatus>,
    /// Only those behind this one.
    pub after: Option<TimeCursor>,
    /// Limit of the answer.
    pub limit: i64,
}

/// Lists erasures, those first that have not changed for longest.
pub async fn list(
    pool: &PgPool,
    search: &ErasureSearch,
) -> Result<Vec<SealedRow<ListedErasure>>, ReadError> {
    let (changed_at, person) = TimeCursor::columns(search.after);
    let rows = if let Some(status) = search.status {
        let rows = sqlx::query_as!(
            ErasureRow,
            r#"
            select
              person_id, status, requested_by, requested_at, decided_by, decided_at, hold_placed_by,
              hold_placed_at, certificate, changed_at, phi, version
            from erasures
            where status = $1
              and (changed_at, person_id) > (
                coalesce($2, '-infinity'::timestamptz),
                coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid)
              )
            order by changed_at, person_id
            limit $4
            "#,
            status.as_str(),
            changed_at,
            person,
            search.limit
        );
        fetch(rows.fetch_all(pool)).await
    } else {
        let rows = sqlx::query_as!(
            ErasureRow,
            r#"
            select
              person_id, status, requested_by, requested_at, decided_by, decided_at, hold_placed_by,
              hold_placed_at, certificate, changed_at, phi, version
            from erasures
            where (changed_at, person_id) > (
              coalesce($1, '-infinity'::timestamptz),
              coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)
            )
            order by changed_at, person_id
            limit $3
            "#,
            changed_at,
            person,
            search.limit
        );
        fetch(rows.fetch_all(pool)).await
    };
    rows.map_err(ReadError::doing("listing erasures"))
}

/// Returns how it stands with the erasure of a person, if there ever was something about it.
pub async fn get(
    pool: &PgPool,
    person: SubjectId,
) -> Result<Option<SealedRow<ListedErasure>>, ReadError> {
    fetch_by_id("reading an erasure", pool, person.as_uuid()).await
}

/// Returns the rows of some persons.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    persons: &[Uuid],
) -> Result<Vec<SealedRow<ListedErasure>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        ErasureRow,
        r#"
        select
          person_id, status, requested_by, requested_at, decided_by, decided_at, hold_placed_by,
          hold_placed_at, certificate, changed_at, phi, version
        from erasures
        where person_id = any ($1)
        "#,
        persons
    );
    fetch(rows.fetch_all(connection)).await
}

impl Personal for ListedErasure {
    type Content = ErasurePhi;

    const TABLE: &'static str = "erasures";

    fn subject(&self) -> SubjectId {
        self.person
    }

    fn phi(&mut self) -> &mut Phi<ErasurePhi> {
        &mut self.phi
    }

    /// Each reason is a part of the personal data.
    fn reads_phi(event: &ErasureEvent) -> bool {
        match event {
            ErasureEvent::Requested(_)
            | ErasureEvent::Withdrawn(_)
            | ErasureEvent::Refused(_)
            | ErasureEvent::HoldPlaced(_)
            | ErasureEvent::HoldLifted(_) => true,
            ErasureEvent::Approved(_) | ErasureEvent::Ordered(_) | ErasureEvent::CarriedOut(_) => {
                false
            }
        }
    }
}

/// Row of `erasures`.
struct ErasureRow {
    person_id: Uuid,
    status: String,
    requested_by: Option<Uuid>,
    requested_at: Option<DateTime<Utc>>,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
    hold_placed_by: Option<Uuid>,
    hold_placed_at: Option<DateTime<Utc>>,
    certificate: Option<Value>,
    changed_at: DateTime<Utc>,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<ErasureRow> for SealedRow<ListedErasure> {
    type Error = InvalidRow;

    fn try_from(stored: ErasureRow) -> Result<Self, InvalidRow> {
        let account = |id: Option<Uuid>| id.map(AccountId::from_uuid);
        let signed = |by: Option<Uuid>, at: Option<DateTime<Utc>>| {
            let by = account(by);
            at.map(|at| Signed { by, at })
        };
        let hold = stored.hold_placed_at.map(|since| LegalHold {
            by: account(stored.hold_placed_by),
            since,
        });
        let certificate = stored
            .certificate
            .map(|certificate| json("certificate", certificate));
        let row = ListedErasure {
            person: SubjectId::from_uuid(stored.person_id),
            status: word("status", &stored.status)?,
            requested: signed(stored.requested_by, stored.requested_at),
            decided: signed(stored.decided_by, stored.decided_at),
            hold,
            certificate: certificate.transpose()?,
            changed_at: stored.changed_at,
            phi: Phi::Erased,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
