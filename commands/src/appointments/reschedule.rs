//! Moves an appointment to another slot.

use chrono::{DateTime, Utc};
use domain::appointment::{AppointmentCommand, BookingPolicy, CancelledBy, RescheduleAppointment};
use domain::{AppointmentId, ClinicId, DoctorId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::book::overriding;
use super::{Answer, capacity, facts, load_authorized, propose};
use crate::authorization::{Action, Resource};
use crate::{Caller, CommandError, Commands, Context, Target};

/// A time to move an appointment to.
#[derive(Debug, Clone)]
pub struct Rescheduling {
    /// The appointment.
    pub appointment: Target<AppointmentId>,
    /// The new start; the doctor's terms say how long a visit takes.
    pub start: DateTime<Utc>,
    /// The doctor whose visit the caller takes it for, if the caller says so.
    pub doctor: Option<DoctorId>,
    /// The clinic at which the caller takes it to be, if the caller says so.
    pub clinic: Option<ClinicId>,
    /// The reason of the move.
    pub reason: Option<Reason>,
    /// The reason of the staff for a time that is not offered.
    pub override_reason: Option<Reason>,
    /// The party on whose behalf it is moved, if the staff names it.
    pub on_behalf_of: Option<CancelledBy>,
}

impl Commands {
    /// Moves an appointment for its patient, its doctor or its clinic. For any other caller it does not
    /// exist. It has one of the two slots at any time: never both, never neither.
    #[instrument(name = "command.appointment.reschedule", skip_all)]
    pub async fn reschedule_appointment(
        &self,
        caller: &Caller,
        moving: Rescheduling,
        policy: BookingPolicy,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let action = Action::RescheduleAppointment;
            let target = moving.appointment;
            let (appointment, visit, by) = load_authorized(&read, caller, action, target).await?;
            // Staff who are the patient, too, don't move their own visit for the clinic.
            let on_behalf_of = capacity(by).moves_for(moving.on_behalf_of);
            let on_behalf_of = on_behalf_of.map_err(CommandError::Refused)?;
            let by = match &moving.override_reason {
                Some(_) => overriding(caller, &Resource::from(&visit)).unwrap_or(by),
                None => by,
            };
            let clinic = moving.clinic.unwrap_or(visit.clinic);
            let doctor = moving.doctor.unwrap_or(visit.doctor);
            let facts = facts(&read, clinic, doctor, policy).await?;
            let command = AppointmentCommand::Reschedule(RescheduleAppointment {
                clinic,
                holidays: facts.holidays,
                doctor: facts.doctor,
                start: moving.start,
                reason: moving.reason.clone(),
                override_reason: moving.override_reason.clone(),
                on_behalf_of,
                policy: facts.policy,
                by,
                at: context.at,
            });
            let moved = appointment.decide(command).await?;
            Ok(propose(moved)?.acting_as(by).at_clinic(visit.clinic))
        })
        .await
    }
}
