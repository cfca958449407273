//! The thin layer that lets cqrs-es run the rules.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::{
    Appointment, AppointmentCommand, AppointmentEvent, AppointmentRefusal, decide, evolve,
};

impl Aggregate for Appointment {
    const TYPE: &'static str = "appointment";
    type Command = AppointmentCommand;
    type Event = AppointmentEvent;
    type Error = AppointmentRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: AppointmentCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AppointmentRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AppointmentEvent) {
        *self = evolve(std::mem::take(self), &event);
    }
}
