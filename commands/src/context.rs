//! The caller and the circumstances of a command.

use chrono::{DateTime, Utc};
use domain::{AccountId, Actor, ClinicId, ClinicScope, DoctorId, PatientId, Role, Roles};
use event_store::Metadata;
use uuid::Uuid;

use crate::authorization::Action;

/// A signed-in account, as the access token describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// Its roles.
    pub roles: Roles,
    /// The clinics where it may act as staff.
    pub clinics: ClinicScope,
    /// Its patient, if it is one.
    pub patient: Option<PatientId>,
    /// Its doctor, if it is one.
    pub doctor: Option<DoctorId>,
}

impl Caller {
    /// Returns whether the account has the role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The actor of an action whose resource does not decide about the role.
    #[must_use]
    pub fn actor(&self, action: Action) -> Actor {
        let role = action.rule().roles().find(|role| self.is(*role));
        role.map_or(Actor::System, |role| Actor::account(self.account, role))
    }
}

/// The key of a request that is executed once, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// A hash of the caller and the client's key. The client's key itself is not kept.
    pub key: [u8; 32],
    /// A hash of the request, keyed by the client's key, so that it tells nothing without it.
    pub fingerprint: [u8; 32],
}

/// The circumstances of one command.
#[derive(Debug, Clone)]
pub struct Context {
    /// The actor in the events.
    pub actor: Actor,
    /// The clinic that it concerns, if any.
    pub clinic: Option<ClinicId>,
    /// The time of the request.
    pub at: DateTime<Utc>,
    /// The HTTP request, if it came from one.
    pub request: Option<Uuid>,
    /// Its cause: the request or the event.
    pub causation: Uuid,
    /// The conversation that it belongs to.
    pub correlation: Uuid,
    /// The client's key, if it sent one.
    pub idempotency: Option<IdempotencyKey>,
}

impl Context {
    /// The program acts by itself: a timer, the first start, demo data.
    #[must_use]
    pub fn system(at: DateTime<Utc>, causation: Uuid) -> Self {
        Self {
            actor: Actor::System,
            clinic: None,
            at,
            request: None,
            causation,
            correlation: causation,
            idempotency: None,
        }
    }

    /// The metadata that is stored with the events of a command of that id.
    #[must_use]
    pub fn metadata(&self, command_id: Uuid) -> Metadata {
        let account = self.actor.account_id().map(|account| account.to_string());
        let role = self.actor.role().map(|role| role.to_string());
        Metadata {
            actor: account.unwrap_or_else(|| "system".to_owned()),
            role: role.unwrap_or_else(|| "SYSTEM".to_owned()),
            clinic: self.clinic.map(|clinic| clinic.to_string()),
            correlation_id: self.correlation,
            causation_id: self.causation,
            request_id: self.request,
            command_id,
        }
    }
}
