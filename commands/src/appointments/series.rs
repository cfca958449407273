//! Books several slots at once: the same time of day, every so many days.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::Slot;
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, BookAppointment, BookingPolicy, Recurrence,
};
use event_store::{Decided, HeldClaim, Loaded};
use serde::{Deserialize, Serialize};
use tracing::instrument;
use uuid::Uuid;

use super::book::{Booking, Wish};
use super::{AppointmentReply, reply};
use crate::basis::Basis;
use crate::claims::{DOCTOR, DOCTOR_TAKEN, PATIENT, PATIENT_TAKEN};
use crate::execute::{decide, key};
use crate::place::{Drafted, Place, named, stretch};
use crate::{Caller, CommandError, Commands, Context, Done};

/// Visits that repeat.
#[derive(Debug, Clone)]
pub struct Series {
    /// The first of them; the others are like it.
    pub first: Booking,
    /// How often, and how many.
    pub recurrence: Recurrence,
    /// What to do if one of them can't be booked.
    pub on_clash: OnClash,
}

/// What becomes of the others if one of a series can't be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnClash {
    /// None is booked, and every clash is told.
    Refuse,
    /// The others are booked, and every clash is told.
    BookTheRest,
}

/// One of a series that can't be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    /// When it would have begun.
    pub start: DateTime<Utc>,
    /// What forbids it.
    pub why: AppointmentRefusal,
}

/// What was booked of a series, earliest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesReply {
    /// The appointments.
    pub booked: Vec<AppointmentReply>,
    /// What was left out.
    pub skipped: Vec<Clash>,
}

/// Why a series was not booked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesRefusal {
    /// What forbids all of them.
    #[error(transparent)]
    All(AppointmentRefusal),
    /// Some can't be booked, or none.
    #[error("some of the visits can't be booked")]
    Clashes(Vec<Clash>),
}

type Refused = CommandError<SeriesRefusal>;

/// The visits of a series, as far as rules and claims allow them.
#[derive(Default)]
struct Sorted {
    decided: Vec<Decided<Appointment>>,
    clashes: Vec<Clash>,
}

impl Commands {
    /// Books a series for a patient, all of it in one step. Of what can't be booked every visit is told
    /// with its reason: instead of booking, or beside what was booked, as the caller wishes.
    #[instrument(name = "command.appointment.book_series", skip_all)]
    pub async fn book_series(
        &self,
        caller: &Caller,
        series: Series,
        policy: BookingPolicy,
        context: &Context,
    ) -> Result<Done<SeriesReply>, Refused> {
        let context = &series.first.context_of(caller, context);
        let wish = Wish {
            caller,
            booking: &series.first,
            policy,
            context,
        };
        let draft = async |basis: &mut Basis| {
            let sorted = self.sort(wish, &series, basis).await?;
            let refuse = series.on_clash == OnClash::Refuse && !sorted.clashes.is_empty();
            if refuse || sorted.decided.is_empty() {
                return Err(CommandError::Refused(SeriesRefusal::Clashes(
                    sorted.clashes,
                )));
            }
            Ok(drafted(sorted))
        };
        self.place(context, draft).await
    }

    /// Sorts out what can be booked.
    async fn sort(
        &self,
        wish: Wish<'_>,
        series: &Series,
        basis: &mut Basis,
    ) -> Result<Sorted, Refused> {
        let first = self.to_book(wish, basis).await?;
        let starts = series.recurrence.starts(first.start, first.clinic.zone);
        let mut sorted = Sorted::default();
        for start in starts {
            let appointment = domain::AppointmentId::from_uuid(self.ids.id());
            let command = BookAppointment {
                appointment,
                start,
                ..first.clone()
            };
            let new_stream = Loaded::new_stream(&key(appointment.as_uuid()));
            match decide(new_stream, AppointmentCommand::Book(command)).await? {
                Ok(decided) => sorted.decided.push(decided),
                Err(why) if why.is_about_time() => sorted.clashes.push(Clash { start, why }),
                Err(other) => return Err(CommandError::Refused(SeriesRefusal::All(other))),
            }
        }
        self.leave_out_the_taken(&mut sorted, (&first, wish.context.at))
            .await?;
        Ok(sorted)
    }

    /// What others hold at those times: the append is the judge, but it names only one.
    async fn leave_out_the_taken(
        &self,
        sorted: &mut Sorted,
        (first, at): (&BookAppointment, DateTime<Utc>),
    ) -> Result<(), Refused> {
        let slots: Vec<Slot> = sorted.decided.iter().filter_map(slot).collect();
        let doctor = (DOCTOR, DOCTOR_TAKEN, first.doctor.doctor.as_uuid());
        let patient = (PATIENT, PATIENT_TAKEN, first.patient.as_uuid());
        let mut taken = BTreeMap::new();
        for (kind, constraint, resource) in [patient, doctor] {
            for claim in self.standing(kind, resource, &slots, at).await? {
                let overlapping = slots.iter().filter(|slot| shares_time(slot, &claim));
                taken.extend(overlapping.map(|slot| (*slot, named(constraint, &claim))));
            }
        }
        sorted
            .decided
            .retain(|decided| slot(decided).is_none_or(|slot| !taken.contains_key(&slot)));
        let clashes = taken.into_iter().map(|(slot, why)| Clash {
            start: slot.start(),
            why,
        });
        sorted.clashes.extend(clashes);
        sorted.clashes.sort_by_key(|clash| clash.start);
        Ok(())
    }

    /// The claims at those times that are no overdue holds.
    async fn standing(
        &self,
        kind: &str,
        resource: Uuid,
        slots: &[Slot],
        at: DateTime<Utc>,
    ) -> Result<Vec<HeldClaim>, Refused> {
        let stretches: Vec<_> = slots.iter().copied().map(stretch).collect();
        let mut claims = self.store.claims(kind, resource, &stretches).await?;
        claims.retain(|claim| !claim.is_overdue(at));
        Ok(claims)
    }
}

fn slot(decided: &Decided<Appointment>) -> Option<Slot> {
    decided.aggregate.slot()
}

fn shares_time(slot: &Slot, claim: &HeldClaim) -> bool {
    slot.start() < claim.to && claim.from < slot.end()
}

fn drafted(sorted: Sorted) -> Drafted<SeriesReply, SeriesRefusal> {
    let Sorted { decided, clashes } = sorted;
    let visits = decided
        .iter()
        .filter_map(|decided| decided.aggregate.visit());
    let replies = decided
        .iter()
        .filter_map(|decided| reply(&decided.aggregate, decided.stream.next_version()));
    Drafted {
        places: visits.map(Place::of).collect(),
        told: SeriesReply {
            booked: replies.collect(),
            skipped: clashes,
        },
        streams: decided.into_iter().map(|decided| decided.stream).collect(),
        // Somebody was faster: what clashes now is told, too.
        taken: None,
    }
}
