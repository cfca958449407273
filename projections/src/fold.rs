//! From a batch of events to the rows that it changes.
//!
//! Every projection folds alike: decode, read the rows that the batch speaks of, let each event
//! change its row unless the row already knows it, and write the changed rows back at once.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::DomainEvent;
use event_store::{RecordedEvent, SubscriberError};
use serde::de::Error as _;
use uuid::Uuid;

/// What a projection knows of one aggregate.
pub(crate) trait Fold: Sized {
    /// What happens to the aggregate.
    type Event: DomainEvent;

    /// The aggregate.
    fn aggregate(&self) -> Uuid;

    /// The number of the last event that it knows.
    fn version(&self) -> i64;

    /// What is known after one more event. Nothing, if the event can't be the first one.
    fn evolve(known: Option<Self>, event: Self::Event, version: i64) -> Option<Self>;
}

/// The events of a batch that belong to one kind of aggregate.
pub(crate) struct Changes<E>(Vec<Change<E>>);

struct Change<E> {
    aggregate: Uuid,
    sequence: i64,
    event: E,
}

impl<E: DomainEvent> Changes<E> {
    /// Decodes events of one kind of aggregate, in their order.
    ///
    /// # Errors
    /// [`SubscriberError::Unreadable`] with the first event that is not what its type says.
    pub(crate) fn decode<'e>(
        events: impl IntoIterator<Item = &'e RecordedEvent>,
    ) -> Result<Self, SubscriberError> {
        events
            .into_iter()
            .map(Change::decode)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The aggregates that change, each once.
    pub(crate) fn aggregates(&self) -> Vec<Uuid> {
        let aggregates: BTreeSet<_> = self.0.iter().map(|change| change.aggregate).collect();
        aggregates.into_iter().collect()
    }

    /// The rows that differ from the stored ones, in the order of their aggregates.
    pub(crate) fn fold<R: Fold<Event = E>>(self, stored: Vec<R>) -> Vec<R> {
        let mut rows: BTreeMap<Uuid, R> = stored
            .into_iter()
            .map(|row| (row.aggregate(), row))
            .collect();
        let mut changed = BTreeSet::new();
        for Change {
            aggregate,
            sequence,
            event,
        } in self.0
        {
            let known = |row: &R| row.version() >= sequence;
            if rows.get(&aggregate).is_some_and(known) {
                continue;
            }
            if let Some(row) = R::evolve(rows.remove(&aggregate), event, sequence) {
                rows.insert(aggregate, row);
                changed.insert(aggregate);
            }
        }
        rows.into_iter()
            .filter_map(|(aggregate, row)| changed.contains(&aggregate).then_some(row))
            .collect()
    }
}

impl<E: DomainEvent> Change<E> {
    fn decode(event: &RecordedEvent) -> Result<Self, SubscriberError> {
        let unreadable = |source| SubscriberError::unreadable(event, source);
        let no_uuid = |_| unreadable(serde_json::Error::custom("the aggregate's id is no UUID"));
        Ok(Self {
            aggregate: event.aggregate_id.parse().map_err(no_uuid)?,
            sequence: event.sequence,
            event: event.decode().map_err(unreadable)?,
        })
    }
}
