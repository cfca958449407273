//! How events change the day sheets.

use chrono::{DateTime, Utc};
use domain::appointment::Appointment;
use domain::clinic::Clinic;
use domain::patient::Patient;
use domain::{AppointmentId, ClinicId, DoctorId, PatientId, Phi, SubjectId};
use event_store::{RecordedEvent, Sealing, SubscriberError};
use sqlx::PgConnection;
use uuid::Uuid;

use super::tables::{StoredClinic, StoredPatient, StoredVisit};
use crate::columns::{column, read, slot, word};
use crate::error::Corrupt;
use crate::fold::changes_of;
use crate::sealed::{Closed, sealed};

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
    sealing: &Sealing,
) -> Result<(), SubscriberError> {
    let clinics = changes_of::<Clinic>(events)?.fold(Vec::new());
    write_clinics(connection, &clinics).await?;
    let patients = changes_of::<Patient>(events)?.fold(Vec::new());
    write_patients(connection, sealing, &patients).await?;
    let visits = changes_of::<Appointment>(events)?;
    let stored = visits_of(connection, &visits.aggregates()).await?;
    write_visits(connection, sealing, &visits.fold(stored)).await?;
    Ok(())
}

/// A clinic's first event is all that is kept of it, so what is there stays.
async fn write_clinics(
    connection: &mut PgConnection,
    rows: &[StoredClinic],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        insert into day_sheet_clinics (clinic_id, zone, version)
        select clinic_id, zone, version
        from unnest($1::uuid[], $2::text[], $3::bigint[]) as opened (clinic_id, zone, version)
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

/// A patient's first event is all that is kept of it, so what is there stays.
async fn write_patients(
    connection: &mut PgConnection,
    sealing: &Sealing,
    rows: &[Closed<StoredPatient>],
) -> Result<(), sqlx::Error> {
    let phi = sealed(sealing, rows).await?;
    sqlx::query!(
        r#"
        insert into day_sheet_patients (patient_id, subject, phi, version)
        select patient_id, subject, phi, version
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[])
          as registered (patient_id, subject, phi, version)
        on conflict (patient_id) do nothing
        "#,
        &column(rows, |row| row.row().patient.as_uuid()),
        &column(rows, |row| row.row().subject.as_uuid()),
        &phi as _,
        &column(rows, |row| row.row().version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_visits(
    connection: &mut PgConnection,
    sealing: &Sealing,
    rows: &[Closed<StoredVisit>],
) -> Result<(), sqlx::Error> {
    let phi = sealed(sealing, rows).await?;
    sqlx::query_file!(
        "src/day_sheet/upsert.sql",
        &column(rows, |row| row.row().appointment.as_uuid()),
        &column(rows, |row| row.row().doctor.as_uuid()),
        &column(rows, |row| row.row().clinic.as_uuid()),
        &column(rows, |row| row.row().patient.as_uuid()),
        &column(rows, |row| row.row().slot.start()),
        &column(rows, |row| row.row().slot.end()),
        &column(rows, |row| row.row().status.as_str()) as _,
        &column(rows, |row| row.row().hold_until),
        &column(rows, |row| row.row().subject.as_uuid()),
        &phi as _,
        &column(rows, |row| row.row().version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn visits_of(
    connection: &mut PgConnection,
    appointments: &[Uuid],
) -> Result<Vec<Closed<StoredVisit>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select
          appointment_id, doctor_id, clinic_id, patient_id, starts_at, ends_at,
          status, hold_until, subject, phi, version
        from day_sheet
        where appointment_id = any ($1)
        "#,
        appointments
    )
    .fetch_all(connection)
    .await?;
    read(rows)
}

struct Columns {
    appointment_id: Uuid,
    doctor_id: Uuid,
    clinic_id: Uuid,
    patient_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    status: String,
    hold_until: DateTime<Utc>,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<Columns> for Closed<StoredVisit> {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        let row = StoredVisit {
            appointment: AppointmentId::from_uuid(columns.appointment_id),
            doctor: DoctorId::from_uuid(columns.doctor_id),
            clinic: ClinicId::from_uuid(columns.clinic_id),
            patient: PatientId::from_uuid(columns.patient_id),
            slot: slot(columns.starts_at, columns.ends_at)?,
            status: word("status", &columns.status)?,
            hold_until: columns.hold_until,
            subject: SubjectId::from_uuid(columns.subject),
            phi: Phi::Erased,
            version: columns.version,
        };
        Ok(Self::new(row, columns.phi))
    }
}
