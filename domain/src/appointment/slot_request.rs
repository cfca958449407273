//! A request for a time, and the slot that it gets.

use chrono::{DateTime, Timelike, Utc};

use super::command::{BookAppointment, RescheduleAppointment};
use super::error::AppointmentRefusal;
use super::overridden_rule::OverriddenRule;
use super::policy::BookingPolicy;
use crate::availability::NotOffered;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::values::{Actor, Holidays, Money, Role, Slot};

/// A time that is asked for, as the command has it.
pub(super) struct SlotRequest<'a> {
    pub(super) doctor: &'a DoctorFacts,
    pub(super) holidays: &'a Holidays,
    pub(super) start: DateTime<Utc>,
    pub(super) policy: BookingPolicy,
    /// True if the command carries a reason to set rules aside.
    pub(super) may_override: bool,
    pub(super) by: Actor,
    pub(super) at: DateTime<Utc>,
}

/// The slot that a request gets.
pub(super) struct GrantedSlot {
    pub(super) slot: Slot,
    /// The fee of today.
    pub(super) fee: Money,
    /// The rules that were set aside for it.
    pub(super) overridden: Vec<OverriddenRule>,
}

impl<'a> From<&'a BookAppointment> for SlotRequest<'a> {
    fn from(command: &'a BookAppointment) -> Self {
        Self {
            doctor: &command.doctor,
            holidays: &command.holidays,
            start: command.start,
            policy: command.policy,
            may_override: command.override_reason.is_some(),
            by: command.by,
            at: command.at,
        }
    }
}

impl<'a> From<&'a RescheduleAppointment> for SlotRequest<'a> {
    fn from(command: &'a RescheduleAppointment) -> Self {
        Self {
            doctor: &command.doctor,
            holidays: &command.holidays,
            start: command.start,
            policy: command.policy,
            may_override: command.override_reason.is_some(),
            by: command.by,
            at: command.at,
        }
    }
}

impl SlotRequest<'_> {
    /// Returns the slot that begins then, at the doctor's terms of today.
    ///
    /// # Errors
    /// The first rule about the doctor or the time that forbids it.
    pub(super) fn grant(&self) -> Result<GrantedSlot, AppointmentRefusal> {
        if self.may_override && !is_staff(self.by) {
            return Err(AppointmentRefusal::OverrideNotForThisRole);
        }
        let terms = terms_of(self.doctor)?;
        let slot = self.slot(terms)?;
        let broken = self.broken(terms, slot);
        match broken.first() {
            Some((_, refusal)) if !self.may_override => Err(*refusal),
            _ => Ok(GrantedSlot {
                slot,
                fee: terms.fee,
                overridden: broken.into_iter().map(|(rule, _)| rule).collect(),
            }),
        }
    }

    /// Returns a visit of the usual length. Not even the staff books a time that is over, or one with seconds.
    fn slot(&self, terms: &Affiliation) -> Result<Slot, AppointmentRefusal> {
        let slot = Slot::starting(self.start, terms.slot_length)
            .ok_or(AppointmentRefusal::SlotOutsideHours)?;
        if slot.end() <= self.at {
            return Err(AppointmentRefusal::SlotInPast);
        }
        let whole_minute = self.start.second() == 0 && self.start.nanosecond() == 0;
        if self.may_override && !whole_minute {
            return Err(AppointmentRefusal::SlotOffGrid);
        }
        Ok(slot)
    }

    /// The rules that a slot breaks, in the order in which they are told.
    fn broken(&self, terms: &Affiliation, slot: Slot) -> Vec<(OverriddenRule, AppointmentRefusal)> {
        use AppointmentRefusal as Refusal;
        use OverriddenRule as Rule;
        let mut broken = Vec::new();
        if slot.start() <= self.at {
            broken.push((Rule::Begun, Refusal::SlotInPast));
        }
        if slot.start() > self.policy.horizon(self.at) {
            let horizon_days = self.policy.horizon_days;
            broken.push((
                Rule::BeyondHorizon,
                Refusal::SlotBeyondHorizon { horizon_days },
            ));
        }
        match terms.timetable(self.holidays).check_slot(slot.start()) {
            Ok(_) => {}
            Err(NotOffered::Holiday) => {
                broken.push((Rule::ClinicClosed, Refusal::ClinicClosed));
            }
            Err(NotOffered::OutsideHours) => {
                broken.push((Rule::OutsideHours, Refusal::SlotOutsideHours));
            }
            Err(NotOffered::OffGrid) => broken.push((Rule::OffGrid, Refusal::SlotOffGrid)),
        }
        broken
    }
}

/// Returns the terms on which the doctor sees patients at the clinic.
fn terms_of(doctor: &DoctorFacts) -> Result<&Affiliation, AppointmentRefusal> {
    if !doctor.verified {
        return Err(AppointmentRefusal::DoctorNotVerified);
    }
    if doctor.suspended {
        return Err(AppointmentRefusal::DoctorSuspended);
    }
    doctor
        .affiliation
        .as_ref()
        .ok_or(AppointmentRefusal::DoctorNotAtClinic)
}

/// Returns whether the actor may set rules aside.
fn is_staff(by: Actor) -> bool {
    match by.role() {
        None | Some(Role::Receptionist | Role::Admin) => true,
        Some(Role::Patient | Role::Doctor | Role::Auditor) => false,
    }
}
