//! The read set of a command, and the append that depends on it.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::Aggregate;

use crate::append::{Append, StreamVersion};
use crate::error::{AppendError, LoadError};
use crate::{Cursor, EventStore, Loaded, ObservedVersion};

/// The streams that a command has read, each at the version that it saw.
///
/// A command that succeeds, a command that changes nothing and a refusal are valid only if no stream of
/// the read set has moved on: [`commit`](Self::commit) and [`verify`](Self::verify) check that.
/// Clones share one set.
#[derive(Clone)]
pub struct ReadSet {
    store: EventStore,
    observed: Arc<Mutex<Vec<ObservedVersion>>>,
}

impl EventStore {
    /// An empty read set, for one run of a command.
    #[must_use]
    pub fn read_set(&self) -> ReadSet {
        ReadSet {
            store: self.clone(),
            observed: Arc::default(),
        }
    }
}

impl ReadSet {
    /// Loads an aggregate that the command may change, in its pending state. One without events is the type's
    /// default, at version 0.
    ///
    /// # Errors
    /// [`LoadError`] if the log could not be read.
    pub async fn load<A>(&self, id: impl Display) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let loaded = self.store.load::<A>(&id.to_string()).await?;
        self.observe(&loaded);
        Ok(loaded)
    }

    /// Loads an aggregate from the log instead of the cache, for a state that has changed according to another
    /// query.
    ///
    /// # Errors
    /// [`LoadError`] if the log could not be read.
    pub async fn load_from_log<A>(&self, id: impl Display) -> Result<Loaded<A>, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let loaded = self.store.load_from_log::<A>(&id.to_string()).await?;
        self.observe(&loaded);
        Ok(loaded)
    }

    /// The committed state of an aggregate that the decision depends on and the command does not change.
    ///
    /// # Errors
    /// [`LoadError`] if the log could not be read.
    pub async fn require<A>(&self, id: impl Display) -> Result<A, LoadError>
    where
        A: Aggregate + Clone + 'static,
    {
        let loaded = self.store.load_committed::<A>(&id.to_string()).await?;
        self.observe(&loaded);
        Ok(loaded.into_aggregate())
    }

    /// An aggregate without events, for an id that was made just now.
    #[must_use]
    pub fn create<A: Aggregate>(&self, id: impl Display) -> Loaded<A> {
        Loaded::new_stream(&id.to_string())
    }

    /// Adds a stream, in place of an earlier read of it.
    fn observe<A: Aggregate>(&self, loaded: &Loaded<A>) {
        let observed_version = loaded.observed_version();
        let mut observed = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
        observed.retain(|earlier| !earlier.is_of_the_same_stream(&observed_version));
        observed.push(observed_version);
    }

    fn observed(&self) -> Vec<ObservedVersion> {
        let observed = self.observed.lock();
        observed.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks in the log that every stream is still at the version that was read, so that a refusal is valid.
    ///
    /// # Errors
    /// [`AppendError::Conflict`] if a stream has moved on, [`AppendError::Store`] if the log could not be read.
    pub async fn verify(&self) -> Result<(), AppendError> {
        if self.store.confirm(&self.observed()).await? {
            Ok(())
        } else {
            Err(AppendError::Conflict)
        }
    }

    /// Appends what was decided on this read set. Every stream that was read and is not written must be
    /// unmoved. Without any event this is [`verify`](Self::verify), and the result is `None`.
    ///
    /// # Errors
    /// See [`EventStore::append`].
    pub async fn commit(&self, append: &mut Append) -> Result<Option<Cursor>, AppendError> {
        append.streams.retain(|stream| !stream.events.is_empty());
        if append.streams.is_empty() {
            self.verify().await?;
            return Ok(None);
        }
        append.depends_on.extend(self.not_written_by(append));
        Ok(Some(self.store.append(append).await?.cursor))
    }

    fn not_written_by(&self, append: &Append) -> Vec<StreamVersion> {
        let streams = append.streams.iter();
        let written: HashSet<_> = streams
            .map(|stream| (stream.aggregate_type, &*stream.aggregate_id))
            .collect();
        let mut read: Vec<_> = self
            .observed()
            .into_iter()
            .map(ObservedVersion::into_stream)
            .collect();
        read.retain(|stream| !written.contains(&(stream.aggregate_type, &*stream.aggregate_id)));
        read
    }
}
