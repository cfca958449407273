//! Holidays of clinics: events applied to them, and their table. A clinic without any has no row.

use domain::clinic::{Clinic, ClinicEvent};
use domain::{ClinicId, Holidays};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::InvalidRow;
use crate::fold::Fold;
use crate::stored::{Stored, column, fetch, json};

/// Events that change holidays.
pub(super) const EVENT_TYPES: [&str; 2] = ["clinic.holiday_declared", "clinic.holiday_withdrawn"];

/// Holidays of a clinic.
pub(super) struct BookableClinic {
    clinic: ClinicId,
    holidays: Holidays,
    version: i64,
}

/// Returns the holidays of a clinic.
pub(super) async fn of_clinic(
    connection: &mut PgConnection,
    clinic: ClinicId,
) -> Result<Holidays, sqlx::Error> {
    let mut rows = BookableClinic::by_ids(connection, &[clinic.as_uuid()]).await?;
    Ok(rows.pop().map(|row| row.holidays).unwrap_or_default())
}

impl Fold for BookableClinic {
    type Aggregate = Clinic;

    fn id(&self) -> Uuid {
        self.clinic.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: ClinicEvent, version: i64) -> Option<Self> {
        let clinic = match event {
            ClinicEvent::HolidayDeclared(declared) => {
                let mut clinic = row.unwrap_or_else(|| Self::always_open(declared.clinic));
                let (date, name) = (declared.date, declared.name);
                clinic.holidays.declare(date, name, declared.at);
                clinic
            }
            ClinicEvent::HolidayWithdrawn(withdrawn) => {
                let mut clinic = row.unwrap_or_else(|| Self::always_open(withdrawn.clinic));
                clinic.holidays.withdraw(withdrawn.date);
                clinic
            }
            ClinicEvent::Opened(_)
            | ClinicEvent::Renamed(_)
            | ClinicEvent::RefundPolicySet(_)
            | ClinicEvent::BookingSettingsSet(_)
            | ClinicEvent::StaffSecondFactorSet(_) => row?,
        };
        Some(Self { version, ..clinic })
    }
}

impl BookableClinic {
    fn always_open(clinic: ClinicId) -> Self {
        Self {
            clinic,
            holidays: Holidays::default(),
            version: 0,
        }
    }
}

impl Stored for BookableClinic {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        let rows = sqlx::query_as!(
            HolidaysRow,
            "select clinic_id, holidays, version from timetable_clinics where clinic_id = any ($1)",
            ids
        );
        fetch(rows.fetch_all(connection)).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        sqlx::query!(
            r#"
            insert into timetable_clinics as stored (clinic_id, holidays, version)
            select * from unnest($1::uuid[], $2::jsonb[], $3::bigint[])
            on conflict (clinic_id) do update
            set holidays = excluded.holidays, version = excluded.version
            where excluded.version > stored.version
            "#,
            &column(rows, |row| row.clinic.as_uuid()),
            &column(rows, |row| Json(&row.holidays)) as _,
            &column(rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Row of `timetable_clinics`.
struct HolidaysRow {
    clinic_id: Uuid,
    holidays: Value,
    version: i64,
}

impl TryFrom<HolidaysRow> for BookableClinic {
    type Error = InvalidRow;

    fn try_from(stored: HolidaysRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            clinic: ClinicId::from_uuid(stored.clinic_id),
            holidays: json("holidays", stored.holidays)?,
            version: stored.version,
        })
    }
}
