//! From a batch of events to the rows that it changes.
//!
//! Every projection folds alike: decode, read the rows that the batch speaks of, let each event
//! change its row unless the row already knows it, and write the changed rows back at once.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::{Aggregate, DomainEvent};
use event_store::{DecodeError, RecordedEvent, SubscriberError};
use uuid::Uuid;

use crate::sealed::{Closed, Personal};

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

/// A row that tells of a person changes while what it tells stays sealed: only an event that says
/// something new about the person is sealed anew.
impl<R: Fold + Personal> Fold for Closed<R> {
    type Event = R::Event;

    fn aggregate(&self) -> Uuid {
        self.row().aggregate()
    }

    fn version(&self) -> i64 {
        self.row().version()
    }

    fn evolve(known: Option<Self>, event: R::Event, version: i64) -> Option<Self> {
        let (row, sealed) = known.map(Self::into_parts).unzip();
        let row = R::evolve(row, event, version)?;
        Some(Self::new(row, sealed.flatten()))
    }
}

/// The events of a batch that belong to one kind of aggregate.
pub(crate) struct Changes<E>(Vec<Change<E>>);

struct Change<E> {
    aggregate: Uuid,
    sequence: i64,
    event: E,
}

/// The events of one kind of aggregate among those of several.
///
/// # Errors
/// [`SubscriberError::Unreadable`] with the first of them that is not what its type says.
pub(crate) fn changes_of<A: Aggregate>(
    events: &[RecordedEvent],
) -> Result<Changes<A::Event>, SubscriberError> {
    let of_kind = |event: &&RecordedEvent| event.aggregate_type == A::TYPE;
    Changes::decode(events.iter().filter(of_kind))
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

    /// The aggregates that may have a row which matters, each once.
    ///
    /// Those that begin in this batch have none: what is known of them is made of these events alone.
    /// If the batch comes again their row is there, and writing it compares versions.
    pub(crate) fn aggregates(&self) -> Vec<Uuid> {
        let mut begun = BTreeSet::new();
        let mut going_on = BTreeSet::new();
        for change in &self.0 {
            if change.sequence == 1 {
                begun.insert(change.aggregate);
            } else if !begun.contains(&change.aggregate) {
                going_on.insert(change.aggregate);
            }
        }
        going_on.into_iter().collect()
    }

    /// The aggregates about whose events `so` is true.
    pub(crate) fn aggregates_where(&self, so: impl Fn(&E) -> bool) -> BTreeSet<Uuid> {
        let changes = self.0.iter().filter(|change| so(&change.event));
        changes.map(|change| change.aggregate).collect()
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
        let no_uuid = |_| {
            unreadable(DecodeError::Malformed(
                "the aggregate's id is no UUID".to_owned(),
            ))
        };
        Ok(Self {
            aggregate: event.aggregate_id.parse().map_err(no_uuid)?,
            sequence: event.sequence,
            event: event.decode().map_err(unreadable)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds up what comes, so that an event that counts twice shows.
    #[derive(Debug, Clone, PartialEq)]
    struct Sum {
        total: i64,
        version: i64,
    }

    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    enum Sums {
        Begun,
        Added(i64),
    }

    impl DomainEvent for Sums {
        fn event_type(&self) -> String {
            "sum".to_owned()
        }

        fn event_version(&self) -> String {
            "1".to_owned()
        }
    }

    impl Fold for Sum {
        type Event = Sums;

        fn aggregate(&self) -> Uuid {
            Uuid::nil()
        }

        fn version(&self) -> i64 {
            self.version
        }

        fn evolve(known: Option<Self>, event: Sums, version: i64) -> Option<Self> {
            let total = match event {
                Sums::Begun => 0,
                Sums::Added(amount) => known?.total + amount,
            };
            Some(Self { total, version })
        }
    }

    fn changes(from: i64, events: &[Sums]) -> Changes<Sums> {
        let numbered = (from..).zip(events.iter().cloned());
        let changes = numbered.map(|(sequence, event)| Change {
            aggregate: Uuid::nil(),
            sequence,
            event,
        });
        Changes(changes.collect())
    }

    #[test]
    fn events_change_their_row_in_order() {
        let rows: Vec<Sum> =
            changes(1, &[Sums::Begun, Sums::Added(2), Sums::Added(3)]).fold(vec![]);
        let (total, version) = (5, 3);
        assert_eq!(rows, [Sum { total, version }]);
    }

    #[test]
    fn an_event_that_the_row_knows_does_not_count_twice() {
        let known = Sum {
            total: 2,
            version: 2,
        };
        let again = changes(1, &[Sums::Begun, Sums::Added(2)]);
        assert_eq!(again.fold(vec![known.clone()]), Vec::<Sum>::new());
        let one_more = changes(2, &[Sums::Added(2), Sums::Added(3)]);
        let (total, version) = (5, 3);
        assert_eq!(one_more.fold(vec![known]), [Sum { total, version }]);
    }

    #[test]
    fn rows_are_looked_for_of_aggregates_that_began_earlier() {
        let begins = changes(1, &[Sums::Begun, Sums::Added(2)]);
        assert_eq!(begins.aggregates(), Vec::<Uuid>::new());
        let goes_on = changes(2, &[Sums::Added(2), Sums::Added(3)]);
        assert_eq!(goes_on.aggregates(), [Uuid::nil()]);
    }

    #[test]
    fn an_event_that_cannot_be_the_first_makes_no_row() {
        let rows: Vec<Sum> = changes(2, &[Sums::Added(2)]).fold(vec![]);
        assert!(rows.is_empty());
    }
}
