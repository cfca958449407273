//! The thin layer that lets cqrs-es run the rules.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::{Patient, PatientCommand, PatientEvent, PatientRefusal, decide, evolve};

impl Aggregate for Patient {
    const TYPE: &'static str = "patient";
    type Command = PatientCommand;
    type Event = PatientEvent;
    type Error = PatientRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: PatientCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), PatientRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: PatientEvent) {
        *self = evolve(std::mem::take(self), &event);
    }
}
