//! The thin layer that lets cqrs-es run the rules.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::{Account, AccountCommand, AccountEvent, AccountRefusal, decide, evolve};

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = AccountRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: AccountCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AccountRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        *self = evolve(std::mem::take(self), &event);
    }
}
