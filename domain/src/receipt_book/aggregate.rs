//! The thin layer that lets cqrs-es run the rules.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::{
    ReceiptBook, ReceiptBookCommand, ReceiptBookEvent, ReceiptBookRefusal, decide, evolve,
};

impl Aggregate for ReceiptBook {
    const TYPE: &'static str = "receipt_book";
    type Command = ReceiptBookCommand;
    type Event = ReceiptBookEvent;
    type Error = ReceiptBookRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReceiptBookCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReceiptBookRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ReceiptBookEvent) {
        *self = evolve(std::mem::take(self), &event);
    }
}
