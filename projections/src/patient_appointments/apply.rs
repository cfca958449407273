//! How events change the appointments of patients.

use domain::PaymentId;
use domain::appointment::{
    AppointmentBooked, AppointmentEvent, AppointmentRescheduled, AppointmentStatus, CancelledBy,
    ConfirmationGrounds,
};
use event_store::{RecordedEvent, Sealing, SubscriberError};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, AppointmentPhi, PatientAppointment};
use crate::columns::column;
use crate::fold::{Changes, Fold};
use crate::sealed::{Closed, sealed};

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
    sealing: &Sealing,
) -> Result<(), SubscriberError> {
    let changes = Changes::decode(events)?;
    let stored = query::of(&mut *connection, &changes.aggregates()).await?;
    write(connection, sealing, &changes.fold(stored)).await?;
    Ok(())
}

impl Fold for PatientAppointment {
    type Event = AppointmentEvent;

    fn aggregate(&self) -> Uuid {
        self.appointment.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: AppointmentEvent, version: i64) -> Option<Self> {
        let appointment = match event {
            AppointmentEvent::Booked(booked) => Self::booked(booked),
            AppointmentEvent::Confirmed(confirmed) => known?.confirmed(confirmed.grounds),
            AppointmentEvent::Reinstated(back) => {
                let payment = back.payment;
                known?.confirmed(ConfirmationGrounds::Paid { payment })
            }
            AppointmentEvent::FeePaid(paid) => known?.paid_by(paid.payment),
            AppointmentEvent::Rescheduled(moved) => known?.moved(&moved),
            AppointmentEvent::Cancelled(cancelled) => Self {
                status: AppointmentStatus::Cancelled,
                cancelled_by: Some(cancelled.cancelled_by),
                ..known?
            },
            AppointmentEvent::HoldExpired(_) => known?.now(AppointmentStatus::Expired),
            AppointmentEvent::Arrived(_) => known?.now(AppointmentStatus::Arrived),
            AppointmentEvent::Started(_) => known?.now(AppointmentStatus::InProgress),
            AppointmentEvent::Completed(_) => known?.now(AppointmentStatus::Completed),
            AppointmentEvent::NoShow(_) => known?.now(AppointmentStatus::NoShow),
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
            ConfirmationGrounds::NoFee | ConfirmationGrounds::StaffOverride => confirmed,
            ConfirmationGrounds::Paid { payment } => confirmed.paid_by(payment),
        }
    }

    fn paid_by(self, payment: PaymentId) -> Self {
        Self {
            paid_by: Some(payment),
            ..self
        }
    }

    fn now(self, status: AppointmentStatus) -> Self {
        Self { status, ..self }
    }
}

/// The word under which events store it, too.
const fn part(cancelled_by: CancelledBy) -> &'static str {
    match cancelled_by {
        CancelledBy::Patient => "PATIENT",
        CancelledBy::Doctor => "DOCTOR",
        CancelledBy::Clinic => "CLINIC",
    }
}

async fn write(
    connection: &mut PgConnection,
    sealing: &Sealing,
    rows: &[Closed<PatientAppointment>],
) -> Result<(), sqlx::Error> {
    let phi = sealed(sealing, rows).await?;
    sqlx::query_file!(
        "src/patient_appointments/upsert.sql",
        &column(rows, |row| row.row().appointment.as_uuid()),
        &column(rows, |row| row.row().patient.as_uuid()),
        &column(rows, |row| row.row().doctor.as_uuid()),
        &column(rows, |row| row.row().clinic.as_uuid()),
        &column(rows, |row| row.row().slot.start()),
        &column(rows, |row| row.row().slot.end()),
        &column(rows, |row| row.row().fee.amount()),
        &column(rows, |row| row.row().fee.currency().code()) as _,
        &column(rows, |row| row.row().status.as_str()) as _,
        &column(rows, |row| row.row().hold_until),
        &column(rows, |row| row.row().booked_at),
        &column(rows, |row| row.row().follows.map(|visit| visit.as_uuid())) as _,
        &column(rows, |row| row.row().grounds.map(Json)) as _,
        &column(rows, |row| row
            .row()
            .paid_by
            .map(|payment| payment.as_uuid())) as _,
        &column(rows, |row| row.row().cancelled_by.map(part)) as _,
        &column(rows, |row| row.row().subject.as_uuid()),
        &phi as _,
        &column(rows, |row| row.row().version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_whose_part_it_was_is_stored_as_events_store_it() {
        let parts = [
            CancelledBy::Patient,
            CancelledBy::Doctor,
            CancelledBy::Clinic,
        ];
        for by in parts {
            assert_eq!(serde_json::to_value(by).unwrap(), part(by));
        }
    }
}
