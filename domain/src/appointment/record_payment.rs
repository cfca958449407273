//! Events of a payment for the visit: confirmed, reinstated or paid.

use super::command::RecordPayment;
use super::error::AppointmentRefusal;
use super::events::{
    AppointmentConfirmed, AppointmentConfirmedPhi, AppointmentEvent, AppointmentFeePaid,
    AppointmentReinstated, ConfirmationGrounds,
};
use super::state::{Appointment, Visit};
use crate::phi::Phi;
use crate::values::{Actor, PaymentId};

/// True if the payment is not recorded yet. It is checked before the table, since it holds in every
/// status.
///
/// # Errors
/// [`AppointmentRefusal::AlreadyPaid`] if another payment has paid for the visit.
pub(super) fn is_new_payment(
    appointment: &Appointment,
    payment: PaymentId,
) -> Result<bool, AppointmentRefusal> {
    match appointment.visit().and_then(|visit| visit.paid_by) {
        None => Ok(true),
        Some(paid_by) if paid_by == payment => Ok(false),
        Some(_) => Err(AppointmentRefusal::AlreadyPaid),
    }
}

/// Returns the event of a payment that the table allows.
pub(super) fn record_payment(
    appointment: &Appointment,
    visit: &Visit,
    command: RecordPayment,
) -> AppointmentEvent {
    let RecordPayment { payment, at } = command;
    match appointment {
        Appointment::Booked { .. } => AppointmentEvent::Confirmed(AppointmentConfirmed {
            visit: visit.into(),
            grounds: ConfirmationGrounds::Paid { payment },
            by: Actor::System,
            at,
            subject: visit.patient.subject(),
            phi: Phi::Clear(AppointmentConfirmedPhi { reason: None }),
        }),
        Appointment::Expired(_) => AppointmentEvent::Reinstated(AppointmentReinstated {
            visit: visit.into(),
            payment,
            at,
        }),
        Appointment::Unbooked
        | Appointment::Confirmed(_)
        | Appointment::Arrived(_)
        | Appointment::InProgress(_)
        | Appointment::Completed(_)
        | Appointment::NoShow(_)
        | Appointment::Cancelled { .. } => AppointmentEvent::FeePaid(AppointmentFeePaid {
            visit: visit.into(),
            payment,
            at,
        }),
    }
}
