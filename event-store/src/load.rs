//! The load seam: from a stream of stored events to an aggregate that can decide.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use serde::Deserialize;

use crate::append::StreamAppend;
use crate::error::{AppendError, LoadError};
use crate::{EventData, EventStore};

/// An aggregate as the log has it, good for one decision.
#[derive(Debug)]
pub struct Loaded<A> {
    id: String,
    version: i64,
    aggregate: A,
}

/// What an aggregate decided: the events to append, and its state if they are.
#[derive(Debug)]
pub struct Decided<A> {
    /// What is to be appended.
    pub stream: StreamAppend,
    /// The state after it.
    pub aggregate: A,
}

impl EventStore {
    /// Loads an aggregate; one without events is the type's default, at version 0.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<Loaded<A>, LoadError> {
        let events = self.repository().get_events::<A>(id).await?;
        let mut loaded = Loaded::unborn(id);
        for event in events {
            loaded.apply(event)?;
        }
        Ok(loaded)
    }
}

impl<A: Aggregate> Loaded<A> {
    /// An aggregate that is known to have no events yet, because its id was made just now.
    #[must_use]
    pub fn unborn(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            version: 0,
            aggregate: A::default(),
        }
    }

    /// The state.
    #[must_use]
    pub fn aggregate(&self) -> &A {
        &self.aggregate
    }

    /// How many events it has.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Lets the aggregate decide. The aggregate is used up: after a failed append it is loaded anew.
    pub async fn decide(
        mut self,
        command: A::Command,
        services: &A::Services,
    ) -> Result<Result<Decided<A>, A::Error>, AppendError> {
        let sink = EventSink::default();
        if let Err(refusal) = self.aggregate.handle(command, services, &sink).await {
            return Ok(Err(refusal));
        }
        let events = sink
            .collect()
            .await
            .iter()
            .map(EventData::of)
            .collect::<Result<Vec<_>, _>>()?;
        let stream = StreamAppend {
            aggregate_type: A::TYPE,
            aggregate_id: self.id,
            expected_version: self.version,
            events,
        };
        Ok(Ok(Decided {
            stream,
            aggregate: self.aggregate,
        }))
    }

    fn apply(&mut self, event: SerializedEvent) -> Result<(), LoadError> {
        let payload =
            A::Event::deserialize(event.payload).map_err(|source| LoadError::Unreadable {
                aggregate_type: event.aggregate_type,
                aggregate_id: event.aggregate_id,
                sequence: event.sequence,
                event_type: event.event_type,
                source,
            })?;
        self.aggregate.apply(payload);
        self.version += 1;
        Ok(())
    }
}
