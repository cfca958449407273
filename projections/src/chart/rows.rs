//! The table of chart entries.

use chrono::{DateTime, Utc};
use domain::{AccountId, AppointmentId, ClinicId, DoctorId, PatientId, Phi, SubjectId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::entry::{ChartEntry, EntryAuthor};
use crate::error::InvalidRow;
use crate::stored::{column, fetch, optional_word, word};

/// An entry and what it says, sealed.
pub(super) struct SealedEntry {
    pub(super) entry: ChartEntry,
    pub(super) phi: Option<String>,
}

/// Returns the rows of some entries.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    entries: &[Uuid],
) -> Result<Vec<SealedEntry>, sqlx::Error> {
    let rows = sqlx::query_as!(
        EntryRow,
        r#"
        select
          entry_id, patient_id, kind, status, occurred_at, recorded_at, revision, author_id, author_role,
          doctor_id, clinic_id, appointment_id, subject, phi, version
        from chart_entries
        where entry_id = any ($1)
        "#,
        entries
    );
    fetch(rows.fetch_all(connection)).await
}

/// Writes entries, each unless a later version of it is stored.
pub(super) async fn write(
    connection: &mut PgConnection,
    rows: &[&ChartEntry],
    phi: &[Option<&str>],
) -> Result<(), sqlx::Error> {
    sqlx::query_file!(
        "src/chart/upsert.sql",
        &column(rows, |row| row.entry),
        &column(rows, |row| row.patient.as_uuid()),
        &column(rows, |row| row.kind.as_str()) as _,
        &column(rows, |row| row.status.as_str()) as _,
        &column(rows, |row| row.occurred_at),
        &column(rows, |row| row.recorded_at),
        &column(rows, |row| i32::try_from(row.revision).unwrap_or(i32::MAX)),
        &column(rows, |row| row
            .author
            .account
            .map(|account| account.as_uuid())) as _,
        &column(rows, |row| row.author.role.map(domain::Role::as_str)) as _,
        &column(rows, |row| row.author.doctor.map(|doctor| doctor.as_uuid())) as _,
        &column(rows, |row| row.clinic.map(|clinic| clinic.as_uuid())) as _,
        &column(rows, |row| row.appointment.map(|visit| visit.as_uuid())) as _,
        &column(rows, |row| row.subject.as_uuid()),
        phi as _,
        &column(rows, |row| row.version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Row of `chart_entries`.
pub(super) struct EntryRow {
    pub(super) entry_id: Uuid,
    pub(super) patient_id: Uuid,
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) revision: i32,
    pub(super) author_id: Option<Uuid>,
    pub(super) author_role: Option<String>,
    pub(super) doctor_id: Option<Uuid>,
    pub(super) clinic_id: Option<Uuid>,
    pub(super) appointment_id: Option<Uuid>,
    pub(super) subject: Uuid,
    pub(super) phi: Option<String>,
    pub(super) version: i64,
}

impl TryFrom<EntryRow> for SealedEntry {
    type Error = InvalidRow;

    fn try_from(stored: EntryRow) -> Result<Self, InvalidRow> {
        let revision = u32::try_from(stored.revision);
        let author = EntryAuthor {
            account: stored.author_id.map(AccountId::from_uuid),
            role: optional_word("author_role", stored.author_role.as_deref())?,
            doctor: stored.doctor_id.map(DoctorId::from_uuid),
        };
        let entry = ChartEntry {
            entry: stored.entry_id,
            patient: PatientId::from_uuid(stored.patient_id),
            kind: word("kind", &stored.kind)?,
            status: word("status", &stored.status)?,
            occurred_at: stored.occurred_at,
            recorded_at: stored.recorded_at,
            revision: revision.map_err(|_| InvalidRow { column: "revision" })?,
            author,
            clinic: stored.clinic_id.map(ClinicId::from_uuid),
            appointment: stored.appointment_id.map(AppointmentId::from_uuid),
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            version: stored.version,
        };
        let phi = stored.phi;
        Ok(Self { entry, phi })
    }
}
