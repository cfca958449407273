//! Queries on the leaves of doctors.

use chrono::{DateTime, Utc};
use domain::{DoctorId, LeaveId, Phi, Reason, Slot, SubjectId};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{InvalidRow, ReadError};
use crate::sealed::{Personal, SealedRow};
use crate::stored::{fetch, slot};

/// Limit of the leaves of one answer.
pub const MOST: i64 = 200;

/// A leave of a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorLeave {
    /// Id of the leave.
    pub leave: LeaveId,
    /// The doctor who is away.
    pub doctor: DoctorId,
    /// Period of the leave.
    pub during: Slot,
    /// True if the leave was withdrawn.
    pub withdrawn: bool,
    /// The doctor, as a person.
    pub subject: SubjectId,
    /// Reason of the leave; nothing once erased.
    pub phi: Phi<LeavePhi>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Personal data of a leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavePhi {
    /// Reason, if one was given.
    pub reason: Option<Reason>,
}

impl DoctorLeave {
    /// Returns the reason; nothing if none was given, or once erased.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.phi.clear()?.reason.as_ref()
    }
}

/// Lists the leaves of a doctor that are not over at `from` and were not withdrawn, earliest first; at
/// most [`MOST`].
///
/// The leaves of a doctor do not overlap, so the order of their ends is that of their starts, and the
/// index on ends leads to the first of them.
pub async fn of_doctor(
    pool: &PgPool,
    doctor: DoctorId,
    from: DateTime<Utc>,
) -> Result<Vec<SealedRow<DoctorLeave>>, ReadError> {
    let rows = sqlx::query_as!(
        LeaveRow,
        r#"
        select leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version
        from doctor_leaves
        where doctor_id = $1
          and ends_at > $2
          and not withdrawn
        order by ends_at, leave_id
        limit $3
        "#,
        doctor.as_uuid(),
        from,
        MOST
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("reading the leaves of a doctor"))
}

/// Returns the rows of some leaves.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    leaves: &[Uuid],
) -> Result<Vec<SealedRow<DoctorLeave>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        LeaveRow,
        r#"
        select leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version
        from doctor_leaves
        where leave_id = any ($1)
        "#,
        leaves
    );
    fetch(rows.fetch_all(connection)).await
}

impl Personal for DoctorLeave {
    type Content = LeavePhi;

    const TABLE: &'static str = "doctor_leaves";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<LeavePhi> {
        &mut self.phi
    }
}

/// Row of `doctor_leaves`.
struct LeaveRow {
    leave_id: Uuid,
    doctor_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    withdrawn: bool,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<LeaveRow> for SealedRow<DoctorLeave> {
    type Error = InvalidRow;

    fn try_from(stored: LeaveRow) -> Result<Self, InvalidRow> {
        let row = DoctorLeave {
            leave: LeaveId::from_uuid(stored.leave_id),
            doctor: DoctorId::from_uuid(stored.doctor_id),
            during: slot(stored.starts_at, stored.ends_at)?,
            withdrawn: stored.withdrawn,
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
