//! Zones of clinics. A clinic never changes its zone.

use domain::clinic::{Clinic, ClinicEvent};
use domain::{ClinicId, ClinicZone};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::fold::Fold;
use crate::stored::{Stored, column};

/// Row of `day_sheet_clinics`.
pub(super) struct StoredClinic {
    clinic: ClinicId,
    zone: ClinicZone,
    version: i64,
}

impl Fold for StoredClinic {
    type Aggregate = Clinic;

    fn id(&self) -> Uuid {
        self.clinic.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: ClinicEvent, version: i64) -> Option<Self> {
        match event {
            ClinicEvent::Opened(opened) => Some(Self {
                clinic: opened.clinic,
                zone: opened.zone,
                version,
            }),
            ClinicEvent::Renamed(_)
            | ClinicEvent::HolidayDeclared(_)
            | ClinicEvent::HolidayWithdrawn(_)
            | ClinicEvent::RefundPolicySet(_)
            | ClinicEvent::BookingSettingsSet(_)
            | ClinicEvent::StaffSecondFactorSet(_) => row,
        }
    }
}

impl Stored for StoredClinic {
    /// The row follows from the first event alone and is never read for another one.
    async fn by_ids(_: &mut PgConnection, _: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        Ok(Vec::new())
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        sqlx::query!(
            r#"
            insert into day_sheet_clinics (clinic_id, zone, version)
            select * from unnest($1::uuid[], $2::text[], $3::bigint[])
            on conflict (clinic_id) do nothing
            "#,
            &column(rows, |row| row.clinic.as_uuid()),
            &column(rows, |row| row.zone.name()) as _,
            &column(rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
