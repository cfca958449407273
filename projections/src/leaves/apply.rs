//! Events applied to the leaves of doctors.

use domain::leave::{Leave, LeaveEvent};
use sqlx::PgConnection;
use uuid::Uuid;

use super::query::{self, DoctorLeave, LeavePhi};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for DoctorLeave {
    type Aggregate = Leave;

    fn id(&self) -> Uuid {
        self.leave.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: LeaveEvent, version: i64) -> Option<Self> {
        let leave = match event {
            LeaveEvent::Planned(planned) => Self {
                leave: planned.leave,
                doctor: planned.doctor,
                during: planned.during,
                withdrawn: false,
                subject: planned.subject,
                phi: planned.phi.map(|phi| LeavePhi { reason: phi.reason }),
                version,
            },
            LeaveEvent::Withdrawn(_) => Self {
                withdrawn: true,
                ..row?
            },
        };
        Some(Self { version, ..leave })
    }
}

impl Stored for SealedRow<DoctorLeave> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query!(
            r#"
            insert into doctor_leaves as stored (
              leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version
            )
            select * from unnest(
              $1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::boolean[],
              $6::uuid[], $7::text[], $8::bigint[]
            )
            on conflict (leave_id) do update
            set
              withdrawn = excluded.withdrawn,
              phi = excluded.phi,
              version = excluded.version
            where excluded.version > stored.version
            "#,
            &column(&rows, |row| row.leave.as_uuid()),
            &column(&rows, |row| row.doctor.as_uuid()),
            &column(&rows, |row| row.during.start()),
            &column(&rows, |row| row.during.end()),
            &column(&rows, |row| row.withdrawn),
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
