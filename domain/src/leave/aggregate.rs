//! The thin layer that lets cqrs-es run the rules.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::{Leave, LeaveCommand, LeaveEvent, LeaveRefusal, decide, evolve};

impl Aggregate for Leave {
    const TYPE: &'static str = "leave";
    type Command = LeaveCommand;
    type Event = LeaveEvent;
    type Error = LeaveRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: LeaveCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), LeaveRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: LeaveEvent) {
        *self = evolve(std::mem::take(self), &event);
    }
}
