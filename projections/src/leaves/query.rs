//! How the leaves of doctors are asked.

use chrono::{DateTime, Utc};
use domain::{DoctorId, LeaveId, Phi, Reason, Slot, SubjectId};
use serde::{Deserialize, Serialize};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::ReadError;
use crate::columns::{read, slot};
use crate::error::Corrupt;
use crate::sealed::{Closed, Personal};

/// The most leaves of one answer; nobody plans more ahead.
pub const MOST: i64 = 200;

/// A leave, as those see it who may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorLeave {
    /// Which leave.
    pub leave: LeaveId,
    /// Who is away.
    pub doctor: DoctorId,
    /// From when to when.
    pub during: Slot,
    /// Whether the doctor is there after all.
    pub withdrawn: bool,
    /// The doctor, as a person.
    pub subject: SubjectId,
    /// What was said about it; nothing once erased.
    pub phi: Phi<LeavePhi>,
    /// The version of the leave that this row shows.
    pub version: i64,
}

/// What was said about a leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavePhi {
    /// Why, if somebody said.
    pub reason: Option<Reason>,
}

impl DoctorLeave {
    /// Why; nothing if nobody said, or once erased.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.phi.clear()?.reason.as_ref()
    }
}

/// The leaves of a doctor that are not over at `from` and were not withdrawn, earliest first; at most
/// [`MOST`].
pub async fn of_doctor(
    pool: &PgPool,
    doctor: DoctorId,
    from: DateTime<Utc>,
) -> Result<Vec<Closed<DoctorLeave>>, ReadError> {
    let doing = "reading the leaves of a doctor";
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version
        from doctor_leaves
        where doctor_id = $1
          and ends_at > $2
          and not withdrawn
        order by starts_at, leave_id
        limit $3
        "#,
        doctor.as_uuid(),
        from,
        MOST
    )
    .fetch_all(pool)
    .await
    .map_err(ReadError::doing(doing))?;
    read(rows).map_err(ReadError::doing(doing))
}

/// The rows of some leaves.
pub(super) async fn of(
    executor: impl PgExecutor<'_>,
    leaves: &[Uuid],
) -> Result<Vec<Closed<DoctorLeave>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version
        from doctor_leaves
        where leave_id = any ($1)
        "#,
        leaves
    )
    .fetch_all(executor)
    .await?;
    read(rows)
}

impl Personal for DoctorLeave {
    type Content = LeavePhi;

    const TABLE: &'static str = "doctor_leaves";

    fn key(&self) -> Uuid {
        self.leave.as_uuid()
    }

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&self) -> &Phi<LeavePhi> {
        &self.phi
    }

    fn with_phi(self, phi: Phi<LeavePhi>) -> Self {
        Self { phi, ..self }
    }
}

struct Columns {
    leave_id: Uuid,
    doctor_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    withdrawn: bool,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<Columns> for Closed<DoctorLeave> {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        let row = DoctorLeave {
            leave: LeaveId::from_uuid(columns.leave_id),
            doctor: DoctorId::from_uuid(columns.doctor_id),
            during: slot(columns.starts_at, columns.ends_at)?,
            withdrawn: columns.withdrawn,
            subject: SubjectId::from_uuid(columns.subject),
            phi: Phi::Erased,
            version: columns.version,
        };
        Ok(Self::new(row, columns.phi))
    }
}
