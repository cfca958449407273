//! Queries on the appointments of patients.

use chrono::{DateTime, Utc};
use domain::appointment::{AppointmentStatus, CancelledBy, ConfirmationGrounds, bill_until};
use domain::{
    AppointmentId, ClinicId, DoctorId, Money, PatientId, PaymentId, Phi, Reason, Slot, SubjectId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::cursor::TimeCursor;
use crate::error::{InvalidRow, ReadError};
use crate::hold;
use crate::sealed::{Personal, SealedRow};
use crate::stored::{fetch, fetch_by_id, json, money, optional_word, slot, uuids, word};

/// An appointment, as its patient sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientAppointment {
    /// Id of the appointment.
    pub appointment: AppointmentId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// Time of the visit.
    pub slot: Slot,
    /// Fee as agreed when it was booked.
    pub fee: Money,
    /// Status by its events alone; see [`Self::status_at`].
    pub status: AppointmentStatus,
    /// End of the hold; has a meaning only while the status is `BOOKED`.
    pub hold_until: DateTime<Utc>,
    /// Instant of the booking.
    pub booked_at: DateTime<Utc>,
    /// The visit that it follows up, if any.
    pub follows: Option<AppointmentId>,
    /// Grounds on which it was confirmed, if it was.
    pub grounds: Option<ConfirmationGrounds>,
    /// The payment that paid for it, if one did; also of a visit that was cancelled since.
    pub paid_by: Option<PaymentId>,
    /// Party that cancelled it, if it was cancelled.
    pub cancelled_by: Option<CancelledBy>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// Reason of the visit. Once erased, the appointment is shown without one.
    pub phi: Phi<AppointmentPhi>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Personal data of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentPhi {
    /// Reason in the patient's words, if one was given.
    pub reason: Option<Reason>,
}

impl PatientAppointment {
    /// Returns the status at an instant: a hold that has ended reads as expired, even before that is
    /// recorded.
    #[must_use]
    pub fn status_at(&self, now: DateTime<Utc>) -> AppointmentStatus {
        hold::status_at(self.status, self.hold_until, now)
    }

    /// Returns whether it was booked for an emergency.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        self.grounds == Some(ConfirmationGrounds::Emergency)
    }

    /// Returns the time until which the bill of an emergency can be paid; nothing if there is none, or none any more.
    #[must_use]
    pub fn bill_until(&self) -> Option<DateTime<Utc>> {
        let unpaid = self.is_emergency() && self.paid_by.is_none() && !self.fee.is_zero();
        let open = unpaid && self.status != AppointmentStatus::Cancelled;
        open.then(|| bill_until(self.slot))
    }

    /// Returns the reason; nothing if none was given, or once erased.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.phi.clear()?.reason.as_ref()
    }
}

/// Search for appointments of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentSearch {
    /// The patient.
    pub patient: PatientId,
    /// Only those at one of these clinics, or with `doctor`; `None` for all.
    pub clinics: Option<Vec<ClinicId>>,
    /// The doctor whose appointments are found at other clinics, too.
    pub doctor: Option<DoctorId>,
    /// Only those that begin at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that begin before this instant.
    pub to: Option<DateTime<Utc>>,
    /// Only those with this status at `now`.
    pub status: Option<AppointmentStatus>,
    /// Instant of the search.
    pub now: DateTime<Utc>,
    /// Only those behind this one.
    pub after: Option<TimeCursor>,
    /// Limit of the answer.
    pub limit: i64,
}

impl AppointmentSearch {
    /// Returns the place before which the wanted appointments are: of `to` and `after` the earlier one.
    fn before(&self) -> Option<TimeCursor> {
        let id = Uuid::nil();
        let end = self.to.map(|at| TimeCursor { at, id });
        [self.after, end].into_iter().flatten().min()
    }
}

/// Lists a patient's appointments, the latest first.
pub async fn list(
    pool: &PgPool,
    search: &AppointmentSearch,
) -> Result<Vec<SealedRow<PatientAppointment>>, ReadError> {
    let (starts_at, appointment) = TimeCursor::columns(search.before());
    let patient = search.patient.as_uuid();
    let clinics = uuids(search.clinics.as_deref());
    let doctor = search.doctor.map(|doctor| doctor.as_uuid());
    let rows = match search.status {
        None => {
            let rows = sqlx::query_file_as!(
                AppointmentRow,
                "src/patient_appointments/list.sql",
                patient,
                search.from,
                starts_at,
                appointment,
                search.limit,
                clinics as _,
                doctor
            );
            fetch(rows.fetch_all(pool)).await
        }
        Some(status) => {
            let rows = sqlx::query_file_as!(
                AppointmentRow,
                "src/patient_appointments/list_by_status.sql",
                patient,
                search.from,
                starts_at,
                appointment,
                status.as_str(),
                search.now,
                search.limit,
                clinics as _,
                doctor
            );
            fetch(rows.fetch_all(pool)).await
        }
    };
    rows.map_err(ReadError::doing("listing a patient's appointments"))
}

/// Returns an appointment, if it is known.
pub async fn get(
    pool: &PgPool,
    appointment: AppointmentId,
) -> Result<Option<SealedRow<PatientAppointment>>, ReadError> {
    fetch_by_id("reading an appointment", pool, appointment.as_uuid()).await
}

/// The clinics and the doctor whose patient a patient may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CareQuery {
    /// Visits at any clinic count.
    pub anywhere: bool,
    /// Visits at these clinics count.
    pub clinics: Vec<ClinicId>,
    /// Visits with this doctor count.
    pub doctor: Option<DoctorId>,
}

/// Returns whether the patient has or had such a visit.
pub async fn is_in_care(
    pool: &PgPool,
    patient: PatientId,
    care: &CareQuery,
) -> Result<bool, ReadError> {
    let clinics: Vec<Uuid> = care.clinics.iter().map(ClinicId::as_uuid).collect();
    sqlx::query_scalar!(
        r#"
        select exists (
          select
          from patient_appointments
          where patient_id = $1
            and ($2::boolean or clinic_id = any ($3) or doctor_id = $4)
        ) as "exists!"
        "#,
        patient.as_uuid(),
        care.anywhere,
        &clinics,
        care.doctor.map(|doctor| doctor.as_uuid())
    )
    .fetch_one(pool)
    .await
    .map_err(ReadError::doing("reading in whose care a patient is"))
}

/// A patient of a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoctorsPatient {
    /// The patient.
    pub patient: PatientId,
    /// Start of the latest visit with the doctor; it may be still to come.
    pub latest_visit: DateTime<Utc>,
}

/// Lists the patients of a doctor, by id: those with a visit that is confirmed, under way or completed.
pub async fn patients_of_doctor(
    pool: &PgPool,
    doctor: DoctorId,
    after: Option<PatientId>,
    limit: i64,
) -> Result<Vec<DoctorsPatient>, ReadError> {
    let after = after.map_or(Uuid::nil(), |patient| patient.as_uuid());
    let rows = sqlx::query_file!(
        "src/patient_appointments/patients_of_doctor.sql",
        doctor.as_uuid(),
        after,
        limit
    );
    let rows = rows.fetch_all(pool).await;
    let rows = rows.map_err(ReadError::doing("listing a doctor's patients"))?;
    let patients = rows.into_iter().map(|row| DoctorsPatient {
        patient: PatientId::from_uuid(row.patient_id),
        latest_visit: row.latest_visit,
    });
    Ok(patients.collect())
}

/// A visit of a patient with a doctor, with nothing personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitWithDoctor {
    /// The clinic.
    pub clinic: ClinicId,
    /// Time of the visit.
    pub slot: Slot,
    /// Status by its events alone.
    pub status: AppointmentStatus,
}

/// Lists the visits of a patient with a doctor that start at an instant at the latest, and end after another.
pub async fn with_doctor(
    pool: &PgPool,
    patient: PatientId,
    doctor: DoctorId,
    latest_start: DateTime<Utc>,
    earliest_end: DateTime<Utc>,
) -> Result<Vec<VisitWithDoctor>, ReadError> {
    let rows = sqlx::query_as!(
        VisitRow,
        r#"
        select clinic_id, starts_at, ends_at, status
        from patient_appointments
        where patient_id = $1
          and doctor_id = $2
          and starts_at <= $3
          and ends_at > $4
        "#,
        patient.as_uuid(),
        doctor.as_uuid(),
        latest_start,
        earliest_end
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("reading visits with a doctor"))
}

/// Row of [`with_doctor`].
struct VisitRow {
    clinic_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    status: String,
}

impl TryFrom<VisitRow> for VisitWithDoctor {
    type Error = InvalidRow;

    fn try_from(stored: VisitRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            clinic: ClinicId::from_uuid(stored.clinic_id),
            slot: slot(stored.starts_at, stored.ends_at)?,
            status: word("status", &stored.status)?,
        })
    }
}

/// Returns the rows of some appointments.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    appointments: &[Uuid],
) -> Result<Vec<SealedRow<PatientAppointment>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        AppointmentRow,
        r#"
        select
          appointment_id, patient_id, doctor_id, clinic_id, starts_at, ends_at,
          fee_amount, fee_currency, status, hold_until, booked_at,
          follows_id, grounds, paid_by, cancelled_by, subject, phi, version
        from patient_appointments
        where appointment_id = any ($1)
        "#,
        appointments
    );
    fetch(rows.fetch_all(connection)).await
}

impl Personal for PatientAppointment {
    type Content = AppointmentPhi;

    const TABLE: &'static str = "patient_appointments";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<AppointmentPhi> {
        &mut self.phi
    }
}

/// Row of `patient_appointments`.
struct AppointmentRow {
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

impl TryFrom<AppointmentRow> for SealedRow<PatientAppointment> {
    type Error = InvalidRow;

    fn try_from(stored: AppointmentRow) -> Result<Self, InvalidRow> {
        let row = PatientAppointment {
            appointment: AppointmentId::from_uuid(stored.appointment_id),
            patient: PatientId::from_uuid(stored.patient_id),
            doctor: DoctorId::from_uuid(stored.doctor_id),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            slot: slot(stored.starts_at, stored.ends_at)?,
            fee: money("fee_amount", stored.fee_amount, &stored.fee_currency)?,
            status: word("status", &stored.status)?,
            hold_until: stored.hold_until,
            booked_at: stored.booked_at,
            follows: stored.follows_id.map(AppointmentId::from_uuid),
            grounds: stored
                .grounds
                .map(|grounds| json("grounds", grounds))
                .transpose()?,
            paid_by: stored.paid_by.map(PaymentId::from_uuid),
            cancelled_by: optional_word("cancelled_by", stored.cancelled_by.as_deref())?,
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
