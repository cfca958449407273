//! The load seam: from a stream of stored events to an aggregate that can decide.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::SerializedEvent;

use crate::append::{StreamAppend, StreamVersion, ended};
use crate::decode::decode;
use crate::error::{AppendError, DecideError, LoadError};
use crate::stage::{Coming, Outcome, State, StreamKey};
use crate::{EventData, EventStore};

/// An aggregate, good for one decision.
#[derive(Debug)]
pub struct Loaded<A> {
    id: String,
    version: i64,
    aggregate: A,
    source: Source,
}

/// Where a state comes from.
#[derive(Debug, Clone)]
enum Source {
    /// The log, just now.
    Log,
    /// The cache; it may be behind.
    Cache,
    /// A command that is on its way; it may yet be refused.
    Coming(Coming),
}

/// What a stream looks like from here.
enum Seen<A> {
    /// Something is on its way to it; this is how it will look.
    Coming(i64, A, Coming),
    /// As this process last saw it.
    Cached(i64, A),
    /// Not known here.
    Unknown,
}

/// What was seen of a stream, and how sure that is.
#[derive(Debug, Clone)]
pub struct ObservedVersion {
    stream: StreamVersion,
    source: Source,
}

/// What an aggregate decided: the events to append, and its state if they are.
#[derive(Debug)]
pub struct Decided<A> {
    /// What is to be appended.
    pub stream: StreamAppend,
    /// The state after it.
    pub aggregate: A,
}

impl<A> Decided<A> {
    /// The version after it.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.stream.next_version()
    }
}

impl ObservedVersion {
    pub(crate) fn is_of_the_same_stream(&self, other: &Self) -> bool {
        (self.stream.aggregate_type, &self.stream.aggregate_id)
            == (other.stream.aggregate_type, &other.stream.aggregate_id)
    }

    pub(crate) fn into_stream(self) -> StreamVersion {
        self.stream
    }
}

impl EventStore {
    /// Loads an aggregate as it will be when everything is done that is on its way to it in this
    /// process; else from the cache, else from the log. One without events is the type's default, at
    /// version 0.
    ///
    /// An append on a state that turns out wrong is a conflict. A *refusal* decided on one must be
    /// [confirmed](EventStore::confirm) before anybody is told.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn load<A>(&self, id: &str) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        match self.look::<A>(&stream_key::<A>(id)) {
            Seen::Coming(version, aggregate, coming) => {
                Ok(Loaded::seen(id, version, aggregate, Source::Coming(coming)))
            }
            Seen::Cached(version, aggregate) => {
                Ok(Loaded::seen(id, version, aggregate, Source::Cache))
            }
            Seen::Unknown => self.load_from_log(id).await,
        }
    }

    /// The same without what is on its way: for a stream that a decision about another one rests on.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn load_committed<A>(&self, id: &str) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        match self.look_committed::<A>(&stream_key::<A>(id)) {
            Seen::Cached(version, aggregate) => {
                Ok(Loaded::seen(id, version, aggregate, Source::Cache))
            }
            Seen::Coming(..) | Seen::Unknown => self.load_from_log(id).await,
        }
    }

    fn look<A>(&self, key: &StreamKey) -> Seen<A>
    where
        A: Aggregate + Clone + 'static,
    {
        match self.committer().tail(key) {
            Some((version, aggregate, coming)) => Seen::Coming(version, aggregate, coming),
            None => self.look_committed(key),
        }
    }

    /// Returns the cached state.
    fn look_committed<A>(&self, key: &StreamKey) -> Seen<A>
    where
        A: Aggregate + Clone + 'static,
    {
        match self.committer().cache().get(key) {
            Some((version, aggregate)) => Seen::Cached(version, aggregate),
            None => Seen::Unknown,
        }
    }

    /// Loads an aggregate from the log.
    ///
    /// # Errors
    /// [`LoadError::Store`], [`LoadError::Unreadable`] naming the event, or [`LoadError::Gap`] naming the
    /// stream.
    pub async fn load_from_log<A>(&self, id: &str) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        // What is there already may be of a log that was put back. What comes meanwhile is newer.
        self.committer().cache().drop(&stream_key::<A>(id));
        let (snapshot, events) = self.read_stream::<A>(id).await?;
        let mut loaded = Loaded::new_stream(id);
        if let Some((version, aggregate)) = snapshot {
            (loaded.version, loaded.aggregate) = (version, aggregate);
        }
        let from = loaded.version;
        for event in events {
            loaded.apply(event)?;
        }
        if loaded.version > 0
            && let Some(state) = State::of(&loaded.aggregate)
        {
            let key = stream_key::<A>(id);
            self.snapshots()
                .grown(A::TYPE, id, from, loaded.version, &state);
            self.committer().cache().put(key, loaded.version, state);
        }
        Ok(loaded)
    }

    /// Whether what was seen is what the log says: a refusal that was decided on it may be told.
    /// If not, it is to be decided again.
    ///
    /// # Errors
    /// [`AppendError::Store`] if the log could not be asked.
    pub async fn confirm(&self, seen: &[ObservedVersion]) -> Result<bool, AppendError> {
        let mut unsure = Vec::new();
        for observed_version in seen {
            match &observed_version.source {
                Source::Log => {}
                Source::Cache => unsure.push(observed_version.stream.clone()),
                Source::Coming(coming) => {
                    if ended(coming.ending.clone()).await != Outcome::Committed {
                        return Ok(false);
                    }
                }
            }
        }
        if unsure.is_empty() {
            return Ok(true);
        }
        self.are_unmoved(unsure).await
    }
}

impl<A: Aggregate> Loaded<A> {
    /// An aggregate that is known to have no events yet, because its id was made just now.
    #[must_use]
    pub fn new_stream(id: &str) -> Self {
        Self::seen(id, 0, A::default(), Source::Log)
    }

    fn seen(id: &str, version: i64, aggregate: A, source: Source) -> Self {
        Self {
            id: id.to_owned(),
            version,
            aggregate,
            source,
        }
    }

    /// The state.
    #[must_use]
    pub fn aggregate(&self) -> &A {
        &self.aggregate
    }

    /// The state, for a decision about another aggregate.
    #[must_use]
    pub fn into_aggregate(self) -> A {
        self.aggregate
    }

    /// The number of its last event.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The stream at this version, for a decision about another one that rests on it.
    #[must_use]
    pub fn stream_version(&self) -> StreamVersion {
        StreamVersion {
            aggregate_type: A::TYPE,
            aggregate_id: self.id.clone(),
            version: self.version,
        }
    }

    /// What was seen, to be confirmed if it led to a refusal.
    #[must_use]
    pub fn observed_version(&self) -> ObservedVersion {
        ObservedVersion {
            stream: self.stream_version(),
            source: self.source.clone(),
        }
    }

    /// Lets the aggregate decide. The aggregate is used up: after a failed append it is loaded anew.
    ///
    /// # Errors
    /// [`DecideError::Refused`] with the aggregate's own refusal.
    pub async fn decide(mut self, command: A::Command) -> Result<Decided<A>, DecideError<A::Error>>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
    {
        let sink = EventSink::default();
        let handled = self.aggregate.handle(command, &(), &sink).await;
        handled.map_err(DecideError::Refused)?;
        let events = sink
            .collect()
            .await
            .iter()
            .map(EventData::of)
            .collect::<Result<Vec<_>, _>>()
            .map_err(DecideError::Unserialisable)?;
        let after = match self.source {
            Source::Coming(coming) => Some(coming),
            Source::Log | Source::Cache => None,
        };
        let stream = StreamAppend::new(A::TYPE, self.id, self.version, events)
            .leaving(State::of(&self.aggregate), after);
        Ok(Decided {
            stream,
            aggregate: self.aggregate,
        })
    }

    fn apply(&mut self, event: SerializedEvent) -> Result<(), LoadError> {
        let expected = self.version + 1;
        if i64::try_from(event.sequence) != Ok(expected) {
            return Err(LoadError::Gap {
                aggregate_type: event.aggregate_type,
                aggregate_id: event.aggregate_id,
                expected,
                found: event.sequence,
            });
        }
        let stored = (&*event.event_type, &*event.event_version);
        let payload = decode(stored, &event.payload).map_err(|source| LoadError::Unreadable {
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            sequence: event.sequence,
            event_type: event.event_type.clone(),
            source: Box::new(source),
        })?;
        self.aggregate.apply(payload);
        self.version = expected;
        Ok(())
    }
}

fn stream_key<A: Aggregate>(id: &str) -> StreamKey {
    (A::TYPE, id.into())
}
