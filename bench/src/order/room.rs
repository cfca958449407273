//! What the writers write about: a room that people enter.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

/// The stored type of its one event.
pub const ENTERED: &str = "room.entered";

/// A room.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Room {
    visits: u32,
}

/// Somebody enters.
#[derive(Debug, Clone, Copy)]
pub struct Enter;

/// Somebody entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {}

/// No room refuses anybody.
#[derive(Debug, thiserror::Error)]
#[error("nobody may enter")]
pub struct Closed;

impl DomainEvent for Entered {
    fn event_type(&self) -> String {
        ENTERED.to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Room {
    const TYPE: &'static str = "bench.room";
    type Command = Enter;
    type Event = Entered;
    type Error = Closed;
    type Services = ();

    async fn handle(&mut self, _: Enter, (): &(), sink: &EventSink<Self>) -> Result<(), Closed> {
        sink.write(Entered {}, self).await;
        Ok(())
    }

    fn apply(&mut self, _: Entered) {
        self.visits += 1;
    }
}
