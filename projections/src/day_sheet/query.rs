//! How a doctor's day is asked.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::appointment::AppointmentStatus;
use domain::{
    AppointmentId, ClinicId, ClinicZone, DoctorId, PatientId, PersonName, Phi, Reason, Slot,
    SubjectId,
};
use event_store::{SealedCell, Sealing};
use sqlx::PgPool;
use uuid::Uuid;

use super::tables::{PATIENTS, PatientPhi, VISITS, VisitPhi};
use crate::columns::{json, read, slot, word};
use crate::error::Corrupt;
use crate::sealed::cell;
use crate::{ReadError, hold};

/// A visit on a doctor's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySheetRow {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// From when to when.
    pub slot: Slot,
    /// Which patient.
    pub patient: PatientId,
    /// What the patient is called; nothing once erased.
    pub patient_name: Option<PersonName>,
    /// What the visit is about; nothing where nobody said, or once erased.
    pub reason: Option<Reason>,
    /// Where the appointment stands when it is asked: a hold that has ended reads as expired.
    pub status: AppointmentStatus,
    /// The version of the appointment that this row shows.
    pub version: i64,
}

/// Which day is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySheetQuery {
    /// Whose.
    pub doctor: DoctorId,
    /// Only the visits at this clinic.
    pub clinic: Option<ClinicId>,
    /// The day, on the calendar of each visit's clinic.
    pub date: NaiveDate,
    /// Whether what was cancelled or has expired is wanted, too.
    pub include_ended: bool,
    /// When it is asked.
    pub now: DateTime<Utc>,
}

/// The visits of a day in the order of their slots, opened: whoever asks may see them.
pub async fn rows(
    pool: &PgPool,
    sealing: &Sealing,
    query: &DaySheetQuery,
) -> Result<Vec<DaySheetRow>, ReadError> {
    let (from, to) = around(query.date);
    let visits = sqlx::query_file_as!(
        Columns,
        "src/day_sheet/visits.sql",
        query.doctor.as_uuid(),
        query.clinic.map(|clinic| clinic.as_uuid()),
        from,
        to
    )
    .fetch_all(pool)
    .await;
    let visits: Vec<Visit> = visits
        .and_then(read)
        .map_err(ReadError::doing("reading a doctor's day"))?;
    let wanted = visits
        .into_iter()
        .filter(|visit| visit.is_on(query.date))
        .map(|visit| visit.at(query.now))
        .filter(|visit| query.include_ended || !visit.row.has_ended());
    opened(sealing, wanted.collect())
        .await
        .map_err(ReadError::doing("opening a doctor's day"))
}

/// Names and reasons of a day, with one question for all keys.
async fn opened(sealing: &Sealing, visits: Vec<Visit>) -> Result<Vec<DaySheetRow>, sqlx::Error> {
    let (mut rows, mut reasons, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for visit in visits {
        rows.push(visit.row);
        reasons.push(visit.reason);
        names.push(visit.patient);
    }
    let cells = reasons.into_iter().chain(names).collect();
    let mut opened = sealing.open_many(cells).await?;
    let names = opened.split_off(rows.len());
    for (row, (reason, name)) in rows.iter_mut().zip(opened.into_iter().zip(names)) {
        let reason: Phi<VisitPhi> = json("phi", reason)?;
        let name: Phi<PatientPhi> = json("patient_phi", name)?;
        row.reason = reason.into_clear().and_then(|phi| phi.reason);
        row.patient_name = name.into_clear().map(|phi| phi.name);
    }
    Ok(rows)
}

/// From when to when it is that day anywhere: the world's clocks are at most 14 hours off UTC.
fn around(date: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    let offset_by = |hours| {
        let hours = TimeDelta::hours(hours);
        midnight.checked_add_signed(hours).unwrap_or(midnight)
    };
    (offset_by(-14), offset_by(24 + 14))
}

/// A visit with what the day depends on, and what is still sealed of it.
struct Visit {
    row: DaySheetRow,
    reason: SealedCell,
    patient: SealedCell,
    hold_until: DateTime<Utc>,
    zone: ClinicZone,
}

impl Visit {
    fn is_on(&self, date: NaiveDate) -> bool {
        let start = self.row.slot.start();
        start.with_timezone(&self.zone.tz()).date_naive() == date
    }

    fn at(mut self, now: DateTime<Utc>) -> Self {
        self.row.status = hold::status_at(self.row.status, self.hold_until, now);
        self
    }
}

impl DaySheetRow {
    /// Whether it was called off before the day had come to it. A visit that took place, or that the
    /// patient missed, was part of the day and stays on its sheet.
    const fn has_ended(&self) -> bool {
        match self.status {
            AppointmentStatus::Cancelled | AppointmentStatus::Expired => true,
            AppointmentStatus::Booked
            | AppointmentStatus::Confirmed
            | AppointmentStatus::Arrived
            | AppointmentStatus::InProgress
            | AppointmentStatus::Completed
            | AppointmentStatus::NoShow => false,
        }
    }
}

struct Columns {
    appointment_id: Uuid,
    clinic_id: Uuid,
    zone: String,
    patient_id: Uuid,
    subject: Uuid,
    patient_subject: Option<Uuid>,
    patient_phi: Option<String>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    status: String,
    hold_until: DateTime<Utc>,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<Columns> for Visit {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        // No row at all is a patient who was never registered: without a name, like one who was erased.
        let subject = SubjectId::from_uuid(columns.subject);
        let patient_subject = columns
            .patient_subject
            .map_or(subject, SubjectId::from_uuid);
        let (visit, patient) = (columns.appointment_id, columns.patient_id);
        let row = DaySheetRow {
            appointment: AppointmentId::from_uuid(columns.appointment_id),
            clinic: ClinicId::from_uuid(columns.clinic_id),
            slot: slot(columns.starts_at, columns.ends_at)?,
            patient: PatientId::from_uuid(columns.patient_id),
            patient_name: None,
            reason: None,
            status: word("status", &columns.status)?,
            version: columns.version,
        };
        Ok(Self {
            row,
            reason: cell(VISITS, &visit, subject, columns.phi),
            patient: cell(PATIENTS, &patient, patient_subject, columns.patient_phi),
            hold_until: columns.hold_until,
            zone: word("zone", &columns.zone)?,
        })
    }
}
