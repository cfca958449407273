//! Stored events of older versions, as the program of today reads them.
//!
//! What was stored is never changed. An event of an old version passes the upcasters on its way out of
//! the log, opened already, before anybody decodes it: in loads and in subscribers alike. What comes out
//! must be what its type and version say, or it is a fault that names the event.

use std::sync::Arc;

use cqrs_es::DomainEvent;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde::de::Error as _;
use serde_json::Value;

use crate::RecordedEvent;

/// The upcasters of a log, asked in their order: one for each type and version that is not today's.
#[derive(Clone, Default)]
pub struct Upcasters(Arc<Vec<Box<dyn EventUpcaster>>>);

impl Upcasters {
    /// For logs all of whose events are today's.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Each is asked once, so one that brings an event from 1 to 2 stands before the one from 2 to 3.
    #[must_use]
    pub fn new(upcasters: Vec<Box<dyn EventUpcaster>>) -> Self {
        Self(Arc::new(upcasters))
    }

    pub(crate) fn upcast(&self, event: SerializedEvent) -> SerializedEvent {
        self.0.iter().fold(event, |event, upcaster| {
            if upcaster.can_upcast(&event.event_type, &event.event_version) {
                upcaster.upcast(event)
            } else {
                event
            }
        })
    }

    pub(crate) fn upcast_recorded(&self, event: RecordedEvent) -> RecordedEvent {
        let (stored_type, stored_version) = (&event.event_type, &event.event_version);
        let mut upcasters = self.0.iter();
        if !upcasters.any(|upcaster| upcaster.can_upcast(stored_type, stored_version)) {
            return event;
        }
        let upcast = self.upcast(SerializedEvent {
            aggregate_id: event.aggregate_id,
            sequence: usize::try_from(event.sequence).unwrap_or(usize::MAX),
            aggregate_type: event.aggregate_type,
            event_type: event.event_type,
            event_version: event.event_version,
            payload: event.payload,
            metadata: event.metadata,
        });
        RecordedEvent {
            cursor: event.cursor,
            aggregate_type: upcast.aggregate_type,
            aggregate_id: upcast.aggregate_id,
            sequence: event.sequence,
            event_type: upcast.event_type,
            event_version: upcast.event_version,
            payload: upcast.payload,
            metadata: upcast.metadata,
            recorded_at: event.recorded_at,
        }
    }
}

impl std::fmt::Debug for Upcasters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upcasters({})", self.0.len())
    }
}

/// A payload as an event of the type and version that the log says.
pub(crate) fn decode<E: DomainEvent>(
    (event_type, event_version): (&str, &str),
    payload: &Value,
) -> Result<E, serde_json::Error> {
    let event = E::deserialize(payload)?;
    let (decoded_type, decoded_version) = (event.event_type(), event.event_version());
    if decoded_type != event_type {
        let text = format!("the payload is a {decoded_type}");
        return Err(serde_json::Error::custom(text));
    }
    if decoded_version != event_version {
        let text = format!("version {event_version} is unknown; today's is {decoded_version}");
        return Err(serde_json::Error::custom(text));
    }
    Ok(event)
}
