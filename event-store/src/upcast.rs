//! Stored events of older versions, as the program of today reads them.
//!
//! What was stored is never changed. An event of an old version passes the upcasters on its way out of
//! the log, opened already, before anybody decodes it: in loads and in subscribers alike. What comes out
//! must be what its type and version say, or it is a fault that names the event.

use std::sync::Arc;

use cqrs_es::persist::{EventUpcaster, SerializedEvent};

use crate::RecordedEvent;

/// The upcasters of a log, asked in their order: one for each type and version that is not today's.
#[derive(Clone, Default)]
pub struct Upcasters {
    upcasters: Arc<Vec<Box<dyn EventUpcaster>>>,
    today: Option<CurrentVersion>,
}

/// The version under which a program writes a stored type; `None` if it knows no such type.
pub type CurrentVersion = fn(&str) -> Option<&'static str>;

impl Upcasters {
    /// For logs all of whose events are today's.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Each is asked once, so one that brings an event from 1 to 2 stands before the one from 2 to 3.
    #[must_use]
    pub fn new(upcasters: Vec<Box<dyn EventUpcaster>>) -> Self {
        Self {
            upcasters: Arc::new(upcasters),
            today: None,
        }
    }

    /// The same, for a program that can tell which versions are today's. An event of another one that no
    /// upcaster brings there waits for a program that knows it: a subscriber does not park it.
    #[must_use]
    pub fn to(self, today: CurrentVersion) -> Self {
        Self {
            today: Some(today),
            ..self
        }
    }

    /// Whether an event, upcast already, is of a version that this program does not write.
    pub(crate) fn is_foreign(&self, event: &RecordedEvent) -> bool {
        self.today
            .and_then(|today| today(&event.event_type))
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
