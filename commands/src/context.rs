//! Who asks, when, and under which request.

use chrono::{DateTime, Utc};
use domain::{AccountId, Actor, ClinicId, ClinicScope, DoctorId, PatientId, Role, Roles};
use event_store::Metadata;
use uuid::Uuid;

/// Somebody who signed in, as the access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// What it may act as.
    pub roles: Roles,
    /// Where it may act as staff.
    pub clinics: ClinicScope,
    /// The patient that it is, if it is one.
    pub patient: Option<PatientId>,
    /// The doctor that it is, if it is one.
    pub doctor: Option<DoctorId>,
}

impl Caller {
    /// Whether the account has the role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the account works at the clinic as receptionist or administers it.
    #[must_use]
    pub fn is_staff_at(&self, clinic: ClinicId) -> bool {
        (self.is(Role::Receptionist) || self.is(Role::Admin)) && self.clinics.covers(clinic)
    }

    /// The actor that stands in the events, in the first of `roles` that the account has.
    #[must_use]
    pub fn acting_as(&self, roles: &[Role]) -> Actor {
        let role = roles
            .iter()
            .find(|role| self.is(**role))
            .or_else(|| self.roles.iter().next());
        role.map_or(Actor::System, |role| Actor::account(self.account, *role))
    }
}

/// What a client asked to have done once, however often it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// A hash of the caller and the client's key. The client's key itself is not kept.
    pub key: [u8; 32],
    /// A hash of the request, keyed by the client's key, so that it tells nothing without it.
    pub fingerprint: [u8; 32],
}

/// What surrounds one command.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who stands in the events.
    pub actor: Actor,
    /// The clinic that it concerns, if any.
    pub clinic: Option<ClinicId>,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// The HTTP request, if it came from one.
    pub request: Option<Uuid>,
    /// What led to it: the request or the event.
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

    /// What is stored with the events of a command of that id.
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
