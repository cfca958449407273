//! The thin layer that lets cqrs-es run the rules.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::{Clinic, ClinicCommand, ClinicEvent, ClinicRefusal, decide, evolve};

impl Aggregate for Clinic {
    const TYPE: &'static str = "clinic";
    type Command = ClinicCommand;
    type Event = ClinicEvent;
    type Error = ClinicRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: ClinicCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ClinicRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ClinicEvent) {
        *self = evolve(std::mem::take(self), &event);
    }
}
