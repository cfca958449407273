//! The days on which clinics are closed. A clinic without any has no row.

use domain::clinic::{Clinic, ClinicEvent};
use domain::{ClinicId, Holidays};
use event_store::{RecordedEvent, SubscriberError};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::columns::{column, json, read};
use crate::error::Corrupt;
use crate::fold::{Fold, changes_of};

/// What happens to holidays.
pub(super) const EVENTS: [&str; 2] = ["clinic.holiday_declared", "clinic.holiday_withdrawn"];

/// A clinic, as far as it matters to a booking.
struct BookableClinic {
    clinic: ClinicId,
    holidays: Holidays,
    version: i64,
}

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), SubscriberError> {
    let changes = changes_of::<Clinic>(events)?;
    let stored = of(&mut *connection, &changes.aggregates()).await?;
    write(connection, &changes.fold(stored)).await?;
    Ok(())
}

/// The holidays of a clinic.
pub(super) async fn of_clinic(
    connection: &mut PgConnection,
    clinic: ClinicId,
) -> Result<Holidays, sqlx::Error> {
    let known = of(connection, &[clinic.as_uuid()]).await?.pop();
    Ok(known.map(|known| known.holidays).unwrap_or_default())
}

impl Fold for BookableClinic {
    type Event = ClinicEvent;

    fn aggregate(&self) -> Uuid {
        self.clinic.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: ClinicEvent, version: i64) -> Option<Self> {
        let clinic = match event {
            ClinicEvent::Opened(opened) => Self::always_open(opened.clinic),
            ClinicEvent::Renamed(renamed) => {
                known.unwrap_or_else(|| Self::always_open(renamed.clinic))
            }
            ClinicEvent::HolidayDeclared(declared) => {
                let mut clinic = known.unwrap_or_else(|| Self::always_open(declared.clinic));
                let (date, name) = (declared.date, declared.name);
                clinic.holidays.declare(date, name, declared.at);
                clinic
            }
            ClinicEvent::HolidayWithdrawn(withdrawn) => {
                let mut clinic = known.unwrap_or_else(|| Self::always_open(withdrawn.clinic));
                clinic.holidays.withdraw(withdrawn.date);
                clinic
            }
            ClinicEvent::RefundPolicySet(set) => {
                known.unwrap_or_else(|| Self::always_open(set.clinic))
            }
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

async fn write(connection: &mut PgConnection, rows: &[BookableClinic]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        insert into timetable_clinics as stored (clinic_id, holidays, version)
        select clinic_id, holidays, version
        from unnest($1::uuid[], $2::jsonb[], $3::bigint[])
          as changed (clinic_id, holidays, version)
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

async fn of(
    connection: &mut PgConnection,
    clinics: &[Uuid],
) -> Result<Vec<BookableClinic>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select clinic_id, holidays, version
        from timetable_clinics
        where clinic_id = any ($1)
        "#,
        clinics
    )
    .fetch_all(connection)
    .await?;
    read(rows)
}

struct Columns {
    clinic_id: Uuid,
    holidays: Value,
    version: i64,
}

impl TryFrom<Columns> for BookableClinic {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        Ok(Self {
            clinic: ClinicId::from_uuid(columns.clinic_id),
            holidays: json("holidays", columns.holidays)?,
            version: columns.version,
        })
    }
}
