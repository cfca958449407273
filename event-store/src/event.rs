//! Events to append, and recorded events.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::Cursor;
use crate::decode::{DecodeError, decode};
use crate::error::AppendError;

/// An event to be appended: its stored type and version, and its payload as JSON.
///
/// Personal data (PHI, protected health information) is in the payload's `phi` object, and then the payload
/// names its `subject`: without one, the data could never be erased.
#[derive(Debug, Clone, PartialEq)]
pub struct EventData {
    event_type: String,
    event_version: String,
    payload: Value,
}

impl EventData {
    /// Serialises a domain event.
    ///
    /// # Errors
    /// [`AppendError::Unserialisable`] if it has no JSON form, [`AppendError::PhiWithoutSubject`]
    /// if it has `phi` and no subject.
    pub fn from_event<E: DomainEvent>(event: &E) -> Result<Self, AppendError> {
        let payload = serde_json::to_value(event).map_err(AppendError::Unserialisable)?;
        let has_subject = payload.get("subject").is_some_and(Value::is_string);
        if payload.get("phi").is_some() && !has_subject {
            return Err(AppendError::PhiWithoutSubject {
                event_type: event.event_type(),
            });
        }
        Ok(Self {
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload,
        })
    }

    /// The stored type, e.g. `appointment.booked`.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// The stored version of that type.
    #[must_use]
    pub fn event_version(&self) -> &str {
        &self.event_version
    }

    /// The payload.
    #[must_use]
    pub fn payload(&self) -> &Value {
        &self.payload
    }
}

/// Actor, role, correlation and causation: stored with every event. Ids and states, no personal data.
///
/// Flat strings, so that the cqrs-es envelope can read it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The account that acted, or `system`.
    pub actor: String,
    /// The role it acted in.
    pub role: String,
    /// The clinic it acted for, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinic: Option<String>,
    /// The correlation id: shared by all commands of one process or conversation.
    pub correlation_id: Uuid,
    /// The event or request that led to this.
    pub causation_id: Uuid,
    /// The HTTP request, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// The command. After a lost connection the log is searched for it.
    pub command_id: Uuid,
}

/// A recorded event.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedEvent {
    /// Its position in the log.
    pub cursor: Cursor,
    /// The kind of aggregate, e.g. `appointment`.
    pub aggregate_type: String,
    /// The aggregate.
    pub aggregate_id: String,
    /// Its number within the aggregate, from 1, without gaps.
    pub sequence: i64,
    /// The stored type.
    pub event_type: String,
    /// The stored version of that type.
    pub event_version: String,
    /// The payload.
    pub payload: Value,
    /// The metadata; null unless the subscriber asked for it.
    pub metadata: Value,
    /// The time at which the database wrote it.
    pub recorded_at: DateTime<Utc>,
}

impl RecordedEvent {
    /// Decodes the payload as a domain event of the recorded type and version.
    pub fn decode<E: DomainEvent>(&self) -> Result<E, DecodeError> {
        decode(&self.event_type, &self.event_version, &self.payload)
    }
}
