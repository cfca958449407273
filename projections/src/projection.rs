//! A projection as the event store runs it.

use std::future::Future;
use std::marker::PhantomData;

use async_trait::async_trait;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Sealing, Subscriber, SubscriberError};
use sqlx::PgConnection;

use crate::fold::Changes;
use crate::stored::Stored;

/// Read model with tables of its own, which follow from the log.
pub trait Projection: Send + Sync + 'static {
    /// Name of the subscriber; never changed.
    const NAME: &'static str;

    /// Counted up when the log must be read again from its start.
    const VERSION: i32;

    /// Lists of the stored event types that it takes.
    const EVENT_TYPES: &'static [&'static [&'static str]];

    /// Every table that it writes.
    const TABLES: &'static [ReadModelTable];

    /// Writes what a batch changes. Has no other effect.
    fn apply(batch: &mut Batch<'_>) -> impl Future<Output = Result<(), SubscriberError>> + Send;
}

/// Events in the order of the log, and the transaction in which they are applied.
pub struct Batch<'b> {
    events: &'b [RecordedEvent],
    connection: &'b mut PgConnection,
    sealing: &'b Sealing,
}

impl Batch<'_> {
    /// Applies the events of one kind of aggregate to their rows: at most one read and one write.
    pub(crate) async fn update<R: Stored>(&mut self) -> Result<(), SubscriberError> {
        let changes = Changes::<R>::decode(self.events)?;
        let ids = changes.begun_earlier();
        let stored = if ids.is_empty() {
            Vec::new()
        } else {
            R::by_ids(self.connection, &ids).await?
        };
        let stored = R::open(stored, &changes, self.sealing).await?;
        let rows = R::seal(changes.fold(stored), self.sealing).await?;
        if !rows.is_empty() {
            R::write(self.connection, &rows).await?;
        }
        Ok(())
    }
}

/// Runs a projection as a subscriber of the log.
#[derive(Debug, Clone)]
pub struct Projector<P> {
    sealing: Sealing,
    projection: PhantomData<P>,
}

impl<P: Projection> Projector<P> {
    /// Personal data is sealed with the keys of `sealing`.
    #[must_use]
    pub fn new(sealing: &Sealing) -> Self {
        Self {
            sealing: sealing.clone(),
            projection: PhantomData,
        }
    }
}

#[async_trait]
impl<P: Projection> Subscriber for Projector<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn version(&self) -> i32 {
        P::VERSION
    }

    fn event_types(&self) -> Vec<&'static str> {
        P::EVENT_TYPES.concat()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let sealing = &self.sealing;
        let mut batch = Batch {
            events,
            connection,
            sealing,
        };
        P::apply(&mut batch).await
    }
}

impl<P: Projection> ReadModel for Projector<P> {
    fn tables(&self) -> &'static [ReadModelTable] {
        P::TABLES
    }
}
