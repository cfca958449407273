//! Moves an appointment to another slot.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, BookingPolicy, RescheduleAppointment,
    Visit,
};
use domain::patient::Patient;
use domain::{AppointmentId, ClinicId, DoctorId, Reason, Role};
use event_store::Decided;
use tracing::instrument;

use super::{Answer, answered, reply};
use crate::access::acting_in;
use crate::basis::Basis;
use crate::execute::{decide, key};
use crate::place::{Drafted, Place};
use crate::{Caller, CommandError, Commands, Context};

type Refused = CommandError<AppointmentRefusal>;

/// Where an appointment is to move to.
#[derive(Debug, Clone)]
pub struct Rescheduling {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// When it starts; how long it takes is the doctor's to say.
    pub start: DateTime<Utc>,
    /// With which doctor it is thought to be, if the caller says so.
    pub doctor: Option<DoctorId>,
    /// At which clinic it is thought to be, if the caller says so.
    pub clinic: Option<ClinicId>,
    /// Why it is moved.
    pub reason: Option<Reason>,
    /// Why the staff takes a time that is not offered, if they do.
    pub override_reason: Option<Reason>,
    /// The version that the caller has seen, if it insists on it.
    pub expected: Option<i64>,
}

/// What is asked, by whom and under what circumstances.
#[derive(Clone, Copy)]
struct Wish<'a> {
    caller: &'a Caller,
    moving: &'a Rescheduling,
    policy: BookingPolicy,
    context: &'a Context,
}

impl Commands {
    /// Moves an appointment for its patient, its doctor or its clinic; anyone else is told that there is
    /// none. It has one of the two slots at any time: never both, never neither.
    #[instrument(name = "command.appointment.reschedule", skip_all)]
    pub async fn reschedule_appointment(
        &self,
        caller: &Caller,
        moving: Rescheduling,
        policy: BookingPolicy,
        context: &Context,
    ) -> Answer {
        let id = key(moving.appointment.as_uuid());
        let loaded = self.store.load_committed::<Appointment>(&id).await?;
        let visit = *loaded.aggregate().visit().ok_or(CommandError::NotFound)?;
        let role = self.mover(caller, &visit, &moving).await?;
        let context = &Context {
            actor: domain::Actor::account(caller.account, role),
            clinic: Some(visit.clinic),
            ..context.clone()
        };
        let wish = Wish {
            caller,
            moving: &moving,
            policy,
            context,
        };
        let draft = async |basis: &mut Basis| {
            let decided = self.redraft(wish, basis).await?;
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

    /// In which role the caller moves the visit.
    async fn mover(
        &self,
        caller: &Caller,
        visit: &Visit,
        moving: &Rescheduling,
    ) -> Result<Role, Refused> {
        let proxy = self.is_proxy(caller, visit).await?;
        let as_staff = moving.override_reason.is_some() && caller.is_staff_at(visit.clinic);
        acting_in(caller, visit, (proxy, as_staff)).ok_or(CommandError::NotFound)
    }

    async fn redraft(
        &self,
        wish: Wish<'_>,
        basis: &mut Basis,
    ) -> Result<Decided<Appointment>, Refused> {
        let Wish {
            caller,
            moving,
            policy,
            context,
        } = wish;
        let id = key(moving.appointment.as_uuid());
        let loaded = self.store.load::<Appointment>(&id).await?;
        basis.look(&loaded);
        let visit = *loaded.aggregate().visit().ok_or(CommandError::NotFound)?;
        if moving
            .expected
            .is_some_and(|expected| expected != loaded.version())
        {
            return Err(CommandError::Stale);
        }
        if context.actor.role() == Some(Role::Patient) && caller.patient != Some(visit.patient) {
            let patient: Patient = basis.load(&self.store, visit.patient.as_uuid()).await?;
            if !patient.is_proxy(caller.account) {
                return Err(CommandError::NotFound);
            }
        }
        let (doctor, clinic) = (moving.doctor, moving.clinic);
        let (doctor, clinic) = (
            doctor.unwrap_or(visit.doctor),
            clinic.unwrap_or(visit.clinic),
        );
        let (_, doctor, holidays) = self.facts(doctor, clinic, basis).await?;
        let command = AppointmentCommand::Reschedule(RescheduleAppointment {
            clinic,
            holidays,
            doctor,
            start: moving.start,
            reason: moving.reason.clone(),
            override_reason: moving.override_reason.clone(),
            policy,
            by: context.actor,
            at: context.at,
        });
        decide(loaded, command)
            .await?
            .map_err(CommandError::Refused)
    }
}
