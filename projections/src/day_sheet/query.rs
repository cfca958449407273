//! Query for a doctor's day.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::appointment::AppointmentStatus;
use domain::{
    AppointmentId, ClinicId, ClinicZone, DoctorId, PatientId, PersonName, Phi, Reason, Slot,
    SubjectId,
};
use event_store::{SealedCell, Sealing};
use sqlx::PgPool;
use uuid::Uuid;

use super::patients::{PatientPhi, StoredPatient};
use super::visits::{StoredVisit, VisitPhi};
use crate::error::{InvalidRow, ReadError};
use crate::hold;
use crate::sealed::{Personal, cell, open_for_reading, phi};
use crate::stored::{fetch, slot, word};

/// A visit on a doctor's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySheetRow {
    /// Id of the appointment.
    pub appointment: AppointmentId,
    /// The clinic.
    pub clinic: ClinicId,
    /// Time of the visit.
    pub slot: Slot,
    /// The patient.
    pub patient: PatientId,
    /// Name of the patient; nothing once erased.
    pub patient_name: Option<PersonName>,
    /// Reason of the visit; nothing if none was given, or once erased.
    pub reason: Option<Reason>,
    /// Set if the name or the reason is stored and can't be opened.
    pub unreadable: bool,
    /// Set if it was booked for an emergency.
    pub emergency: bool,
    /// Status at the instant of the query: a hold that has ended reads as expired.
    pub status: AppointmentStatus,
    /// Sequence number of the last event of the appointment that this row contains.
    pub version: i64,
}

/// Query for a doctor's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySheetQuery {
    /// The doctor.
    pub doctor: DoctorId,
    /// Only the visits at this clinic.
    pub clinic: Option<ClinicId>,
    /// The day, on the calendar of each visit's clinic.
    pub date: NaiveDate,
    /// True to include visits that were cancelled or have expired.
    pub include_ended: bool,
    /// Instant of the query.
    pub now: DateTime<Utc>,
}

/// The visits of a day, whose personal data is sealed.
pub struct SealedDay(Vec<Visit>);

impl SealedDay {
    /// Returns the patients, each once.
    #[must_use]
    pub fn patients(&self) -> BTreeSet<PatientId> {
        self.0.iter().map(|visit| visit.row.patient).collect()
    }

    /// Opens the visits. Call it after a check that the caller may see them.
    pub async fn open(self, sealing: &Sealing) -> Result<Vec<DaySheetRow>, ReadError> {
        opened(sealing, self.0)
            .await
            .map_err(ReadError::doing("opening a doctor's day"))
    }
}

/// Returns the visits of a day in the order of their slots.
pub async fn rows(pool: &PgPool, query: &DaySheetQuery) -> Result<SealedDay, ReadError> {
    let (from, to) = around(query.date);
    let visits = sqlx::query_file_as!(
        VisitRow,
        "src/day_sheet/visits.sql",
        query.doctor.as_uuid(),
        query.clinic.map(|clinic| clinic.as_uuid()),
        from,
        to
    );
    let visits: Vec<Visit> = fetch(visits.fetch_all(pool))
        .await
        .map_err(ReadError::doing("reading a doctor's day"))?;
    let wanted = visits
        .into_iter()
        .filter(|visit| visit.is_on(query.date))
        .map(|visit| visit.at(query.now))
        .filter(|visit| query.include_ended || !visit.row.has_ended());
    Ok(SealedDay(wanted.collect()))
}

/// Opens the names and reasons of a day, with one request for all keys.
async fn opened(sealing: &Sealing, visits: Vec<Visit>) -> Result<Vec<DaySheetRow>, sqlx::Error> {
    let (mut rows, mut reasons, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for visit in visits {
        rows.push(visit.row);
        reasons.push(visit.reason);
        names.push(visit.patient);
    }
    let cells = reasons.into_iter().chain(names).collect();
    let mut opened = open_for_reading(sealing, cells).await?;
    let names = opened.split_off(rows.len());
    for (row, (reason, name)) in rows.iter_mut().zip(opened.into_iter().zip(names)) {
        let reason: Phi<VisitPhi> = phi("phi", reason)?;
        let name: Phi<PatientPhi> = phi("patient_phi", name)?;
        row.unreadable = reason.is_unreadable() || name.is_unreadable();
        row.reason = reason.into_clear().and_then(|phi| phi.reason);
        row.patient_name = name.into_clear().map(|phi| phi.name);
    }
    Ok(rows)
}

/// Returns the time in which it is that day anywhere: the world's clocks are at most 14 hours off UTC.
fn around(date: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    let offset_by = |hours| {
        let hours = TimeDelta::hours(hours);
        midnight.checked_add_signed(hours).unwrap_or(midnight)
    };
    (offset_by(-14), offset_by(24 + 14))
}

/// A visit whose personal data is sealed.
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
    /// Returns true if it was cancelled or has expired. A visit that took place, or that the patient missed,
    /// stays on its sheet.
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

/// Row of a doctor's day.
struct VisitRow {
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
    emergency: bool,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<VisitRow> for Visit {
    type Error = InvalidRow;

    fn try_from(stored: VisitRow) -> Result<Self, InvalidRow> {
        // Without a row the patient was never registered and is shown without a name, like one who was erased.
        let subject = SubjectId::from_uuid(stored.subject);
        let patient_subject = stored.patient_subject.map_or(subject, SubjectId::from_uuid);
        let (visit, patient) = (stored.appointment_id, stored.patient_id);
        let row = DaySheetRow {
            appointment: AppointmentId::from_uuid(stored.appointment_id),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            slot: slot(stored.starts_at, stored.ends_at)?,
            patient: PatientId::from_uuid(stored.patient_id),
            patient_name: None,
            reason: None,
            unreadable: false,
            emergency: stored.emergency,
            status: word("status", &stored.status)?,
            version: stored.version,
        };
        Ok(Self {
            row,
            reason: cell(StoredVisit::TABLE, &visit, subject, stored.phi),
            patient: cell(
                StoredPatient::TABLE,
                &patient,
                patient_subject,
                stored.patient_phi,
            ),
            hold_until: stored.hold_until,
            zone: word("zone", &stored.zone)?,
        })
    }
}
