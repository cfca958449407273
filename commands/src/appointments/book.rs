//! Books a slot.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, BookAppointment, BookingPolicy,
    FollowedVisit,
};
use domain::clinic::{Clinic, ClinicFacts};
use domain::doctor::{Doctor, DoctorFacts};
use domain::patient::Patient;
use domain::{AppointmentId, ClinicId, DoctorId, PatientId, Reason};
use event_store::{Decided, Loaded};
use tracing::instrument;
use uuid::Uuid;

use super::{Answer, answered, reply};
use crate::basis::Basis;
use crate::error::fault;
use crate::execute::{Tried, Written, decide, key, unexpected};
use crate::guards::{DOCTOR_TAKEN, PATIENT_TAKEN};
use crate::{Caller, CommandError, Commands, Context, Fault};

type Refused = CommandError<AppointmentRefusal>;

/// How often a booking is decided anew, because the doctor's hours moved on or an overdue hold had to
/// be got out of its way, before it gives up.
const ATTEMPTS: u32 = 12;

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
}

/// What is asked, by whom and under what circumstances.
#[derive(Clone, Copy)]
struct Wish<'a> {
    caller: &'a Caller,
    booking: &'a Booking,
    policy: BookingPolicy,
    context: &'a Context,
}

impl Commands {
    /// Books a slot for a patient. Of all who try for one slot, one gets it.
    ///
    /// A hold whose time is over is in nobody's way, whether or not its timer has run: it is expired
    /// here, and the booking tried again.
    #[instrument(name = "command.appointment.book", skip_all)]
    pub async fn book_appointment(
        &self,
        caller: &Caller,
        booking: Booking,
        policy: BookingPolicy,
        context: &Context,
    ) -> Answer {
        let wish = Wish {
            caller,
            booking: &booking,
            policy,
            context,
        };
        for attempt in 0..ATTEMPTS {
            let mut basis = Basis::default();
            let decided = match self.draft(wish, &mut basis).await {
                Ok(decided) => decided,
                Err(error) if basis.is_right(&self.store).await.map_err(fault)? => {
                    let earlier = self.replay(context).await?;
                    return earlier.map_or(Err(error), answered);
                }
                Err(_) => continue,
            };
            let told = reply(&decided.aggregate, decided.stream.next_version());
            let written = Written {
                streams: vec![decided.stream],
                basis: basis.into_streams(),
            };
            match self.append(written, context, told).await? {
                Tried::Done(done) => return answered(done),
                Tried::Again => self.let_others_pass(attempt).await,
                Tried::Taken(constraint) => self.make_room(&constraint, &booking, context).await?,
            }
        }
        Err(CommandError::Contended)
    }

    /// One decision: whether the caller may, and what the doctor's hours say.
    async fn draft(
        &self,
        wish: Wish<'_>,
        basis: &mut Basis,
    ) -> Result<Decided<Appointment>, Refused> {
        let Wish {
            caller,
            booking,
            policy,
            context,
        } = wish;
        self.may_book_for(caller, booking, basis).await?;
        let (clinic, doctor) = self.facts(booking, basis).await?;
        let follows = self.followed(booking, basis).await?;
        let appointment = AppointmentId::from_uuid(self.ids.id());
        let command = AppointmentCommand::Book(BookAppointment {
            appointment,
            clinic,
            doctor,
            patient: booking.patient,
            start: booking.start,
            reason: booking.reason.clone(),
            follows,
            policy,
            by: context.actor,
            at: context.at,
        });
        let unborn = Loaded::unborn(&key(appointment.as_uuid()));
        decide(unborn, command)
            .await?
            .map_err(CommandError::Refused)
    }

    /// Patients book for themselves and for those who made them a proxy, the front desk for anyone.
    async fn may_book_for(
        &self,
        caller: &Caller,
        booking: &Booking,
        basis: &mut Basis,
    ) -> Result<(), Refused> {
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

    /// What the decision is made on. The affiliation carries the clinic's zone and currency, so the
    /// clinic itself is asked only where there is none, to tell an unknown clinic from another one.
    async fn facts(
        &self,
        booking: &Booking,
        basis: &mut Basis,
    ) -> Result<(ClinicFacts, DoctorFacts), Refused> {
        let doctor: Doctor = basis.load(&self.store, booking.doctor.as_uuid()).await?;
        let doctor = doctor
            .facts_at(booking.clinic)
            .ok_or(CommandError::NotFound)?;
        if let Some(terms) = &doctor.affiliation {
            let (zone, currency) = (terms.zone, terms.fee.currency());
            return Ok((
                ClinicFacts {
                    clinic: booking.clinic,
                    zone,
                    currency,
                },
                doctor,
            ));
        }
        let clinic: Clinic = basis.load(&self.store, booking.clinic.as_uuid()).await?;
        Ok((clinic.facts().ok_or(CommandError::NotFound)?, doctor))
    }

    /// The visit that is followed up; one that is not there is told like another patient's.
    async fn followed(
        &self,
        booking: &Booking,
        basis: &mut Basis,
    ) -> Result<Option<FollowedVisit>, Refused> {
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

    /// Expires the overdue holds that stand in the way.
    ///
    /// # Errors
    /// The refusal, if what stands in the way is not overdue.
    async fn make_room(
        &self,
        constraint: &str,
        booking: &Booking,
        context: &Context,
    ) -> Result<(), Refused> {
        let (kind, resource, refusal) = match constraint {
            DOCTOR_TAKEN => (
                "doctor",
                booking.doctor.as_uuid(),
                AppointmentRefusal::SlotAlreadyTaken,
            ),
            PATIENT_TAKEN => (
                "patient",
                booking.patient.as_uuid(),
                AppointmentRefusal::PatientAlreadyBooked,
            ),
            other => return Err(unexpected(other)),
        };
        let overdue = self
            .overdue_holds(kind, resource, booking.start, context.at)
            .await?;
        if overdue.is_empty() {
            return Err(CommandError::Refused(refusal));
        }
        for appointment in overdue {
            match self.expire_hold(appointment, context).await {
                // Refused: it was confirmed, cancelled or expired in the meantime. Trying again tells.
                Ok(_) | Err(CommandError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Holds of that resource around `start` that ended at or before `at`.
    async fn overdue_holds(
        &self,
        kind: &str,
        resource: Uuid,
        start: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<Vec<AppointmentId>, Refused> {
        let holders = self
            .store
            .overdue_holders(kind, resource, start, at)
            .await?
            .into_iter()
            .map(|holder| holder.parse::<Uuid>().map(AppointmentId::from_uuid));
        let holders: Result<Vec<_>, _> = holders.collect();
        Ok(holders.map_err(Fault::doing("reading who holds a slot"))?)
    }
}
