//! The load seam: from a stream of stored events to an aggregate that can decide.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use serde::Deserialize;

use crate::append::{StreamAppend, StreamVersion};
use crate::error::{AppendError, LoadError};
use crate::seal::Stored;
use crate::{EventData, EventStore};

/// An aggregate as the log has it, good for one decision.
#[derive(Debug)]
pub struct Loaded<A> {
    id: String,
    version: i64,
    aggregate: A,
    cached: bool,
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
    /// Loads an aggregate, from the cache if it is there; one without events is the type's default,
    /// at version 0.
    ///
    /// A cached state may be behind. An append on it is checked like any other; a refusal decided on
    /// it must be decided again on [`EventStore::load_fresh`].
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn load<A>(&self, id: &str) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let cached = self.cache().get::<A>(id);
        match cached.filter(|_| self.sealing().is_current()) {
            Some((version, aggregate)) => Ok(Loaded {
                id: id.to_owned(),
                version,
                aggregate,
                cached: true,
            }),
            None => self.load_fresh(id).await,
        }
    }

    /// Loads an aggregate from the log.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn load_fresh<A>(&self, id: &str) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let erasures = self.sealing().erasures();
        let mut events = self.repository().get_events::<A>(id).await?;
        self.sealing()
            .open_events(events.iter_mut().map(Stored::from))
            .await?;
        let mut loaded = Loaded::unborn(id);
        for event in events {
            loaded.apply(event)?;
        }
        if loaded.version > 0 {
            self.cache().put(id, loaded.version, &loaded.aggregate);
            // Somebody was erased meanwhile, perhaps the very person.
            if self.sealing().erasures() != erasures {
                self.cache().drop(A::TYPE, id);
            }
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
            cached: false,
        }
    }

    /// The state.
    #[must_use]
    pub fn aggregate(&self) -> &A {
        &self.aggregate
    }

    /// The state, for a decision about another aggregate.
    #[must_use]
    pub fn into_aggregate(self) -> A {
        self.aggregate
    }

    /// How many events it has.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Whether the state comes from the cache and may be behind.
    #[must_use]
    pub fn is_cached(&self) -> bool {
        self.cached
    }

    /// The stream at this version, for a decision about another one that rests on it.
    #[must_use]
    pub fn stream_version(&self) -> StreamVersion {
        StreamVersion {
            aggregate_type: A::TYPE,
            aggregate_id: self.id.clone(),
            version: self.version,
        }
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
