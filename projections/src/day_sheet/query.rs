//! How a doctor's day is asked.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::appointment::AppointmentStatus;
use domain::{
    AppointmentId, ClinicId, ClinicZone, DoctorId, PatientId, PersonName, Phi, Reason, Slot,
};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::tables::{PatientPhi, VisitPhi};
use crate::columns::{json, read, slot, word};
use crate::error::Corrupt;
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

/// The visits of a day in the order of their slots.
pub async fn rows(pool: &PgPool, query: &DaySheetQuery) -> Result<Vec<DaySheetRow>, ReadError> {
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
    let wanted = visits.into_iter().filter(|visit| visit.is_on(query.date));
    let rows = wanted.map(|visit| visit.at(query.now));
    let rows = rows.filter(|row| query.include_ended || !row.has_ended());
    Ok(rows.collect())
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

/// A visit with what the day depends on.
struct Visit {
    row: DaySheetRow,
    hold_until: DateTime<Utc>,
    zone: ClinicZone,
}

impl Visit {
    fn is_on(&self, date: NaiveDate) -> bool {
        let start = self.row.slot.start();
        start.with_timezone(&self.zone.tz()).date_naive() == date
    }

    fn at(self, now: DateTime<Utc>) -> DaySheetRow {
        let status = hold::status_at(self.row.status, self.hold_until, now);
        DaySheetRow { status, ..self.row }
    }
}

impl DaySheetRow {
    const fn has_ended(&self) -> bool {
        match self.status {
            AppointmentStatus::Cancelled | AppointmentStatus::Expired => true,
            AppointmentStatus::Booked | AppointmentStatus::Confirmed => false,
        }
    }
}

struct Columns {
    appointment_id: Uuid,
    clinic_id: Uuid,
    zone: String,
    patient_id: Uuid,
    patient_phi: Option<Value>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    status: String,
    hold_until: DateTime<Utc>,
    phi: Value,
    version: i64,
}

impl TryFrom<Columns> for Visit {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        // No row at all is a patient who was never registered: without a name, like one who was erased.
        let patient = match columns.patient_phi {
            Some(phi) => json("patient_phi", phi)?,
            None => Phi::<PatientPhi>::Erased,
        };
        let phi: Phi<VisitPhi> = json("phi", columns.phi)?;
        let row = DaySheetRow {
            appointment: AppointmentId::from_uuid(columns.appointment_id),
            clinic: ClinicId::from_uuid(columns.clinic_id),
            slot: slot(columns.starts_at, columns.ends_at)?,
            patient: PatientId::from_uuid(columns.patient_id),
            patient_name: patient.into_clear().map(|phi| phi.name),
            reason: phi.into_clear().and_then(|phi| phi.reason),
            status: word("status", &columns.status)?,
            version: columns.version,
        };
        Ok(Self {
            row,
            hold_until: columns.hold_until,
            zone: word("zone", &columns.zone)?,
        })
    }
}
