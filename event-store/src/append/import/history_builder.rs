//! A history that is decided as it is told.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::History;
use crate::error::AppendError;
use crate::{EventData, Metadata};

/// An aggregate to which one thing after another happens, before any of it is in a log.
///
/// Its rules decide as ever. What others hold is not their matter: the import finds out.
#[derive(Debug)]
pub struct HistoryBuilder<A> {
    aggregate: A,
    history: History,
}

impl<A> HistoryBuilder<A>
where
    A: Aggregate<Services = ()>,
{
    /// Of an aggregate to which nothing has happened yet.
    #[must_use]
    pub fn new(aggregate_id: String) -> Self {
        Self {
            aggregate: A::default(),
            history: History::new(A::TYPE, aggregate_id),
        }
    }

    /// Has the aggregate decide on one more command. The inner error is its refusal: then nothing has
    /// happened.
    ///
    /// # Errors
    /// [`AppendError::Unserialisable`] and [`AppendError::PhiWithoutSubject`], of an event.
    pub async fn then(
        mut self,
        command: A::Command,
        metadata: Metadata,
    ) -> Result<Result<Self, A::Error>, AppendError> {
        let sink = EventSink::default();
        if let Err(refusal) = self.aggregate.handle(command, &(), &sink).await {
            return Ok(Err(refusal));
        }
        let events = sink.collect().await;
        let events: Result<_, _> = events.iter().map(EventData::from_event).collect();
        self.history = self.history.then(metadata, events?);
        Ok(Ok(self))
    }

    /// The state after all that.
    #[must_use]
    pub fn aggregate(&self) -> &A {
        &self.aggregate
    }

    /// All that happened.
    #[must_use]
    pub fn into_history(self) -> History {
        self.history
    }
}
