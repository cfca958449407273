//! Aggregate that the writers write to: a counter.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

/// The stored type of its one event.
pub const INCREMENTED: &str = "counter.incremented";

/// A counter.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Counter {
    value: u32,
}

/// Adds one.
#[derive(Debug, Clone, Copy)]
pub struct Increment;

/// One was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incremented {}

/// Refusal; a counter never refuses.
#[derive(Debug, thiserror::Error)]
#[error("a counter refuses nothing")]
pub struct Refused;

impl DomainEvent for Incremented {
    fn event_type(&self) -> String {
        INCREMENTED.to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Counter {
    const TYPE: &'static str = "bench.counter";
    type Command = Increment;
    type Event = Incremented;
    type Error = Refused;
    type Services = ();

    async fn handle(
        &mut self,
        _: Increment,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refused> {
        sink.write(Incremented {}, self).await;
        Ok(())
    }

    fn apply(&mut self, _: Incremented) {
        self.value += 1;
    }
}
