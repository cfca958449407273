//! Books several slots at once: the same time of day, every so many days.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, BookAppointment, BookingPolicy, Recurrence,
};
use domain::{AppointmentId, Slot};
use event_store::{DecideError, Decided, HeldClaim, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::book::{Booking, authorize_booking};
use super::booking_numbers::{Attempts, refusing};
use super::{AppointmentReply, reply};
use crate::claims::{DOCTOR, DOCTOR_TAKEN, PATIENT, PATIENT_TAKEN};
use crate::proposal::Proposal;
use crate::slot_claims::{TimeClaim, conflict, time_range};
use crate::{Caller, CommandError, Commands, Context, Done};

/// Visits that repeat.
#[derive(Debug, Clone)]
pub struct Series {
    /// The first visit; the others are like it.
    pub first: Booking,
    /// The interval and the number of visits.
    pub recurrence: Recurrence,
    /// The choice if one of them can't be booked.
    pub on_clash: OnClash,
}

/// The choice for the other visits if one of a series can't be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnClash {
    /// None is booked, and every clash is reported.
    Refuse,
    /// The others are booked, and every clash is reported.
    BookTheRest,
}

/// A visit of a series that can't be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    /// The start that it would have had.
    pub start: DateTime<Utc>,
    /// The refusal.
    pub why: AppointmentRefusal,
}

/// The reply of a series, earliest visit first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesReply {
    /// The appointments.
    pub booked: Vec<AppointmentReply>,
    /// The visits that were left out.
    pub skipped: Vec<Clash>,
}

/// The refusal of a series.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesRefusal {
    /// A refusal of all visits.
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
    /// Books a series for a patient, all of it in one step. Each visit that can't be booked is reported
    /// with its reason: instead of booking, or beside what was booked, as the caller asks.
    #[instrument(name = "command.appointment.book_series", skip_all)]
    pub async fn book_series(
        &self,
        caller: &Caller,
        series: Series,
        policy: BookingPolicy,
        context: &Context,
    ) -> Result<Done<SeriesReply>, Refused> {
        let mut attempts = Attempts::default();
        loop {
            let book = async |read: ReadSet| {
                let by = authorize_booking(&read, caller, &series.first).await?;
                let mut first = self
                    .booking_command(&read, &series.first, policy, by, context.at)
                    .await?;
                let numbered = self.number(&mut first, &attempts).await;
                numbered.map_err(|error| error.map(SeriesRefusal::All))?;
                let mut sorted = self.sort(&read, &first, series.recurrence).await?;
                self.leave_out_the_taken(&mut sorted, &first).await?;
                let refuse = series.on_clash == OnClash::Refuse && !sorted.clashes.is_empty();
                if refuse || sorted.decided.is_empty() {
                    return Err(CommandError::Refused(SeriesRefusal::Clashes(
                        sorted.clashes,
                    )));
                }
                let proposal = propose(sorted).acting_as(by);
                Ok(refusing(proposal, first.policy, SeriesRefusal::All))
            };
            let outcome = self.run(context, book).await;
            let refusal = match &outcome {
                Err(CommandError::Refused(SeriesRefusal::All(refusal))) => Some(*refusal),
                _ => None,
            };
            if !attempts.again(refusal) {
                return outcome;
            }
        }
    }

    /// Decides about every visit of the series.
    async fn sort(
        &self,
        read: &ReadSet,
        first: &BookAppointment,
        recurrence: Recurrence,
    ) -> Result<Sorted, Refused> {
        let mut sorted = Sorted::default();
        for start in recurrence.starts(first.start, first.clinic.zone) {
            let appointment = AppointmentId::from_uuid(self.ids.id());
            // A series counts as one hold and as one booking.
            let first_one = sorted.decided.is_empty();
            let command = BookAppointment {
                appointment,
                start,
                hold_number: first.hold_number.filter(|_| first_one),
                daily_number: first.daily_number.filter(|_| first_one),
                ..first.clone()
            };
            let new = read.create::<Appointment>(appointment);
            match new.decide(AppointmentCommand::Book(command)).await {
                Ok(decided) => sorted.decided.push(decided),
                Err(DecideError::Refused(why)) if why.is_about_time() => {
                    sorted.clashes.push(Clash { start, why });
                }
                Err(error) => return Err(error.map(SeriesRefusal::All).into()),
            }
        }
        Ok(sorted)
    }

    /// Sorts out the visits whose time others have claimed: the append would name only one of them.
    async fn leave_out_the_taken(
        &self,
        sorted: &mut Sorted,
        first: &BookAppointment,
    ) -> Result<(), Refused> {
        let slots: Vec<Slot> = sorted.decided.iter().filter_map(slot).collect();
        let ranges: Vec<_> = slots.iter().copied().map(time_range).collect();
        let doctor = (DOCTOR, DOCTOR_TAKEN, first.doctor.doctor.as_uuid());
        let patient = (PATIENT, PATIENT_TAKEN, first.patient.as_uuid());
        let mut taken = BTreeMap::new();
        for (kind, constraint, resource) in [patient, doctor] {
            let mut claims = self.store.claims(kind, resource, &ranges).await?;
            claims.retain(|claim| !claim.is_overdue(first.at));
            for claim in claims {
                let overlapping = slots.iter().filter(|slot| shares_time(slot, &claim));
                taken.extend(overlapping.map(|slot| (*slot, conflict(constraint, &claim))));
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
}

fn slot(decided: &Decided<Appointment>) -> Option<Slot> {
    decided.aggregate.slot()
}

fn shares_time(slot: &Slot, claim: &HeldClaim) -> bool {
    slot.start() < claim.to && claim.from < slot.end()
}

/// Proposes the visits that can be booked. If another holder claims one of their times first, the series
/// is sorted again.
fn propose(sorted: Sorted) -> Proposal<SeriesReply, SeriesRefusal> {
    let Sorted { decided, clashes } = sorted;
    let reply = SeriesReply {
        booked: decided.iter().filter_map(reply).collect(),
        skipped: clashes,
    };
    let visits = decided
        .iter()
        .filter_map(|decided| decided.aggregate.visit());
    let times: Vec<_> = visits.map(TimeClaim::from).collect();
    decided
        .into_iter()
        .fold(Proposal::new(reply).claiming(times), Proposal::with)
}
