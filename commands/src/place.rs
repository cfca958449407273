//! Takes time for visits: decides, appends, and makes room where a hold is over.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::appointment::{AppointmentRefusal, Visit};
use domain::leave::Leave;
use domain::{AppointmentId, DoctorId, PatientId, Slot};
use event_store::{HeldClaim, StreamAppend};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::basis::Basis;
use crate::claims::{DOCTOR, DOCTOR_TAKEN, PATIENT, PATIENT_TAKEN};
use crate::error::fault;
use crate::execute::{Tried, Written, unexpected};
use crate::{CommandError, Commands, Context, Done, Fault};

/// How often it is decided anew, because the doctor's hours moved on or an overdue hold had to be got
/// out of its way, before it gives up.
pub(crate) const ATTEMPTS: u32 = 12;

/// What a visit takes, or a leave, which takes no patient's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) doctor: DoctorId,
    pub(crate) patient: Option<PatientId>,
    pub(crate) slot: Slot,
}

impl Place {
    pub(crate) fn of(visit: &Visit) -> Self {
        Self {
            doctor: visit.doctor,
            patient: Some(visit.patient),
            slot: visit.slot,
        }
    }
}

/// What was decided, what it takes, and what the caller will be told.
pub(crate) struct Drafted<T, R> {
    pub(crate) streams: Vec<StreamAppend>,
    pub(crate) places: Vec<Place>,
    pub(crate) told: T,
    /// How it is said that others got there first; none if it is then to be decided anew.
    pub(crate) taken: Option<fn(AppointmentRefusal) -> R>,
}

impl Commands {
    /// Has `draft` decide, and appends what it decided; again if what it rests on has moved on.
    ///
    /// A hold whose time is over is in nobody's way, whether or not its timer has run: it is expired
    /// here, and all of it tried again.
    pub(crate) async fn place<T, R>(
        &self,
        context: &Context,
        draft: impl AsyncFn(&mut Basis) -> Result<Drafted<T, R>, CommandError<R>>,
    ) -> Result<Done<T>, CommandError<R>>
    where
        T: Serialize + DeserializeOwned,
    {
        for attempt in 0..ATTEMPTS {
            let mut basis = Basis::default();
            let drafted = draft(&mut basis).await;
            if let Some(done) = self.placed(context, (basis, drafted), attempt).await? {
                return Ok(done);
            }
        }
        Err(CommandError::Contended)
    }

    /// One try to append what was decided. `None` if it is to be decided anew.
    pub(crate) async fn placed<T, R>(
        &self,
        context: &Context,
        (mut basis, drafted): (Basis, Result<Drafted<T, R>, CommandError<R>>),
        attempt: u32,
    ) -> Result<Option<Done<T>>, CommandError<R>>
    where
        T: Serialize + DeserializeOwned,
    {
        let drafted = match drafted {
            Ok(drafted) => drafted,
            Err(error) if basis.is_right(&self.store).await.map_err(fault)? => {
                return self.replay(context).await?.ok_or(error).map(Some);
            }
            Err(_) => return Ok(None),
        };
        let Drafted {
            streams,
            places,
            told,
            taken,
        } = drafted;
        // That there is nothing new is a decision, too: it must rest on what is there.
        let (streams, unchanged): (Vec<_>, Vec<_>) = streams.into_iter().partition(has_news);
        if streams.is_empty() && !basis.is_right(&self.store).await.map_err(fault)? {
            return Ok(None);
        }
        basis.insist_on(&unchanged);
        let own = streams.iter().map(|stream| stream.aggregate_id.clone());
        let own: BTreeSet<_> = own.collect();
        let written = Written {
            streams,
            basis: basis.into_streams(),
        };
        match self.append(written, context, told).await? {
            Tried::Done(done) => return Ok(Some(done)),
            Tried::Again => self.let_others_pass(attempt).await,
            Tried::Taken(constraint) => {
                let others = self.others(&constraint, &places, &own).await?;
                let stays = others.iter().find(|claim| !claim.is_overdue(context.at));
                if let Some((refusal, stays)) = taken.zip(stays) {
                    return Err(CommandError::Refused(refusal(named(&constraint, stays))));
                }
                self.make_room(&others, context).await?;
            }
        }
        Ok(None)
    }

    /// The claims of others that stand where something was to be placed.
    async fn others<R>(
        &self,
        constraint: &str,
        places: &[Place],
        own: &BTreeSet<String>,
    ) -> Result<Vec<HeldClaim>, CommandError<R>> {
        let (kind, resource): (_, fn(&Place) -> Option<Uuid>) = match constraint {
            DOCTOR_TAKEN => (DOCTOR, |place| Some(place.doctor.as_uuid())),
            PATIENT_TAKEN => (PATIENT, |place| place.patient.map(|id| id.as_uuid())),
            other => return Err(unexpected(other)),
        };
        let mut others = Vec::new();
        let resources: BTreeSet<Uuid> = places.iter().filter_map(resource).collect();
        for wanted in resources {
            let there = places
                .iter()
                .filter(|place| resource(place) == Some(wanted));
            let slots: Vec<_> = there.map(|place| stretch(place.slot)).collect();
            others.extend(self.store.claims(kind, wanted, &slots).await?);
        }
        others.retain(|claim| !own.contains(&claim.holder));
        Ok(others)
    }

    /// Expires the overdue holds among these claims. Where nobody stands in the way any more, there is
    /// room anyway.
    async fn make_room<R>(
        &self,
        others: &[HeldClaim],
        context: &Context,
    ) -> Result<(), CommandError<R>> {
        let overdue = others.iter().filter(|claim| claim.is_overdue(context.at));
        let holders: Result<BTreeSet<Uuid>, _> =
            overdue.map(|claim| claim.holder.parse()).collect();
        for holder in holders.map_err(Fault::doing("reading who holds a slot"))? {
            let expired = self.expire_hold(AppointmentId::from_uuid(holder), context);
            // Refused: it was confirmed, cancelled or expired in the meantime. Trying again tells.
            if let Some(error) = expired.await.err().and_then(CommandError::unless_refused) {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// What a claim that stands in the way is called.
pub(crate) fn named(constraint: &str, claim: &HeldClaim) -> AppointmentRefusal {
    match constraint {
        PATIENT_TAKEN => AppointmentRefusal::PatientAlreadyBooked,
        _ if claim.holder_type == Leave::TYPE => AppointmentRefusal::DoctorOnLeave,
        _ => AppointmentRefusal::SlotAlreadyTaken,
    }
}

/// Whether anything happened to it.
fn has_news(stream: &StreamAppend) -> bool {
    !stream.events.is_empty()
}

/// A slot as the store asks for it.
pub(crate) fn stretch(slot: Slot) -> Range<DateTime<Utc>> {
    slot.start()..slot.end()
}
