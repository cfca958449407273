//! A proposal: the reply of a command, and what is written for it.

use domain::appointment::AppointmentRefusal;
use domain::{Actor, ClinicId};
use event_store::{Decided, Metadata, StreamAppend};
use uuid::Uuid;

use crate::Context;
use crate::slot_claims::{Claims, TimeClaim};

/// The result of a command: its events, the time that they claim, and its reply. `R` is its refusal.
pub(crate) struct Proposal<T, R> {
    pub(crate) reply: T,
    pub(crate) streams: Vec<StreamAppend>,
    pub(crate) claims: Claims<R>,
    actor: Option<Actor>,
    clinic: Option<ClinicId>,
}

impl<T, R> Proposal<T, R> {
    /// A reply. It is recorded for a repeated request: ids and states, nothing personal.
    pub(crate) fn new(reply: T) -> Self {
        Self {
            reply,
            streams: Vec::new(),
            claims: Claims::default(),
            actor: None,
            clinic: None,
        }
    }

    /// Adds the events of one stream; all streams are written together.
    pub(crate) fn with<A>(mut self, decided: Decided<A>) -> Self {
        self.streams.push(decided.stream);
        self
    }

    /// Replaces the actor of the context.
    pub(crate) fn acting_as(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Replaces the clinic of the context.
    pub(crate) fn at_clinic(mut self, clinic: ClinicId) -> Self {
        self.clinic = Some(clinic);
        self
    }

    /// The same where there may be none.
    pub(crate) fn at_clinic_if_any(self, clinic: Option<ClinicId>) -> Self {
        match clinic {
            Some(clinic) => self.at_clinic(clinic),
            None => self,
        }
    }

    /// Adds time that the events claim.
    pub(crate) fn claiming(mut self, times: impl IntoIterator<Item = TimeClaim>) -> Self {
        self.claims.times.extend(times);
        self
    }

    /// Sets the refusal if another holder has claimed that time. Without it the command runs again.
    pub(crate) fn on_conflict(mut self, refusal: fn(AppointmentRefusal) -> R) -> Self {
        self.claims.on_conflict = Some(refusal);
        self
    }

    /// Sets the refusal if this constraint forbids the append.
    pub(crate) fn on_violation(mut self, constraint: &'static str, refusal: R) -> Self {
        self.claims.on_violation.push((constraint, refusal));
        self
    }

    /// The metadata that is stored with the events.
    pub(crate) fn metadata(&self, context: &Context, command_id: Uuid) -> Metadata {
        let context = Context {
            actor: self.actor.unwrap_or(context.actor),
            clinic: self.clinic.or(context.clinic),
            ..context.clone()
        };
        context.metadata(command_id)
    }
}
