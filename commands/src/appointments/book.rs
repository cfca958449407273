//! Books a slot.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, BookAppointment, BookingPolicy, FollowedVisit,
};
use domain::patient::Patient;
use domain::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::booking_numbers::{Attempts, refusing};
use super::{Answer, facts, propose};
use crate::authorization::{Action, Resource, ResourceClinics, authorize, authorize_or_proxy};
use crate::{Caller, CommandError, Commands, Context};

/// A slot to book.
#[derive(Debug, Clone)]
pub struct Booking {
    /// The clinic.
    pub clinic: ClinicId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The patient.
    pub patient: PatientId,
    /// The start; the doctor's terms say how long a visit takes.
    pub start: DateTime<Utc>,
    /// The reason of the visit.
    pub reason: Option<Reason>,
    /// The visit that it follows up, if it does.
    pub follows: Option<AppointmentId>,
    /// The reason of the staff for a time that is not offered.
    pub override_reason: Option<Reason>,
}

impl Commands {
    /// Books a slot for a patient. Of all callers that try for one slot, one gets it.
    #[instrument(name = "command.appointment.book", skip_all)]
    pub async fn book_appointment(
        &self,
        caller: &Caller,
        booking: Booking,
        policy: BookingPolicy,
        context: &Context,
    ) -> Answer {
        let mut attempts = Attempts::default();
        loop {
            let book = async |read: ReadSet| {
                let by = authorize_booking(&read, caller, &booking).await?;
                let mut command = self
                    .booking_command(&read, &booking, policy, by, context.at)
                    .await?;
                self.number(&mut command, &attempts).await?;
                let policy = command.policy;
                let appointment = read.create::<Appointment>(command.appointment);
                let booked = appointment
                    .decide(AppointmentCommand::Book(command))
                    .await?;
                let proposal = propose(booked)?.acting_as(by);
                Ok(refusing(proposal, policy, |refusal| refusal))
            };
            let outcome = self.run(context, book).await;
            let refusal = match &outcome {
                Err(CommandError::Refused(refusal)) => Some(*refusal),
                _ => None,
            };
            if !attempts.again(refusal) {
                return outcome;
            }
        }
    }

    /// The command with all facts that it depends on.
    pub(super) async fn booking_command<R>(
        &self,
        read: &ReadSet,
        booking: &Booking,
        policy: BookingPolicy,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<BookAppointment, CommandError<R>> {
        let facts = facts(read, booking.clinic, booking.doctor, policy).await?;
        Ok(BookAppointment {
            appointment: AppointmentId::from_uuid(self.ids.id()),
            clinic: facts.clinic,
            holidays: facts.holidays,
            doctor: facts.doctor,
            patient: booking.patient,
            start: booking.start,
            reason: booking.reason.clone(),
            follows: followed_visit(read, booking.follows).await?,
            override_reason: booking.override_reason.clone(),
            hold_number: None,
            daily_number: None,
            policy: facts.policy,
            by,
            at,
        })
    }
}

/// Returns the actor that books: patients for themselves and for those whose proxy they are, the front desk of the
/// clinic for every patient.
pub(super) async fn authorize_booking<R>(
    read: &ReadSet,
    caller: &Caller,
    booking: &Booking,
) -> Result<Actor, CommandError<R>> {
    let resource =
        Resource::of_patient(booking.patient).with_clinics(ResourceClinics::One(booking.clinic));
    let staff = match &booking.override_reason {
        Some(_) => overriding(caller, &resource),
        None => None,
    };
    let by = match staff {
        Some(staff) => staff,
        None => authorize_or_proxy(read, caller, Action::BookAppointment, resource).await?,
    };
    check_registered(read, caller, booking.patient).await?;
    Ok(by)
}

/// Checks that there is such a patient, unless it is the caller.
pub(super) async fn check_registered<R>(
    read: &ReadSet,
    caller: &Caller,
    patient: PatientId,
) -> Result<(), CommandError<R>> {
    if caller.patient != Some(patient) {
        let patient: Patient = read.require(patient).await?;
        if !patient.is_registered() {
            return Err(CommandError::NotFound);
        }
    }
    Ok(())
}

/// Returns the actor in the role in which the caller may set rules aside there, whatever else the caller is.
pub(super) fn overriding(caller: &Caller, resource: &Resource) -> Option<Actor> {
    let role = authorize(caller, Action::OverrideRules, resource).ok()?;
    Some(Actor::account(caller.account, role))
}

/// The visit that is followed up. One that does not exist is refused like one of another patient.
async fn followed_visit<R>(
    read: &ReadSet,
    follows: Option<AppointmentId>,
) -> Result<Option<FollowedVisit>, CommandError<R>> {
    let Some(follows) = follows else {
        return Ok(None);
    };
    let earlier: Appointment = read.require(follows).await?;
    let known = earlier.visit().zip(earlier.status());
    let (visit, status) = known.ok_or(CommandError::NotFound)?;
    Ok(Some(FollowedVisit {
        appointment: visit.appointment,
        patient: visit.patient,
        status,
    }))
}
