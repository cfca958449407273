//! Timetables of doctors: events applied to them, and their tables.

use domain::DoctorId;
use domain::doctor::{Doctor, DoctorEvent, RegisteredDoctor, evolve};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::affiliation::{
    AffiliationOf, AffiliationRow, Affiliations, by_doctor, write_affiliations,
};
use crate::fold::Fold;
use crate::stored::{Stored, column};

/// State of a doctor by which the domain decides bookings.
pub(super) struct BookableDoctor {
    pub(super) doctor: RegisteredDoctor,
    pub(super) version: i64,
}

impl Fold for BookableDoctor {
    type Aggregate = Doctor;

    fn id(&self) -> Uuid {
        self.doctor.doctor.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: DoctorEvent, version: i64) -> Option<Self> {
        let before = row.map_or(Doctor::Unregistered, |row| Doctor::Registered(row.doctor));
        match evolve(before, &event) {
            Doctor::Unregistered => None,
            Doctor::Registered(doctor) => Some(Self { doctor, version }),
        }
    }
}

impl Stored for BookableDoctor {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"
            select doctor_id, verified, suspended, version
            from timetable_doctors
            where doctor_id = any ($1)
            "#,
            ids
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut timetables = timetables_of(connection, ids).await?;
        let doctors = rows.into_iter().map(|row| Self {
            doctor: RegisteredDoctor {
                doctor: DoctorId::from_uuid(row.doctor_id),
                verified: row.verified,
                suspended: row.suspended,
                affiliations: timetables.remove(&row.doctor_id).unwrap_or_default(),
            },
            version: row.version,
        });
        Ok(doctors.collect())
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        sqlx::query!(
            r#"
            insert into timetable_doctors as stored (doctor_id, verified, suspended, version)
            select * from unnest($1::uuid[], $2::boolean[], $3::boolean[], $4::bigint[])
            on conflict (doctor_id) do update
            set
              verified = excluded.verified,
              suspended = excluded.suspended,
              version = excluded.version
            where excluded.version > stored.version
            "#,
            &column(rows, Fold::id),
            &column(rows, |row| row.doctor.verified),
            &column(rows, |row| row.doctor.suspended),
            &column(rows, |row| row.version)
        )
        .execute(&mut *connection)
        .await?;
        let timetables = rows
            .iter()
            .flat_map(|row| AffiliationOf::all(row.id(), &row.doctor.affiliations, row.version));
        write_affiliations!(
            "src/availability/upsert_timetables.sql",
            connection,
            timetables
        )
    }
}

async fn timetables_of(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Affiliations, sqlx::Error> {
    let rows = sqlx::query_as!(
        AffiliationRow,
        r#"
        select doctor_id, clinic_id, zone, slot_minutes, hours, dated_hours, fee_amount, fee_currency
        from doctor_timetables
        where doctor_id = any ($1)
        "#,
        doctors
    )
    .fetch_all(connection)
    .await?;
    Ok(by_doctor(rows)?)
}
