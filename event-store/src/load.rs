//! Loading: from a stream of stored events to an aggregate that can decide.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::SerializedEvent;

use crate::append::{StreamAppend, StreamVersion};
use crate::commit_queue::{Outcome, Pending, State, StreamKey};
use crate::error::{AppendError, DecideError, LoadError};
use crate::stream::decoded;
use crate::{EventData, EventStore};

/// A loaded aggregate, for one decision.
#[derive(Debug)]
pub struct Loaded<A> {
    id: String,
    version: i64,
    aggregate: A,
    source: Source,
}

/// The source of a state.
#[derive(Debug, Clone)]
enum Source {
    /// The log.
    Log,
    /// The cache, which may be outdated.
    Cache,
    /// A pending command, which may still be refused.
    Pending(Pending),
}

/// The version of a stream that a command has read, and its source.
#[derive(Debug, Clone)]
pub struct ObservedVersion {
    stream: StreamVersion,
    source: Source,
}

/// A decision of an aggregate: the events to append, and the state after them.
#[derive(Debug)]
pub struct Decided<A> {
    /// The events to append.
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
    /// Loads the pending state of an aggregate, or else its cached state, or else reads it from the log. An
    /// aggregate without events is the type's default, at version 0.
    ///
    /// An append on an outdated state is a conflict. A *refusal* must be
    /// [confirmed](EventStore::confirm) before it is returned to a client.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn load<A>(&self, id: &str) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        match self.pending(id).or_else(|| self.cached_state(id)) {
            Some(loaded) => Ok(loaded),
            None => self.load_from_log(id).await,
        }
    }

    /// Loads the committed state: for a stream that a decision about another one depends on.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn load_committed<A>(&self, id: &str) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        match self.cached_state(id) {
            Some(loaded) => Ok(loaded),
            None => self.load_from_log(id).await,
        }
    }

    /// The state after all pending commands; `None` if there are none.
    fn pending<A>(&self, id: &str) -> Option<Loaded<A>>
    where
        A: Aggregate + Clone + 'static,
    {
        let (version, aggregate, pending) = self.committer().tail(&stream_key::<A>(id))?;
        let source = Source::Pending(pending);
        Some(Loaded::new(id, version, aggregate, source))
    }

    /// The cached state.
    fn cached_state<A>(&self, id: &str) -> Option<Loaded<A>>
    where
        A: Aggregate + Clone + 'static,
    {
        let (version, aggregate) = self.committer().cache().get(&stream_key::<A>(id))?;
        Some(Loaded::new(id, version, aggregate, Source::Cache))
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
        // The cached state may be of a log that was restored. A state that is cached meanwhile is newer.
        self.committer().cache().remove(&stream_key::<A>(id));
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
            && let Some(state) = State::from_aggregate(&loaded.aggregate)
        {
            let key = stream_key::<A>(id);
            self.snapshots()
                .grown(A::TYPE, id, from, loaded.version, &state);
            self.committer().cache().put(key, loaded.version, state);
        }
        Ok(loaded)
    }

    /// Reads the events of a stream from the log, with their personal data. Nothing of them is kept.
    ///
    /// # Errors
    /// [`LoadError::Store`], or [`LoadError::Unreadable`] naming the event.
    pub async fn read_events<A: Aggregate>(&self, id: &str) -> Result<Vec<A::Event>, LoadError> {
        let events = self.read_whole_stream::<A>(id).await?;
        events.into_iter().map(decoded).collect()
    }

    /// Returns whether these versions are those of the log, so that a refusal that was decided on them is
    /// valid. If not, the command must be decided again.
    ///
    /// # Errors
    /// [`AppendError::Store`] if the log could not be read.
    pub async fn confirm(&self, observed: &[ObservedVersion]) -> Result<bool, AppendError> {
        let mut unconfirmed = Vec::new();
        for observed_version in observed {
            match &observed_version.source {
                Source::Log => {}
                Source::Cache => unconfirmed.push(observed_version.stream.clone()),
                Source::Pending(pending) => {
                    if outcome(pending).await != Outcome::Committed {
                        return Ok(false);
                    }
                }
            }
        }
        if unconfirmed.is_empty() {
            return Ok(true);
        }
        self.are_unmoved(unconfirmed).await
    }
}

impl<A: Aggregate> Loaded<A> {
    /// An aggregate without events, for an id that was made just now.
    #[must_use]
    pub fn new_stream(id: &str) -> Self {
        Self::new(id, 0, A::default(), Source::Log)
    }

    fn new(id: &str, version: i64, aggregate: A, source: Source) -> Self {
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

    /// Returns the state, for a decision about another aggregate.
    #[must_use]
    pub fn into_aggregate(self) -> A {
        self.aggregate
    }

    /// The sequence number of its last event.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The stream at this version, for a decision about another one that depends on it.
    #[must_use]
    pub fn stream_version(&self) -> StreamVersion {
        StreamVersion {
            aggregate_type: A::TYPE,
            aggregate_id: self.id.clone(),
            version: self.version,
        }
    }

    /// The version that was read, to be confirmed after a refusal.
    #[must_use]
    pub fn observed_version(&self) -> ObservedVersion {
        ObservedVersion {
            stream: self.stream_version(),
            source: self.source.clone(),
        }
    }

    /// Handles a command. After a failed append the aggregate must be loaded again.
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
            .map(EventData::from_event)
            .collect::<Result<Vec<_>, _>>()
            .map_err(DecideError::Unserialisable)?;
        let after = match self.source {
            Source::Pending(pending) => Some(pending),
            Source::Log | Source::Cache => None,
        };
        let stream = StreamAppend::new(A::TYPE, self.id, self.version, events)
            .with_state(State::from_aggregate(&self.aggregate), after);
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
        self.aggregate.apply(decoded(event)?);
        self.version = expected;
        Ok(())
    }
}

/// Waits for the outcome of a pending command; unknown if its writer ends before.
async fn outcome(pending: &Pending) -> Outcome {
    let mut outcome = pending.outcome.clone();
    let known = outcome.wait_for(Option::is_some).await;
    known
        .ok()
        .and_then(|outcome| *outcome)
        .unwrap_or(Outcome::Unknown)
}

fn stream_key<A: Aggregate>(id: &str) -> StreamKey {
    (A::TYPE, id.into())
}
