//! One stream in the log: its newest usable snapshot, and the events after it.

use chrono::{DateTime, Utc};
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use cqrs_es::{Aggregate, DomainEvent};

use crate::EventStore;
use crate::decode::decode;
use crate::error::{LoadError, StoreError};
use crate::seal::Stored;
use crate::snapshot::Snapshot;

/// A version and the state at it.
type At<A> = (i64, A);

impl EventStore {
    /// The time of a stream's first event; `None` if it has none.
    pub async fn stream_started_at(
        &self,
        aggregate_type: &str,
        id: &str,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        sqlx::query_scalar!(
            r#"
            select recorded_at
            from events
            where aggregate_type = $1
              and aggregate_id = $2
              and sequence = 1
            "#,
            aggregate_type,
            id
        )
        .fetch_optional(self.pool())
        .await
        .map_err(StoreError::doing("reading the time of a first event"))
    }

    /// All events of a type, in the order of the log: for a type that has few of them and no personal data.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn events_of_type<E: DomainEvent>(
        &self,
        event_type: &str,
    ) -> Result<Vec<E>, LoadError> {
        let rows = sqlx::query!(
            r#"
            select aggregate_type, aggregate_id, sequence, event_version, payload, metadata
            from events
            where event_type = $1
            order by epoch, transaction_id, position
            "#,
            event_type
        )
        .fetch_all(self.pool())
        .await
        .map_err(|error| LoadError::Store(error.into()))?;
        let events = rows.into_iter().map(|row| {
            let stored = SerializedEvent {
                aggregate_id: row.aggregate_id,
                sequence: usize::try_from(row.sequence).unwrap_or(usize::MAX),
                aggregate_type: row.aggregate_type,
                event_type: event_type.to_owned(),
                event_version: row.event_version,
                payload: row.payload,
                metadata: row.metadata,
            };
            decoded(self.upcasters().upcast(stored))
        });
        events.collect()
    }

    /// The stream's events, decrypted and upcast; with a snapshot, only those after it.
    pub(crate) async fn read_stream<A>(
        &self,
        id: &str,
    ) -> Result<(Option<At<A>>, Vec<SerializedEvent>), LoadError>
    where
        A: Aggregate,
    {
        let mut snapshot = self.usable_snapshot::<A>(id).await?;
        let mut events = Vec::new();
        if let Some((version, _)) = &snapshot {
            events = self.events_from(A::TYPE, id, *version).await?;
            // The last event of the snapshot. Without it, the snapshot is of another log.
            let taken_at = usize::try_from(*version).ok();
            if events.first().map(|event| event.sequence) == taken_at {
                events.remove(0);
            } else {
                snapshot = None;
            }
        }
        let events = match snapshot {
            Some(_) => self.opened(events).await?,
            None => self.read_whole_stream::<A>(id).await?,
        };
        Ok((snapshot, events))
    }

    /// The events of a stream from its start, opened.
    pub(crate) async fn read_whole_stream<A: Aggregate>(
        &self,
        id: &str,
    ) -> Result<Vec<SerializedEvent>, LoadError> {
        let events = self.repository().get_events::<A>(id).await?;
        self.opened(events).await
    }

    /// Events in clear and of today's versions.
    async fn opened(
        &self,
        mut events: Vec<SerializedEvent>,
    ) -> Result<Vec<SerializedEvent>, LoadError> {
        let stored = events.iter_mut().map(Stored::from);
        self.sealing().open_events(stored).await?;
        let upcast = |event| self.upcasters().upcast(event);
        Ok(events.into_iter().map(upcast).collect())
    }

    /// The snapshot of a stream; `None` if there is none that can be read.
    async fn usable_snapshot<A>(&self, id: &str) -> Result<Option<At<A>>, LoadError>
    where
        A: Aggregate,
    {
        let Some(kind) = self.snapshots().kind(A::TYPE) else {
            return Ok(None);
        };
        let snapshot = Snapshot::get(self.pool(), A::TYPE, id, kind.schema_version)
            .await
            .map_err(|error| LoadError::Store(error.into()))?;
        Ok(snapshot.and_then(|snapshot| {
            let state = serde_json::from_value(snapshot.state).ok()?;
            Some((snapshot.sequence, state))
        }))
    }

    async fn events_from(
        &self,
        aggregate_type: &str,
        id: &str,
        version: i64,
    ) -> Result<Vec<SerializedEvent>, LoadError> {
        let rows = sqlx::query!(
            r#"
            select sequence, event_type, event_version, payload, metadata
            from events
            where aggregate_type = $1
              and aggregate_id = $2
              and sequence >= $3
            order by sequence
            "#,
            aggregate_type,
            id,
            version
        )
        .fetch_all(self.pool())
        .await
        .map_err(|error| LoadError::Store(error.into()))?;
        Ok(rows
            .into_iter()
            .map(|row| SerializedEvent {
                aggregate_id: id.to_owned(),
                sequence: usize::try_from(row.sequence).unwrap_or(usize::MAX),
                aggregate_type: aggregate_type.to_owned(),
                event_type: row.event_type,
                event_version: row.event_version,
                payload: row.payload,
                metadata: row.metadata,
            })
            .collect())
    }
}

/// The event in the form of the domain.
pub(crate) fn decoded<E: DomainEvent>(event: SerializedEvent) -> Result<E, LoadError> {
    let payload = decode(&event.event_type, &event.event_version, &event.payload);
    payload.map_err(|source| LoadError::Unreadable {
        aggregate_type: event.aggregate_type,
        aggregate_id: event.aggregate_id,
        sequence: event.sequence,
        event_type: event.event_type,
        source: Box::new(source),
    })
}
