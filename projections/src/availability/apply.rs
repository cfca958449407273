//! How events change the timetables of doctors.

use domain::doctor::{Doctor, DoctorEvent, RegisteredDoctor, evolve};
use event_store::{RecordedEvent, SubscriberError};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{holidays, query};
use crate::affiliation::{AffiliationRow, rows_of, slot_minutes};
use crate::columns::column;
use crate::fold::{Fold, changes_of};

/// A doctor, as far as it matters to a booking: just what the domain itself decides bookings by.
pub(super) struct BookableDoctor {
    pub(super) doctor: RegisteredDoctor,
    pub(super) version: i64,
}

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), SubscriberError> {
    holidays::apply(events, connection).await?;
    let changes = changes_of::<Doctor>(events)?;
    let stored = query::of(&mut *connection, &changes.aggregates()).await?;
    let doctors = changes.fold(stored);
    write_doctors(connection, &doctors).await?;
    write_timetables(connection, &doctors).await?;
    Ok(())
}

impl Fold for BookableDoctor {
    type Event = DoctorEvent;

    fn aggregate(&self) -> Uuid {
        self.doctor.doctor.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: DoctorEvent, version: i64) -> Option<Self> {
        let before = known.map_or(Doctor::Unregistered, |known| {
            Doctor::Registered(known.doctor)
        });
        match evolve(before, &event) {
            Doctor::Unregistered => None,
            Doctor::Registered(doctor) => Some(Self { doctor, version }),
        }
    }
}

async fn write_doctors(
    connection: &mut PgConnection,
    rows: &[BookableDoctor],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        insert into timetable_doctors as stored (doctor_id, verified, suspended, version)
        select doctor_id, verified, suspended, version
        from unnest($1::uuid[], $2::boolean[], $3::boolean[], $4::bigint[])
          as changed (doctor_id, verified, suspended, version)
        on conflict (doctor_id) do update
        set
          verified = excluded.verified,
          suspended = excluded.suspended,
          version = excluded.version
        where excluded.version > stored.version
        "#,
        &column(rows, Fold::aggregate),
        &column(rows, |row| row.doctor.verified),
        &column(rows, |row| row.doctor.suspended),
        &column(rows, |row| row.version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_timetables(
    connection: &mut PgConnection,
    doctors: &[BookableDoctor],
) -> Result<(), sqlx::Error> {
    let rows: Vec<AffiliationRow<'_>> = doctors
        .iter()
        .flat_map(|row| rows_of(row.aggregate(), &row.doctor.affiliations, row.version))
        .collect();
    sqlx::query_file!(
        "src/availability/upsert_timetables.sql",
        &column(&rows, |row| row.doctor),
        &column(&rows, |row| row.clinic),
        &column(&rows, |row| row.terms.zone.name()) as _,
        &column(&rows, |row| slot_minutes(row.terms.slot_length)),
        &column(&rows, |row| Json(&row.terms.hours)) as _,
        &column(&rows, |row| Json(&row.terms.dated_hours)) as _,
        &column(&rows, |row| row.terms.fee.amount()),
        &column(&rows, |row| row.terms.fee.currency().code()) as _,
        &column(&rows, |row| row.version)
    )
    .execute(connection)
    .await?;
    Ok(())
}
