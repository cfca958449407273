//! How the appointments of patients are asked.

use chrono::{DateTime, Utc};
use domain::appointment::{AppointmentStatus, CancelledBy, ConfirmationGrounds};
use domain::{
    AppointmentId, ClinicId, DoctorId, Money, PatientId, PaymentId, Phi, Reason, Slot, SubjectId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::columns::{fee, json, read, slot, word};
use crate::error::Corrupt;
use crate::sealed::{Closed, Personal};
use crate::{ReadError, hold};

/// An appointment, as its patient sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientAppointment {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// For which patient.
    pub patient: PatientId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// From when to when.
    pub slot: Slot,
    /// What it costs, as agreed when it was booked.
    pub fee: Money,
    /// Where it stands by its history alone; see [`Self::status_at`].
    pub status: AppointmentStatus,
    /// When the hold ends, or ended; it means something only while the status is `BOOKED`.
    pub hold_until: DateTime<Utc>,
    /// When it was booked.
    pub booked_at: DateTime<Utc>,
    /// The visit that it follows up, if it does.
    pub follows: Option<AppointmentId>,
    /// What it was confirmed on, if it was.
    pub grounds: Option<ConfirmationGrounds>,
    /// The payment that paid for it, if one did; also of a visit that was called off since.
    pub paid_by: Option<PaymentId>,
    /// On whose part it was called off, if it was.
    pub cancelled_by: Option<CancelledBy>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What it is about. Once erased, the appointment is shown without a reason.
    pub phi: Phi<AppointmentPhi>,
    /// The version of the appointment that this row shows.
    pub version: i64,
}

/// What an appointment is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentPhi {
    /// In the patient's words, if they said.
    pub reason: Option<Reason>,
}

impl PatientAppointment {
    /// Where it stands at an instant: a hold that has ended reads as expired, noted or not.
    #[must_use]
    pub fn status_at(&self, now: DateTime<Utc>) -> AppointmentStatus {
        hold::status_at(self.status, self.hold_until, now)
    }

    /// What it is about; nothing where nobody said, or once erased.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.phi.clear()?.reason.as_ref()
    }
}

/// Which of a patient's appointments are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppointmentSearch {
    /// Whose.
    pub patient: PatientId,
    /// Only those that begin at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that begin before this instant.
    pub to: Option<DateTime<Utc>>,
    /// Only those that stand like this at `now`.
    pub status: Option<AppointmentStatus>,
    /// When it is asked.
    pub now: DateTime<Utc>,
    /// Only those behind this one: the start of its slot, and itself.
    pub after: Option<(DateTime<Utc>, AppointmentId)>,
    /// At most so many.
    pub limit: i64,
}

/// A patient's appointments, the latest slot first.
pub async fn list(
    pool: &PgPool,
    search: &AppointmentSearch,
) -> Result<Vec<Closed<PatientAppointment>>, ReadError> {
    let (starts_at, appointment) = search.after.unzip();
    let rows = sqlx::query_file_as!(
        Columns,
        "src/patient_appointments/list.sql",
        search.patient.as_uuid(),
        search.from,
        search.to,
        search.status.map(AppointmentStatus::as_str),
        search.now,
        starts_at,
        appointment.map(|appointment| appointment.as_uuid()),
        search.limit
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing a patient's appointments"))
}

/// One appointment, whoever it is for, if it is known.
pub async fn get(
    pool: &PgPool,
    appointment: AppointmentId,
) -> Result<Option<Closed<PatientAppointment>>, ReadError> {
    let rows = of(pool, &[appointment.as_uuid()]).await;
    rows.map(|mut rows| rows.pop())
        .map_err(ReadError::doing("reading an appointment"))
}

/// The rows of some appointments.
pub(super) async fn of(
    executor: impl PgExecutor<'_>,
    appointments: &[Uuid],
) -> Result<Vec<Closed<PatientAppointment>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select
          appointment_id, patient_id, doctor_id, clinic_id, starts_at, ends_at,
          fee_amount, fee_currency, status, hold_until, booked_at,
          follows_id, grounds, paid_by, cancelled_by, subject, phi, version
        from patient_appointments
        where appointment_id = any ($1)
        "#,
        appointments
    )
    .fetch_all(executor)
    .await?;
    read(rows)
}

impl Personal for PatientAppointment {
    type Content = AppointmentPhi;

    const TABLE: &'static str = "patient_appointments";

    fn key(&self) -> Uuid {
        self.appointment.as_uuid()
    }

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&self) -> &Phi<AppointmentPhi> {
        &self.phi
    }

    fn with_phi(self, phi: Phi<AppointmentPhi>) -> Self {
        Self { phi, ..self }
    }
}

struct Columns {
    appointment_id: Uuid,
    patient_id: Uuid,
    doctor_id: Uuid,
    clinic_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    fee_amount: i64,
    fee_currency: String,
    status: String,
    hold_until: DateTime<Utc>,
    booked_at: DateTime<Utc>,
    follows_id: Option<Uuid>,
    grounds: Option<Value>,
    paid_by: Option<Uuid>,
    cancelled_by: Option<String>,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<Columns> for Closed<PatientAppointment> {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        let cancelled_by = columns.cancelled_by.as_deref();
        let row = PatientAppointment {
            appointment: AppointmentId::from_uuid(columns.appointment_id),
            patient: PatientId::from_uuid(columns.patient_id),
            doctor: DoctorId::from_uuid(columns.doctor_id),
            clinic: ClinicId::from_uuid(columns.clinic_id),
            slot: slot(columns.starts_at, columns.ends_at)?,
            fee: fee(columns.fee_amount, &columns.fee_currency)?,
            status: word("status", &columns.status)?,
            hold_until: columns.hold_until,
            booked_at: columns.booked_at,
            follows: columns.follows_id.map(AppointmentId::from_uuid),
            grounds: columns
                .grounds
                .map(|grounds| json("grounds", grounds))
                .transpose()?,
            paid_by: columns.paid_by.map(PaymentId::from_uuid),
            cancelled_by: cancelled_by
                .map(|part| word("cancelled_by", part))
                .transpose()?,
            subject: SubjectId::from_uuid(columns.subject),
            phi: Phi::Erased,
            version: columns.version,
        };
        Ok(Self::new(row, columns.phi))
    }
}
