//! How events change the leaves of doctors.

use domain::leave::LeaveEvent;
use event_store::{RecordedEvent, Sealing, SubscriberError};
use sqlx::PgConnection;
use uuid::Uuid;

use super::query::{self, DoctorLeave, LeavePhi};
use crate::columns::column;
use crate::fold::{Changes, Fold};
use crate::sealed::{Closed, sealed};

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
    sealing: &Sealing,
) -> Result<(), SubscriberError> {
    let changes = Changes::decode(events)?;
    let stored = query::of(&mut *connection, &changes.aggregates()).await?;
    write(connection, sealing, &changes.fold(stored)).await?;
    Ok(())
}

impl Fold for DoctorLeave {
    type Event = LeaveEvent;

    fn aggregate(&self) -> Uuid {
        self.leave.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: LeaveEvent, version: i64) -> Option<Self> {
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
                ..known?
            },
        };
        Some(Self { version, ..leave })
    }
}

async fn write(
    connection: &mut PgConnection,
    sealing: &Sealing,
    rows: &[Closed<DoctorLeave>],
) -> Result<(), sqlx::Error> {
    let phi = sealed(sealing, rows).await?;
    sqlx::query!(
        r#"
        insert into doctor_leaves as stored (
          leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version
        )
        select leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version
        from unnest(
          $1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::boolean[],
          $6::uuid[], $7::text[], $8::bigint[]
        ) as changed (leave_id, doctor_id, starts_at, ends_at, withdrawn, subject, phi, version)
        on conflict (leave_id) do update
        set
          withdrawn = excluded.withdrawn,
          phi = excluded.phi,
          version = excluded.version
        where excluded.version > stored.version
        "#,
        &column(rows, |row| row.row().leave.as_uuid()),
        &column(rows, |row| row.row().doctor.as_uuid()),
        &column(rows, |row| row.row().during.start()),
        &column(rows, |row| row.row().during.end()),
        &column(rows, |row| row.row().withdrawn),
        &column(rows, |row| row.row().subject.as_uuid()),
        &phi as _,
        &column(rows, |row| row.row().version)
    )
    .execute(connection)
    .await?;
    Ok(())
}
