//! Events of one aggregate, decided by the domain itself.

use std::collections::VecDeque;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use event_store::{EventData, StreamAppend};
use uuid::Uuid;

/// The events of one stream that are not in the log yet, in order.
pub struct Stream {
    aggregate_type: &'static str,
    aggregate: String,
    version: i64,
    events: VecDeque<EventData>,
}

impl Stream {
    /// Events that these commands lead to.
    ///
    /// # Errors
    /// If the domain refuses one of them.
    pub async fn decide<A>(id: Uuid, commands: Vec<A::Command>) -> anyhow::Result<Self>
    where
        A: Aggregate<Services = ()>,
        A::Error: Send + Sync + 'static,
    {
        let mut aggregate = A::default();
        let mut events = VecDeque::new();
        for command in commands {
            let sink = EventSink::default();
            aggregate.handle(command, &(), &sink).await?;
            for event in sink.collect().await {
                events.push_back(EventData::from_event(&event)?);
            }
        }
        Ok(Self {
            aggregate_type: A::TYPE,
            aggregate: id.to_string(),
            version: 0,
            events,
        })
    }

    /// Number of events that are not in the log yet.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// The next event as it is appended, unless all are in the log.
    pub fn next(&mut self) -> Option<StreamAppend> {
        let event = self.events.pop_front()?;
        let aggregate = self.aggregate.clone();
        let append = StreamAppend::new(self.aggregate_type, aggregate, self.version, vec![event]);
        self.version += 1;
        Some(append)
    }
}
