//! The thin layer that lets cqrs-es run the rules.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::{Doctor, DoctorCommand, DoctorEvent, DoctorRefusal, decide, evolve};

impl Aggregate for Doctor {
    const TYPE: &'static str = "doctor";
    type Command = DoctorCommand;
    type Event = DoctorEvent;
    type Error = DoctorRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: DoctorCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), DoctorRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: DoctorEvent) {
        *self = evolve(std::mem::take(self), &event);
    }
}
