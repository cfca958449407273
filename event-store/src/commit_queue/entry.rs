//! Commands in the commit queue, and their outcomes.

use std::any::Any;
use std::sync::Arc;

use tokio::sync::watch;
use uuid::Uuid;

/// A stream: the kind of aggregate and the aggregate.
pub(crate) type StreamKey = (&'static str, Arc<str>);

/// The subject of a claim: the kind of claim and the resource.
pub(crate) type Resource = (&'static str, Uuid);

/// An aggregate's state, of any type, and its size.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) aggregate: Arc<dyn Any + Send + Sync>,
    pub(crate) bytes: u64,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "State({} bytes)", self.bytes)
    }
}

/// The outcome of a command, for commands that were decided on the state that it would leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its events are in the log.
    Committed,
    /// Its events are not in the log, and never will be.
    Refused,
    /// The log could not be read.
    Unknown,
}

/// Receives the outcome of a command; `None` until there is one.
pub(crate) type OutcomeReceiver = watch::Receiver<Option<Outcome>>;

/// A command in the queue or under way, as a reference for commands that are decided on its state.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) ticket: u64,
    pub(crate) outcome: OutcomeReceiver,
}

/// The write of one command to one stream.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) key: StreamKey,
    /// The version that it was decided on.
    pub(crate) expected: i64,
    /// The ticket of the pending command whose state it was decided on, if there was one.
    pub(crate) after: Option<u64>,
    /// The version after it.
    pub(crate) next: i64,
    /// The state after it, if the caller knows it.
    pub(crate) state: Option<State>,
}

/// A command in the queue or under way.
#[derive(Debug)]
pub(crate) struct Entry<J> {
    /// Its number in the order of arrival, set by the queue.
    pub(crate) ticket: u64,
    pub(crate) writes: Vec<Write>,
    pub(crate) depends_on: Vec<StreamKey>,
    /// The resources that it claims. Two writers that claim one resource would wait for each other in the
    /// database.
    pub(crate) claims: Vec<Resource>,
    /// True if its events take or release claims or names. The parts of one statement do not see each
    /// other's changes, so two such commands of one stream are not put into one statement.
    pub(crate) changes_claims: bool,
    /// The caller's part.
    pub(crate) job: J,
}

impl<J> Entry<J> {
    pub(crate) fn new(writes: Vec<Write>, depends_on: Vec<StreamKey>, job: J) -> Self {
        Self {
            ticket: 0,
            writes,
            depends_on,
            claims: Vec::new(),
            changes_claims: false,
            job,
        }
    }
}
