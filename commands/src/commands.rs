//! The write side: the store, the clock and the ids that all commands share.

use std::fmt::Display;
use std::sync::Arc;

use cqrs_es::Aggregate;
use event_store::{EventStore, LoadError};

use crate::Context;
use crate::appointments::BookingNumbers;
use crate::ports::{Clock, IdSource};

/// The write side: everything that commands need to run.
#[derive(Clone)]
pub struct Commands {
    pub(crate) store: EventStore,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) booking_numbers: Arc<BookingNumbers>,
}

impl Commands {
    /// The write side over a log.
    #[must_use]
    pub fn new(store: EventStore, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self {
            store,
            clock,
            ids,
            booking_numbers: Arc::default(),
        }
    }

    /// The log.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// The clock that commands are timed by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The source of identifiers.
    #[must_use]
    pub fn ids(&self) -> &dyn IdSource {
        &*self.ids
    }

    /// A context for what the program does by itself, now.
    #[must_use]
    pub fn system_context(&self) -> Context {
        Context::system(self.clock.now(), self.ids.id())
    }

    /// The state of an aggregate, from the log.
    pub(crate) async fn load<A>(&self, id: impl Display) -> Result<A, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let loaded = self.store.load_from_log::<A>(&id.to_string()).await?;
        Ok(loaded.into_aggregate())
    }
}
