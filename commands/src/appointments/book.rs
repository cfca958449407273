//! Books a slot.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, BookAppointment, BookingPolicy,
    FollowedVisit,
};
use domain::clinic::{Clinic, ClinicFacts};
use domain::doctor::{Doctor, DoctorFacts};
use domain::patient::Patient;
use domain::{AppointmentId, ClinicId, DoctorId, Holidays, PatientId, Reason, Role};
use event_store::{Decided, Loaded};
use tracing::instrument;

use super::{Answer, answered, reply};
use crate::basis::Basis;
use crate::execute::{decide, key};
use crate::place::{Drafted, Place};
use crate::{Caller, CommandError, Commands, Context};

type Refused = CommandError<AppointmentRefusal>;

/// A slot to book.
#[derive(Debug, Clone)]
pub struct Booking {
    /// Where.
    pub clinic: ClinicId,
    /// With whom.
    pub doctor: DoctorId,
    /// For whom.
    pub patient: PatientId,
    /// When it starts; how long it takes is the doctor's to say.
    pub start: DateTime<Utc>,
    /// What it is about.
    pub reason: Option<Reason>,
    /// The visit that it follows up, if it does.
    pub follows: Option<AppointmentId>,
    /// Why the staff takes a time that is not offered, if they do.
    pub override_reason: Option<Reason>,
}

impl Booking {
    /// Whoever sets rules aside does so as staff.
    pub(super) fn context_of(&self, caller: &Caller, context: &Context) -> Context {
        let as_staff = self.override_reason.is_some() && caller.is_staff_at(self.clinic);
        let actor = if as_staff {
            caller.acting_as(&[Role::Receptionist, Role::Admin])
        } else {
            context.actor
        };
        Context {
            actor,
            ..context.clone()
        }
    }
}

/// What is asked, by whom and under what circumstances.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) caller: &'a Caller,
    pub(super) booking: &'a Booking,
    pub(super) policy: BookingPolicy,
    pub(super) context: &'a Context,
}

impl Commands {
    /// Books a slot for a patient. Of all who try for one slot, one gets it.
    #[instrument(name = "command.appointment.book", skip_all)]
    pub async fn book_appointment(
        &self,
        caller: &Caller,
        booking: Booking,
        policy: BookingPolicy,
        context: &Context,
    ) -> Answer {
        let context = &booking.context_of(caller, context);
        let wish = Wish {
            caller,
            booking: &booking,
            policy,
            context,
        };
        let draft = async |basis: &mut Basis| {
            let decided = self.draft(wish, basis).await?;
            let told = reply(&decided.aggregate, decided.stream.next_version());
            Ok(Drafted {
                places: decided
                    .aggregate
                    .visit()
                    .map(Place::of)
                    .into_iter()
                    .collect(),
                streams: vec![decided.stream],
                told,
                taken: Some(|refusal| refusal),
            })
        };
        self.place(context, draft).await.and_then(answered)
    }

    /// One decision: whether the caller may, and what the doctor's hours and the clinic's holidays say.
    async fn draft(
        &self,
        wish: Wish<'_>,
        basis: &mut Basis,
    ) -> Result<Decided<Appointment>, Refused> {
        let command = self.to_book(wish, basis).await?;
        let new_stream = Loaded::new_stream(&key(command.appointment.as_uuid()));
        decide(new_stream, AppointmentCommand::Book(command))
            .await?
            .map_err(CommandError::Refused)
    }

    /// The command, with all that was looked up for it.
    pub(super) async fn to_book<R>(
        &self,
        wish: Wish<'_>,
        basis: &mut Basis,
    ) -> Result<BookAppointment, CommandError<R>> {
        let Wish {
            caller,
            booking,
            policy,
            context,
        } = wish;
        self.may_book_for(caller, booking, basis).await?;
        let facts = self.facts(booking.doctor, booking.clinic, basis).await?;
        let (clinic, doctor, holidays) = facts;
        let follows = self.followed(booking, basis).await?;
        Ok(BookAppointment {
            appointment: AppointmentId::from_uuid(self.ids.id()),
            clinic,
            holidays,
            doctor,
            patient: booking.patient,
            start: booking.start,
            reason: booking.reason.clone(),
            follows,
            override_reason: booking.override_reason.clone(),
            policy,
            by: context.actor,
            at: context.at,
        })
    }

    /// Patients book for themselves and for those who made them a proxy, the front desk for anyone.
    async fn may_book_for<R>(
        &self,
        caller: &Caller,
        booking: &Booking,
        basis: &mut Basis,
    ) -> Result<(), CommandError<R>> {
        if caller.patient == Some(booking.patient) {
            return Ok(());
        }
        let patient: Patient = basis.load(&self.store, booking.patient.as_uuid()).await?;
        let known = patient.is_registered()
            && (caller.is_staff_at(booking.clinic) || patient.is_proxy(caller.account));
        if known {
            Ok(())
        } else {
            Err(CommandError::NotFound)
        }
    }

    /// What the decision is made on: the append is refused if the doctor's hours or the clinic's
    /// holidays have moved on since.
    pub(super) async fn facts<R>(
        &self,
        doctor: DoctorId,
        clinic: ClinicId,
        basis: &mut Basis,
    ) -> Result<(ClinicFacts, DoctorFacts, Holidays), CommandError<R>> {
        let doctor: Doctor = basis.load(&self.store, doctor.as_uuid()).await?;
        let doctor = doctor.facts_at(clinic).ok_or(CommandError::NotFound)?;
        let clinic: Clinic = basis.load(&self.store, clinic.as_uuid()).await?;
        let facts = clinic.facts().ok_or(CommandError::NotFound)?;
        Ok((facts, doctor, clinic.holidays().clone()))
    }

    /// The visit that is followed up; one that is not there is told like another patient's.
    async fn followed<R>(
        &self,
        booking: &Booking,
        basis: &mut Basis,
    ) -> Result<Option<FollowedVisit>, CommandError<R>> {
        let Some(follows) = booking.follows else {
            return Ok(None);
        };
        let earlier: Appointment = basis.load(&self.store, follows.as_uuid()).await?;
        let known = earlier.visit().zip(earlier.status());
        let (visit, status) = known.ok_or(CommandError::NotFound)?;
        Ok(Some(FollowedVisit {
            appointment: visit.appointment,
            patient: visit.patient,
            status,
        }))
    }
}
