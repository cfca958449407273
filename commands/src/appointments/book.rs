//! Books a slot.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, BookAppointment, BookingPolicy, FollowedVisit,
};
use domain::patient::Patient;
use domain::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason, Role};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, facts, propose};
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

impl Booking {
    /// The actor: a caller who sets rules aside does so as staff.
    pub(super) fn actor(&self, caller: &Caller, context: &Context) -> Actor {
        if self.override_reason.is_some() && caller.is_staff_at(self.clinic) {
            caller.acting_as(&[Role::Receptionist, Role::Admin])
        } else {
            context.actor
        }
    }
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
        self.run(context, async |read: ReadSet| {
            may_book_for(&read, caller, &booking).await?;
            let by = booking.actor(caller, context);
            let command = self
                .booking_command(&read, &booking, policy, by, context.at)
                .await?;
            let appointment = read.create::<Appointment>(command.appointment);
            let booked = appointment
                .decide(AppointmentCommand::Book(command))
                .await?;
            Ok(propose(booked)?.acting_as(by))
        })
        .await
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
        let (clinic, doctor, holidays) = facts(read, booking.clinic, booking.doctor).await?;
        Ok(BookAppointment {
            appointment: AppointmentId::from_uuid(self.ids.id()),
            clinic,
            holidays,
            doctor,
            patient: booking.patient,
            start: booking.start,
            reason: booking.reason.clone(),
            follows: followed_visit(read, booking.follows).await?,
            override_reason: booking.override_reason.clone(),
            policy,
            by,
            at,
        })
    }
}

/// Checks that the caller may book: patients for themselves and for those whose proxy they are, the front
/// desk for every patient.
pub(super) async fn may_book_for<R>(
    read: &ReadSet,
    caller: &Caller,
    booking: &Booking,
) -> Result<(), CommandError<R>> {
    if caller.patient == Some(booking.patient) {
        return Ok(());
    }
    let patient: Patient = read.require(booking.patient).await?;
    let known = patient.is_registered()
        && (caller.is_staff_at(booking.clinic) || patient.is_proxy(caller.account));
    known.then_some(()).ok_or(CommandError::NotFound)
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
