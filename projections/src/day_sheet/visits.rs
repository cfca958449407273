//! Visits on day sheets: events applied to them, and their table.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentBooked, AppointmentEvent, AppointmentRescheduled, AppointmentStatus,
};
use domain::{AppointmentId, ClinicId, DoctorId, PatientId, Phi, Reason, Slot, SubjectId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::InvalidRow;
use crate::fold::Fold;
use crate::sealed::{Personal, SealedRow};
use crate::stored::{Stored, column, fetch, slot, word};

/// A visit, as `day_sheet` keeps it.
pub(super) struct StoredVisit {
    appointment: AppointmentId,
    doctor: DoctorId,
    clinic: ClinicId,
    patient: PatientId,
    slot: Slot,
    status: AppointmentStatus,
    hold_until: DateTime<Utc>,
    emergency: bool,
    subject: SubjectId,
    phi: Phi<VisitPhi>,
    version: i64,
}

/// Personal data of a visit.
#[derive(Serialize, Deserialize)]
pub(super) struct VisitPhi {
    pub(super) reason: Option<Reason>,
}

impl Fold for StoredVisit {
    type Aggregate = Appointment;

    fn id(&self) -> Uuid {
        self.appointment.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: AppointmentEvent, version: i64) -> Option<Self> {
        let visit = match event {
            AppointmentEvent::Booked(booked) => Self::booked(booked),
            AppointmentEvent::Rescheduled(moved) => row?.moved(&moved),
            AppointmentEvent::Confirmed(_) | AppointmentEvent::Reinstated(_) => {
                row?.with_status(AppointmentStatus::Confirmed)
            }
            AppointmentEvent::FeePaid(_) => row?,
            AppointmentEvent::Cancelled(_) => row?.with_status(AppointmentStatus::Cancelled),
            AppointmentEvent::HoldExpired(_) => row?.with_status(AppointmentStatus::Expired),
            AppointmentEvent::Arrived(_) => row?.with_status(AppointmentStatus::Arrived),
            AppointmentEvent::Started(_) => row?.with_status(AppointmentStatus::InProgress),
            AppointmentEvent::Completed(_) => row?.with_status(AppointmentStatus::Completed),
            AppointmentEvent::NoShow(_) => row?.with_status(AppointmentStatus::NoShow),
        };
        Some(Self { version, ..visit })
    }
}

impl StoredVisit {
    fn booked(booked: AppointmentBooked) -> Self {
        Self {
            appointment: booked.visit.appointment,
            doctor: booked.visit.doctor,
            clinic: booked.visit.clinic,
            patient: booked.visit.patient,
            slot: booked.visit.slot,
            status: AppointmentStatus::Booked,
            hold_until: booked.hold_until,
            emergency: booked.emergency.is_some(),
            subject: booked.subject,
            phi: booked.phi.map(|phi| VisitPhi { reason: phi.reason }),
            version: 1,
        }
    }

    fn moved(self, moved: &AppointmentRescheduled) -> Self {
        Self {
            slot: moved.visit.slot,
            hold_until: moved.hold_until.unwrap_or(self.hold_until),
            ..self
        }
    }

    fn with_status(self, status: AppointmentStatus) -> Self {
        Self { status, ..self }
    }
}

impl Personal for StoredVisit {
    type Content = VisitPhi;

    const TABLE: &'static str = "day_sheet";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<VisitPhi> {
        &mut self.phi
    }
}

impl Stored for SealedRow<StoredVisit> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        let rows = sqlx::query_as!(
            VisitRow,
            r#"
            select
              appointment_id, doctor_id, clinic_id, patient_id, starts_at, ends_at,
              status, hold_until, emergency, subject, phi, version
            from day_sheet
            where appointment_id = any ($1)
            "#,
            ids
        );
        fetch(rows.fetch_all(connection)).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query_file!(
            "src/day_sheet/upsert.sql",
            &column(&rows, |row| row.appointment.as_uuid()),
            &column(&rows, |row| row.doctor.as_uuid()),
            &column(&rows, |row| row.clinic.as_uuid()),
            &column(&rows, |row| row.patient.as_uuid()),
            &column(&rows, |row| row.slot.start()),
            &column(&rows, |row| row.slot.end()),
            &column(&rows, |row| row.status.as_str()) as _,
            &column(&rows, |row| row.hold_until),
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| row.version),
            &column(&rows, |row| row.emergency)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Row of `day_sheet`.
struct VisitRow {
    appointment_id: Uuid,
    doctor_id: Uuid,
    clinic_id: Uuid,
    patient_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    status: String,
    hold_until: DateTime<Utc>,
    emergency: bool,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<VisitRow> for SealedRow<StoredVisit> {
    type Error = InvalidRow;

    fn try_from(stored: VisitRow) -> Result<Self, InvalidRow> {
        let row = StoredVisit {
            appointment: AppointmentId::from_uuid(stored.appointment_id),
            doctor: DoctorId::from_uuid(stored.doctor_id),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            patient: PatientId::from_uuid(stored.patient_id),
            slot: slot(stored.starts_at, stored.ends_at)?,
            status: word("status", &stored.status)?,
            hold_until: stored.hold_until,
            emergency: stored.emergency,
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
