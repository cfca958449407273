//! What a decision about one aggregate rests on besides it.

use cqrs_es::Aggregate;
use event_store::{
    AppendError, EventStore, LoadError, Loaded, ObservedVersion, StreamAppend, StreamVersion,
};
use uuid::Uuid;

use crate::execute::key;

/// The streams that were looked at, each as it was seen. The append is a conflict if one of them has
/// moved on; a refusal is only told once the log says that none has.
#[derive(Debug, Default)]
pub(crate) struct Basis {
    seen: Vec<ObservedVersion>,
    streams: Vec<StreamVersion>,
}

impl Basis {
    /// Looks at an aggregate.
    pub(crate) async fn load<A>(&mut self, store: &EventStore, id: Uuid) -> Result<A, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let loaded = store.load_committed::<A>(&key(id)).await?;
        self.seen.push(loaded.observed_version());
        self.streams.push(loaded.stream_version());
        Ok(loaded.into_aggregate())
    }

    /// Notes how the aggregate itself looked that is decided about; its own append insists on the version.
    pub(crate) fn look<A: Aggregate + Clone + 'static>(&mut self, loaded: &Loaded<A>) {
        self.seen.push(loaded.observed_version());
    }

    /// Has the append find these streams as they were decided on, though nothing is added to them.
    pub(crate) fn insist_on(&mut self, unchanged: &[StreamAppend]) {
        let versions = unchanged.iter().map(|stream| StreamVersion {
            aggregate_type: stream.aggregate_type,
            aggregate_id: stream.aggregate_id.clone(),
            version: stream.expected_version,
        });
        self.streams.extend(versions);
    }

    /// Whether the log says the same. If not, it is to be looked at again.
    pub(crate) async fn is_right(&self, store: &EventStore) -> Result<bool, AppendError> {
        store.confirm(&self.seen).await
    }

    /// What the append must find unmoved.
    pub(crate) fn into_streams(self) -> Vec<StreamVersion> {
        self.streams
    }
}
