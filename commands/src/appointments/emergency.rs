//! Books the next free slot for an emergency.

use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, BookForEmergency, BookingPolicy,
    EmergencyNumbers, EmergencyPolicy, LimitNumbers,
};
use domain::clinic::Clinic;
use domain::{ClinicId, DoctorId, PatientId, Reason, Slot};
use event_store::ReadSet;
use tracing::instrument;

use super::book::{Booking, check_registered};
use super::{AppointmentReply, reply};
use crate::authorization::{Action, Resource, ResourceClinics, authorize_or_proxy};
use crate::claims::{
    DAILY_EMERGENCY_SPACE, EMERGENCY_NUMBER_TAKEN, EmergencyLimit, EmergencyLimits,
    OPEN_EMERGENCY_SPACE,
};
use crate::proposal::Proposal;
use crate::slot_claims::TimeClaim;
use crate::{Caller, CommandError, Commands, Context, Done, Fault};

/// Times at which the free slots are looked up, as long as others take all that were found.
const ROUNDS: usize = 4;
/// Bookings of the same patient or account that may take the chosen numbers first, for one slot.
const NUMBERS_TRIED: usize = 8;

/// A patient who needs the next free slot.
#[derive(Debug, Clone)]
pub struct Emergency {
    /// The clinic.
    pub clinic: ClinicId,
    /// The patient.
    pub patient: PatientId,
    /// The reason of the visit.
    pub reason: Option<Reason>,
}

/// A slot that is free as far as the read models know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSlot {
    /// The doctor.
    pub doctor: DoctorId,
    /// The time.
    pub slot: Slot,
}

/// The refusal of one attempt to book a slot.
enum Attempt {
    /// The rules or another holder of the time forbid it.
    Refused(AppointmentRefusal),
    /// Another booking of the patient or the account has one of the numbers.
    NumberTaken,
    /// Nothing but the slot is missing.
    NoSlot,
}

type Refused = CommandError<AppointmentRefusal>;

impl Commands {
    /// Books the next free slot for an emergency: confirmed at once, paid afterwards. `free_slots` looks up the free
    /// slots, earliest first. Each is tried in turn, so of two emergencies that want the same one, the second gets the
    /// next one.
    ///
    /// # Errors
    /// [`AppointmentRefusal::NoSlotForEmergency`] if none is free, or others took all that were found.
    #[instrument(name = "command.appointment.book_for_emergency", skip_all)]
    pub async fn book_for_emergency(
        &self,
        caller: &Caller,
        emergency: &Emergency,
        free_slots: impl AsyncFn(BookingPolicy) -> Result<Vec<FreeSlot>, Fault>,
        policy: BookingPolicy,
        context: &Context,
    ) -> Result<Done<AppointmentReply>, Refused> {
        // Without a slot, so that nothing is looked up for a caller who would get none, or for a repeated request.
        match self.attempt(caller, emergency, None, policy, context).await {
            Err(CommandError::Refused(Attempt::NoSlot)) => {}
            outcome => return outcome.map_err(refused),
        }
        let clinic: Clinic = self.store.read_set().require(emergency.clinic).await?;
        let own = clinic.booking_settings().policy(policy);
        for _ in 0..ROUNDS {
            let found = free_slots(own).await?;
            if found.is_empty() {
                break;
            }
            for free in found {
                match self
                    .try_slot(caller, emergency, free, policy, context)
                    .await
                {
                    Err(CommandError::Refused(refusal)) if refusal.is_about_slot() => {}
                    outcome => return outcome,
                }
            }
        }
        Err(CommandError::Refused(
            AppointmentRefusal::NoSlotForEmergency,
        ))
    }

    /// Tries one slot, with other numbers if another booking has the first ones.
    async fn try_slot(
        &self,
        caller: &Caller,
        emergency: &Emergency,
        free: FreeSlot,
        policy: BookingPolicy,
        context: &Context,
    ) -> Result<Done<AppointmentReply>, Refused> {
        for _ in 0..NUMBERS_TRIED {
            let slot = Some(free);
            match self.attempt(caller, emergency, slot, policy, context).await {
                Err(CommandError::Refused(Attempt::NumberTaken)) => {}
                outcome => return outcome.map_err(refused),
            }
        }
        Err(CommandError::Contended)
    }

    /// Books the slot, or checks everything else if there is none.
    async fn attempt(
        &self,
        caller: &Caller,
        emergency: &Emergency,
        free: Option<FreeSlot>,
        policy: BookingPolicy,
        context: &Context,
    ) -> Result<Done<AppointmentReply>, CommandError<Attempt>> {
        self.run(context, async |read: ReadSet| {
            let action = Action::BookForEmergency;
            let (clinic, patient) = (emergency.clinic, emergency.patient);
            let resource = Resource::of_patient(patient);
            let resource = resource.with_clinics(ResourceClinics::One(clinic));
            let by = authorize_or_proxy(&read, caller, action, resource).await?;
            check_registered(&read, caller, patient).await?;
            let state: Clinic = read.require(clinic).await?;
            let facts = state.facts().ok_or(CommandError::NotFound)?;
            let policy_here = state.booking_settings().policy(policy).emergencies;
            if !policy_here.accepted {
                let refusal = AppointmentRefusal::EmergenciesNotAccepted;
                return Err(CommandError::Refused(Attempt::Refused(refusal)));
            }
            let limits = EmergencyLimits::new(patient, by, facts.zone.date_at(context.at));
            let Some(free) = free else {
                return Err(CommandError::Refused(Attempt::NoSlot));
            };
            let booking = emergency.booking(free);
            let booking = self
                .booking_command(&read, &booking, policy, by, context.at)
                .await?;
            let command = BookForEmergency {
                numbers: self.numbers(&limits, policy_here).await?,
                booking,
            };
            let appointment = read.create::<Appointment>(command.booking.appointment);
            let booked = appointment
                .decide(AppointmentCommand::BookForEmergency(command))
                .await
                .map_err(|error| error.map(Attempt::Refused))?;
            let reply = reply(&booked).ok_or(CommandError::NotFound)?;
            let time = booked.aggregate.visit().map(TimeClaim::from);
            Ok(Proposal::new(reply)
                .claiming(time)
                .on_conflict(Attempt::Refused)
                .on_violation(EMERGENCY_NUMBER_TAKEN, Attempt::NumberTaken)
                .with(booked)
                .acting_as(by))
        })
        .await
    }

    /// Chooses the lowest free numbers. Where none is free it is the limit itself, which is refused.
    async fn numbers(
        &self,
        limits: &EmergencyLimits,
        policy: EmergencyPolicy,
    ) -> Result<EmergencyNumbers, Fault> {
        let account = match &limits.account {
            Some(account) => Some(self.free_numbers(account, policy).await?),
            None => None,
        };
        Ok(EmergencyNumbers {
            day: limits.patient.day,
            patient: self.free_numbers(&limits.patient, policy).await?,
            account,
        })
    }

    async fn free_numbers(
        &self,
        limit: &EmergencyLimit,
        policy: EmergencyPolicy,
    ) -> Result<LimitNumbers, Fault> {
        let EmergencyPolicy {
            max_open,
            max_daily,
            ..
        } = policy;
        let open = |number| limit.open_key(number);
        let daily = |number| limit.daily_key(number);
        Ok(LimitNumbers {
            open: self
                .first_free(OPEN_EMERGENCY_SPACE, max_open, open)
                .await?,
            daily: self
                .first_free(DAILY_EMERGENCY_SPACE, max_daily, daily)
                .await?,
        })
    }

    async fn first_free(
        &self,
        space: &'static str,
        max: u16,
        key: impl Fn(u16) -> Vec<u8>,
    ) -> Result<u16, Fault> {
        let keys: Vec<_> = (0..max).map(&key).collect();
        let taken = self.store.taken_names(space, &keys).await;
        let taken = taken.map_err(Fault::doing("looking for emergencies of a patient"))?;
        let free = (0..max).find(|number| !taken.contains(&key(*number)));
        Ok(free.unwrap_or(max))
    }
}

impl Emergency {
    fn booking(&self, free: FreeSlot) -> Booking {
        Booking {
            clinic: self.clinic,
            doctor: free.doctor,
            patient: self.patient,
            start: free.slot.start(),
            reason: self.reason.clone(),
            follows: None,
            override_reason: None,
        }
    }
}

/// The refusal of an attempt, as the caller is told.
fn refused(error: CommandError<Attempt>) -> Refused {
    error.map(|attempt| match attempt {
        Attempt::Refused(refusal) => refusal,
        Attempt::NumberTaken | Attempt::NoSlot => AppointmentRefusal::NoSlotForEmergency,
    })
}
