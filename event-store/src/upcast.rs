//! Upcasting: stored events of old versions are read in their current version.
//!
//! The log is never changed. An event of an old version passes the upcasters after it was opened and before
//! it is decoded, in loads and in subscribers. The result must match its type and version; otherwise a fault
//! names the event.

use std::sync::Arc;

use cqrs_es::persist::{EventUpcaster, SerializedEvent};

use crate::RecordedEvent;

/// The upcasters of a log, applied in order: one for each type and version that is not current.
#[derive(Clone, Default)]
pub struct Upcasters {
    upcasters: Arc<Vec<Box<dyn EventUpcaster>>>,
    current: Option<CurrentVersion>,
}

/// The version in which this program writes a stored type; `None` for an unknown type.
pub type CurrentVersion = fn(&str) -> Option<&'static str>;

impl Upcasters {
    /// No upcasters, for logs with current versions only.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Each is applied once, so the one from version 1 to 2 comes before the one from 2 to 3.
    #[must_use]
    pub fn new(upcasters: Vec<Box<dyn EventUpcaster>>) -> Self {
        Self {
            upcasters: Arc::new(upcasters),
            current: None,
        }
    }

    /// Sets the current versions. A subscriber does not park an event of another version: it waits for a
    /// program that knows it.
    #[must_use]
    pub fn to(self, current: CurrentVersion) -> Self {
        Self {
            current: Some(current),
            ..self
        }
    }

    /// Returns whether an event has another version than the current one after upcasting.
    pub(crate) fn is_of_unknown_version(&self, event: &RecordedEvent) -> bool {
        self.current
            .and_then(|current| current(&event.event_type))
            .is_some_and(|version| version != event.event_version)
    }

    pub(crate) fn upcast(&self, event: SerializedEvent) -> SerializedEvent {
        self.upcasters.iter().fold(event, |event, upcaster| {
            if upcaster.can_upcast(&event.event_type, &event.event_version) {
                upcaster.upcast(event)
            } else {
                event
            }
        })
    }

    pub(crate) fn upcast_recorded(&self, event: RecordedEvent) -> RecordedEvent {
        let (stored_type, stored_version) = (&event.event_type, &event.event_version);
        let mut upcasters = self.upcasters.iter();
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
        write!(f, "Upcasters({})", self.upcasters.len())
    }
}
