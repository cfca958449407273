//! Events applied to the appointments of patients.

use domain::PaymentId;
use domain::appointment::{
    Appointment, AppointmentBooked, AppointmentEvent, AppointmentRescheduled, AppointmentStatus,
    CancelledBy, ConfirmationGrounds,
};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, AppointmentPhi, PatientAppointment};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for PatientAppointment {
    type Aggregate = Appointment;

    fn id(&self) -> Uuid {
        self.appointment.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: AppointmentEvent, version: i64) -> Option<Self> {
        let appointment = match event {
            AppointmentEvent::Booked(booked) => Self::booked(booked),
            AppointmentEvent::Confirmed(confirmed) => row?.confirmed(confirmed.grounds),
            AppointmentEvent::Reinstated(reinstated) => {
                let payment = reinstated.payment;
                row?.confirmed(ConfirmationGrounds::Paid { payment })
            }
            AppointmentEvent::FeePaid(paid) => row?.paid_by(paid.payment),
            AppointmentEvent::Rescheduled(moved) => row?.moved(&moved),
            AppointmentEvent::Cancelled(cancelled) => Self {
                status: AppointmentStatus::Cancelled,
                cancelled_by: Some(cancelled.cancelled_by),
                ..row?
            },
            AppointmentEvent::HoldExpired(_) => row?.with_status(AppointmentStatus::Expired),
            AppointmentEvent::Arrived(_) => row?.with_status(AppointmentStatus::Arrived),
            AppointmentEvent::Started(_) => row?.with_status(AppointmentStatus::InProgress),
            AppointmentEvent::Completed(_) => row?.with_status(AppointmentStatus::Completed),
            AppointmentEvent::NoShow(_) => row?.with_status(AppointmentStatus::NoShow),
        };
        Some(Self {
            version,
            ..appointment
        })
    }
}

impl PatientAppointment {
    fn booked(booked: AppointmentBooked) -> Self {
        Self {
            appointment: booked.visit.appointment,
            patient: booked.visit.patient,
            doctor: booked.visit.doctor,
            clinic: booked.visit.clinic,
            slot: booked.visit.slot,
            fee: booked.fee,
            status: AppointmentStatus::Booked,
            hold_until: booked.hold_until,
            booked_at: booked.at,
            follows: booked.follows,
            grounds: None,
            paid_by: None,
            cancelled_by: None,
            subject: booked.subject,
            phi: booked.phi.map(|phi| AppointmentPhi { reason: phi.reason }),
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

    fn confirmed(self, grounds: ConfirmationGrounds) -> Self {
        let confirmed = Self {
            status: AppointmentStatus::Confirmed,
            grounds: Some(grounds),
            ..self
        };
        match grounds {
            ConfirmationGrounds::NoFee
            | ConfirmationGrounds::StaffOverride
            | ConfirmationGrounds::Emergency => confirmed,
            ConfirmationGrounds::Paid { payment } => confirmed.paid_by(payment),
        }
    }

    fn paid_by(self, payment: PaymentId) -> Self {
        Self {
            paid_by: Some(payment),
            ..self
        }
    }

    fn with_status(self, status: AppointmentStatus) -> Self {
        Self { status, ..self }
    }
}

/// Word for the party that cancelled; events store the same.
const fn party(cancelled_by: CancelledBy) -> &'static str {
    match cancelled_by {
        CancelledBy::Patient => "PATIENT",
        CancelledBy::Doctor => "DOCTOR",
        CancelledBy::Clinic => "CLINIC",
    }
}

impl Stored for SealedRow<PatientAppointment> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query_file!(
            "src/patient_appointments/upsert.sql",
            &column(&rows, |row| row.appointment.as_uuid()),
            &column(&rows, |row| row.patient.as_uuid()),
            &column(&rows, |row| row.doctor.as_uuid()),
            &column(&rows, |row| row.clinic.as_uuid()),
            &column(&rows, |row| row.slot.start()),
            &column(&rows, |row| row.slot.end()),
            &column(&rows, |row| row.fee.amount()),
            &column(&rows, |row| row.fee.currency().code()) as _,
            &column(&rows, |row| row.status.as_str()) as _,
            &column(&rows, |row| row.hold_until),
            &column(&rows, |row| row.booked_at),
            &column(&rows, |row| row.follows.map(|visit| visit.as_uuid())) as _,
            &column(&rows, |row| row.grounds.map(Json)) as _,
            &column(&rows, |row| row.paid_by.map(|payment| payment.as_uuid())) as _,
            &column(&rows, |row| row.cancelled_by.map(party)) as _,
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_party_that_cancelled_is_stored_as_events_store_it() {
        let parties = [
            CancelledBy::Patient,
            CancelledBy::Doctor,
            CancelledBy::Clinic,
        ];
        for by in parties {
            assert_eq!(serde_json::to_value(by).unwrap(), party(by));
        }
    }
}
