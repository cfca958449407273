//! The part of a command that the transition table needs.

use chrono::{DateTime, Utc};

use super::command::{
    AppointmentCommand, BookAppointment, BookForEmergency, CancelAppointment, CompleteVisit,
    ConfirmByOverride, ExpireHold, MarkArrived, MarkNoShow, RecordPayment, RescheduleAppointment,
    StartVisit,
};
use super::error::AppointmentRefusal;
use super::state::Appointment;
use super::transitions::{ActorKind, Permission, Step, Times, TransitionRule, transition};
use crate::values::{Actor, ClinicZone};

/// A command reduced to step, actor and time.
#[derive(Debug, Clone, Copy)]
pub(super) struct TransitionRequest {
    step: Step,
    actor: ActorKind,
    at: DateTime<Utc>,
    gives_reason: bool,
    zone: Option<ClinicZone>,
}

impl TransitionRequest {
    pub(super) fn from_command(command: &AppointmentCommand) -> Self {
        match command {
            AppointmentCommand::Book(BookAppointment { by, at, .. }) => {
                Self::new(Step::Book, by, *at)
            }
            AppointmentCommand::BookForEmergency(BookForEmergency { booking, .. }) => {
                Self::new(Step::BookForEmergency, &booking.by, booking.at)
            }
            AppointmentCommand::ConfirmByOverride(ConfirmByOverride { by, at, .. }) => {
                Self::new(Step::Confirm, by, *at).giving_reason(true)
            }
            AppointmentCommand::RecordPayment(RecordPayment { at, .. }) => {
                Self::new(Step::Pay, &Actor::System, *at)
            }
            AppointmentCommand::Reschedule(RescheduleAppointment { by, at, .. }) => {
                Self::new(Step::Reschedule, by, *at)
            }
            AppointmentCommand::Cancel(CancelAppointment { by, at, reason, .. }) => {
                Self::new(Step::Cancel, by, *at).giving_reason(reason.is_some())
            }
            AppointmentCommand::ExpireHold(ExpireHold { at }) => {
                Self::new(Step::ExpireHold, &Actor::System, *at)
            }
            AppointmentCommand::Arrive(MarkArrived { by, at, zone }) => Self {
                zone: Some(*zone),
                ..Self::new(Step::Arrive, by, *at)
            },
            AppointmentCommand::Start(StartVisit { by, at, reason }) => {
                Self::new(Step::Start, by, *at).giving_reason(reason.is_some())
            }
            AppointmentCommand::Complete(CompleteVisit { by, at, reason }) => {
                Self::new(Step::Complete, by, *at).giving_reason(reason.is_some())
            }
            AppointmentCommand::MarkNoShow(MarkNoShow { by, at, reason }) => {
                Self::new(Step::MarkNoShow, by, *at).giving_reason(reason.is_some())
            }
        }
    }

    fn new(step: Step, by: &Actor, at: DateTime<Utc>) -> Self {
        Self {
            step,
            actor: by.into(),
            at,
            gives_reason: false,
            zone: None,
        }
    }

    fn giving_reason(self, gives_reason: bool) -> Self {
        Self {
            gives_reason,
            ..self
        }
    }

    /// True if the step is allowed and not done yet.
    ///
    /// # Errors
    /// The refusal of the table: the role is checked first, then the status, then the time.
    pub(super) fn is_new_for(&self, appointment: &Appointment) -> Result<bool, AppointmentRefusal> {
        let transition = transition(self.step);
        match transition.permission(self.actor) {
            Permission::No => return Err(AppointmentRefusal::NotForThisRole),
            Permission::WithReason if !self.gives_reason => {
                return Err(AppointmentRefusal::OverrideNeedsReason);
            }
            Permission::Yes | Permission::WithReason => {}
        }
        match transition.rule(appointment.status()) {
            TransitionRule::No(refusal) => Err(refusal),
            TransitionRule::Already => Ok(false),
            TransitionRule::To(_) => Ok(true),
            TransitionRule::ToIf(_, condition, refusal) => {
                let right = condition.holds(&self.times(appointment));
                right.then_some(true).ok_or(refusal)
            }
        }
    }

    fn times(&self, appointment: &Appointment) -> Times {
        Times {
            at: self.at,
            hold_until: appointment.hold_until(),
            start: appointment.slot().map_or(self.at, |slot| slot.start()),
            zone: self.zone,
        }
    }
}
