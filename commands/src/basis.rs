//! What a decision about one aggregate rests on besides it.

use cqrs_es::Aggregate;
use event_store::{EventStore, LoadError, StreamVersion};
use uuid::Uuid;

use crate::execute::key;

/// The streams that were looked at, each at the version that was seen. The append is a conflict if
/// one of them has moved on.
#[derive(Debug, Default)]
pub(crate) struct Basis {
    streams: Vec<StreamVersion>,
    cached: bool,
    only_fresh: bool,
}

impl Basis {
    /// A basis that takes nothing from the cache.
    pub(crate) fn fresh() -> Self {
        Self {
            only_fresh: true,
            ..Self::default()
        }
    }

    /// Whether anything came from the cache, and may be behind.
    pub(crate) fn is_cached(&self) -> bool {
        self.cached
    }

    /// Looks at an aggregate.
    pub(crate) async fn load<A>(&mut self, store: &EventStore, id: Uuid) -> Result<A, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let id = key(id);
        let loaded = if self.only_fresh {
            store.load_fresh::<A>(&id).await?
        } else {
            store.load::<A>(&id).await?
        };
        self.cached |= loaded.is_cached();
        self.streams.push(loaded.stream_version());
        Ok(loaded.into_aggregate())
    }

    /// What the append must find unmoved.
    pub(crate) fn into_streams(self) -> Vec<StreamVersion> {
        self.streams
    }
}
