//! From a batch of events to the rows that it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, ready};

use cqrs_es::Aggregate;
use event_store::{DecodeError, RecordedEvent, Sealing, SubscriberError};
use uuid::Uuid;

/// Event of the aggregate that a row is about.
pub type EventOf<R> = <<R as Fold>::Aggregate as Aggregate>::Event;

/// Row about one aggregate, or one item of it, folded from the aggregate's events.
pub trait Fold: Sized + Send + Sync {
    /// The aggregate.
    type Aggregate: Aggregate;

    /// Id of the row: the aggregate's or the item's.
    fn id(&self) -> Uuid;

    /// Returns the id of the row that an event is about. An aggregate of many items has a row for each.
    fn row_of(_event: &EventOf<Self>, aggregate: Uuid) -> Uuid {
        aggregate
    }

    /// Returns true for an event before which its row can't exist.
    fn begins(_event: &EventOf<Self>, sequence: i64) -> bool {
        sequence == 1
    }

    /// Sequence number of the last event that the row contains.
    fn version(&self) -> i64;

    /// Returns the row after one more event; `None` if the event can't be the row's first.
    fn evolve(row: Option<Self>, event: EventOf<Self>, version: i64) -> Option<Self>;

    /// Opens the rows whose personal data `changes` depend on. Rows without any stay as they are.
    fn open(
        rows: Vec<Self>,
        _changes: &Changes<Self>,
        _sealing: &Sealing,
    ) -> impl Future<Output = Result<Vec<Self>, sqlx::Error>> + Send {
        ready(Ok(rows))
    }

    /// Seals the rows whose personal data is new. Rows without any stay as they are.
    fn seal(
        rows: Vec<Self>,
        _sealing: &Sealing,
    ) -> impl Future<Output = Result<Vec<Self>, sqlx::Error>> + Send {
        ready(Ok(rows))
    }
}

/// The events of a batch that belong to one kind of aggregate, in their order.
pub struct Changes<R: Fold>(Vec<Change<R>>);

struct Change<R: Fold> {
    id: Uuid,
    sequence: i64,
    event: EventOf<R>,
}

impl<R: Fold> Changes<R> {
    /// Decodes the events of the row's aggregate and passes the others over.
    ///
    /// # Errors
    /// [`SubscriberError::Unreadable`] with the first event that is not what its type says.
    pub(crate) fn decode(events: &[RecordedEvent]) -> Result<Self, SubscriberError> {
        let own = |event: &&RecordedEvent| event.aggregate_type == R::Aggregate::TYPE;
        let changes = events.iter().filter(own).map(Change::decode);
        changes.collect::<Result<_, _>>().map(Self)
    }

    /// Ids of the rows that began before the batch, each once: these are to be read.
    ///
    /// A row that begins in the batch follows from these events alone. If the batch is delivered again it exists, and
    /// the write compares versions.
    pub(crate) fn begun_earlier(&self) -> Vec<Uuid> {
        let mut begun = BTreeSet::new();
        let mut earlier = BTreeSet::new();
        for change in &self.0 {
            if R::begins(&change.event, change.sequence) {
                begun.insert(change.id);
            } else if !begun.contains(&change.id) {
                earlier.insert(change.id);
            }
        }
        earlier.into_iter().collect()
    }

    /// Ids of the rows with an event that `matches`.
    pub(crate) fn ids_where(&self, matches: impl Fn(&EventOf<R>) -> bool) -> BTreeSet<Uuid> {
        let changes = self.0.iter().filter(|change| matches(&change.event));
        changes.map(|change| change.id).collect()
    }

    /// Returns the rows that differ from the stored ones, in the order of their ids.
    pub(crate) fn fold(self, stored: Vec<R>) -> Vec<R> {
        let mut rows: BTreeMap<Uuid, R> = stored.into_iter().map(|row| (row.id(), row)).collect();
        let mut changed = BTreeSet::new();
        for change in self.0 {
            let contains_event = |row: &R| row.version() >= change.sequence;
            if rows.get(&change.id).is_some_and(contains_event) {
                continue;
            }
            if let Some(row) = R::evolve(rows.remove(&change.id), change.event, change.sequence) {
                rows.insert(change.id, row);
                changed.insert(change.id);
            }
        }
        rows.retain(|id, _| changed.contains(id));
        rows.into_values().collect()
    }
}

impl<R: Fold> Change<R> {
    fn decode(event: &RecordedEvent) -> Result<Self, SubscriberError> {
        let unreadable = |source| SubscriberError::unreadable(event, source);
        let no_uuid = |_| {
            let told = "the aggregate's id is no UUID".to_owned();
            unreadable(DecodeError::Malformed(told))
        };
        let aggregate = event.aggregate_id.parse().map_err(no_uuid)?;
        let sequence = event.sequence;
        let event = event.decode().map_err(unreadable)?;
        Ok(Self {
            id: R::row_of(&event, aggregate),
            sequence,
            event,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::account::{Account, AccountEnabled, AccountEvent};
    use domain::{AccountId, Actor};

    use super::*;

    /// Number of events after the first, so that one that is applied twice shows.
    #[derive(Debug, Clone, PartialEq)]
    struct Count {
        events: i64,
        version: i64,
    }

    impl Fold for Count {
        type Aggregate = Account;

        fn id(&self) -> Uuid {
            Uuid::nil()
        }

        fn version(&self) -> i64 {
            self.version
        }

        fn evolve(row: Option<Self>, _: AccountEvent, version: i64) -> Option<Self> {
            let events = match row {
                None if version == 1 => 0,
                row => row?.events + 1,
            };
            Some(Self { events, version })
        }
    }

    fn changes(sequences: impl Iterator<Item = i64>) -> Changes<Count> {
        let changes = sequences.map(|sequence| Change {
            id: Uuid::nil(),
            sequence,
            event: AccountEvent::Enabled(AccountEnabled {
                account: AccountId::from_uuid(Uuid::nil()),
                by: Actor::System,
                at: DateTime::UNIX_EPOCH,
            }),
        });
        Changes(changes.collect())
    }

    #[test]
    fn events_change_their_row_in_order() {
        let (events, version) = (2, 3);
        assert_eq!(changes(1..=3).fold(vec![]), [Count { events, version }]);
    }

    #[test]
    fn an_event_that_the_row_contains_does_not_count_twice() {
        let stored = Count {
            events: 1,
            version: 2,
        };
        assert_eq!(changes(1..=2).fold(vec![stored.clone()]), Vec::new());
        let (events, version) = (2, 3);
        assert_eq!(
            changes(2..=3).fold(vec![stored]),
            [Count { events, version }]
        );
    }

    #[test]
    fn rows_are_read_for_aggregates_that_began_earlier() {
        assert_eq!(changes(1..=2).begun_earlier(), Vec::<Uuid>::new());
        assert_eq!(changes(2..=3).begun_earlier(), [Uuid::nil()]);
    }

    #[test]
    fn an_event_that_cannot_be_the_first_makes_no_row() {
        assert!(changes(2..=2).fold(vec![]).is_empty());
    }
}
