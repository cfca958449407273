//! What waits, what is under way, and how each stream will look when that is done.
//!
//! ```text
//!  decided ──enqueue──▶ waiting ──take──▶ under way ──complete──▶ committed: the state is cached
//!              │                                        └───────▶ failed: whoever built on it, too
//!              └▶ overtaken: decided on a state that somebody here has left behind
//! ```
//!
//! Two commands of one stream may share a batch: the second is decided on the state that the first
//! will leave (its *tail*), before anything is written. That is safe by three rules, and they are
//! all that this module is about:
//! 1. A stream has one tail, and a command is only taken in if it was decided on it.
//! 2. A command goes to the database with its predecessor, in order, or after it; never beside it.
//! 3. If a command fails, everybody who built on it fails before they reach the database.
//!
//! Pure bookkeeping: no I/O and no clock, so every interleaving can be tested.

mod forming;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use tokio::sync::watch;
use uuid::Uuid;

use forming::Forming;

/// A stream: the kind of aggregate and the aggregate.
pub(crate) type StreamKey = (&'static str, Arc<str>);

/// An aggregate's state, whatever its type, and what it weighs.
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

/// What a claim is on: the kind of claim and whose time it is.
pub(crate) type Resource = (&'static str, Uuid);

/// How a command ended, for those who decided on the state that it would leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its events are in the log.
    Committed,
    /// They are not, and never will be.
    Refused,
    /// Nobody could find out.
    Unknown,
}

/// Tells how a command ends.
pub(crate) type Ending = watch::Receiver<Option<Outcome>>;

/// A command that is on its way, as whoever decides on its state refers to it.
#[derive(Debug, Clone)]
pub(crate) struct Coming {
    pub(crate) ticket: u64,
    pub(crate) ending: Ending,
}

/// What one command does to one stream.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) key: StreamKey,
    /// The version that it was decided on.
    pub(crate) expected: i64,
    /// The command on its way whose state it was decided on, if it was one.
    pub(crate) after: Option<u64>,
    /// The version that it leaves.
    pub(crate) next: i64,
    /// The state that it leaves, if the caller said.
    pub(crate) state: Option<State>,
}

/// A command on its way.
#[derive(Debug)]
pub(crate) struct Entry<J> {
    /// Its place in the order of arrival; given when it is taken in.
    pub(crate) ticket: u64,
    pub(crate) writes: Vec<Write>,
    pub(crate) rests_on: Vec<StreamKey>,
    /// What it claims. Two lanes that claim one thing would wait for each other in the database.
    pub(crate) claims: Vec<Resource>,
    /// Whether its events take or give back anything. Within one statement nobody sees what a
    /// neighbour takes, so two such commands of one stream don't share one.
    pub(crate) guarded: bool,
    /// What is to be done: for the caller.
    pub(crate) job: J,
}

impl<J> Entry<J> {
    pub(crate) fn new(writes: Vec<Write>, rests_on: Vec<StreamKey>, job: J) -> Self {
        Self {
            ticket: 0,
            writes,
            rests_on,
            claims: Vec::new(),
            guarded: false,
            job,
        }
    }
}

/// The state that a stream will have when everything that is on its way is done.
#[derive(Clone)]
pub(crate) struct Tail {
    pub(crate) version: i64,
    pub(crate) state: Option<State>,
    pub(crate) coming: Coming,
}

/// A batch that was taken: to be given back with its verdicts.
#[derive(Debug)]
pub(crate) struct Taken<J> {
    /// In the order in which they must be written.
    pub(crate) entries: Vec<Entry<J>>,
    /// Which of them build on which earlier ones: successor and predecessor, counted from 0.
    pub(crate) links: Vec<(usize, usize)>,
}

/// What follows from a batch's verdicts.
#[derive(Debug)]
pub(crate) struct Completed<J> {
    /// States that are now in the log, with their versions.
    pub(crate) settled: Vec<(StreamKey, i64, State)>,
    /// Commands that waited behind one that failed: they were never sent.
    pub(crate) orphaned: Vec<J>,
}

/// The command was decided on a state that is no longer the last one here.
#[derive(Debug)]
pub(crate) struct Overtaken<J>(pub(crate) J);

/// See the module.
pub(crate) struct Stage<J> {
    waiting: VecDeque<Entry<J>>,
    /// What is on its way to each stream, in order.
    tails: HashMap<StreamKey, VecDeque<Tail>>,
    /// Streams that batches under way write to, and rest on. A stream may be rested on by several.
    written: HashMap<StreamKey, usize>,
    rested_on: HashMap<StreamKey, usize>,
    claimed: HashMap<Resource, usize>,
    next_ticket: u64,
}

impl<J> Default for Stage<J> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            tails: HashMap::new(),
            written: HashMap::new(),
            rested_on: HashMap::new(),
            claimed: HashMap::new(),
            next_ticket: 0,
        }
    }
}

impl<J> Stage<J> {
    /// The state that a stream will have, if anything is on its way to it.
    pub(crate) fn tail(&self, key: &StreamKey) -> Option<&Tail> {
        self.tails.get(key)?.back()
    }

    /// How many commands wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes a command in. `ending` will tell how it ends.
    ///
    /// # Errors
    /// [`Overtaken`] if one of its streams is on its way to another version than it was decided on.
    pub(crate) fn enqueue(
        &mut self,
        mut entry: Entry<J>,
        ending: &Ending,
    ) -> Result<(), Overtaken<J>> {
        if !entry.writes.iter().all(|write| self.fits(write)) {
            return Err(Overtaken(entry.job));
        }
        self.next_ticket += 1;
        entry.ticket = self.next_ticket;
        for write in &entry.writes {
            let tail = Tail {
                version: write.next,
                state: write.state.clone(),
                coming: Coming {
                    ticket: entry.ticket,
                    ending: ending.clone(),
                },
            };
            self.tails
                .entry(write.key.clone())
                .or_default()
                .push_back(tail);
        }
        self.waiting.push_back(entry);
        Ok(())
    }

    /// Whether what a command was decided on is still how the stream will look.
    ///
    /// A version is not enough: the command that would have led to it may have failed meanwhile, and
    /// another one, or another process, have led to it by other events.
    fn fits(&self, write: &Write) -> bool {
        match (self.tail(&write.key), write.after) {
            (Some(tail), Some(after)) => tail.coming.ticket == after,
            (Some(tail), None) => tail.version == write.expected,
            // It came about or it failed, just now. Either way it is quickly looked at again.
            (None, Some(_)) => false,
            // Decided on what the log said: the database is the judge.
            (None, None) => true,
        }
    }

    /// Takes up to `most` commands that may go to the database now, in the order of their arrival.
    ///
    /// A command that must wait keeps later ones waiting that want the same streams or claims: a change of
    /// a doctor's hours is not starved by bookings, and neither is a series or a leave, which claims more
    /// than any of them.
    pub(crate) fn take(&mut self, most: usize) -> Taken<J> {
        let mut forming = Forming::default();
        let mut kept = VecDeque::with_capacity(self.waiting.len());
        let mut entries = Vec::new();
        while let Some(entry) = self.waiting.pop_front() {
            if entries.len() >= most {
                kept.push_back(entry);
                break;
            }
            if self.is_busy(&entry) || forming.must_wait(&entry) {
                forming.keep_waiting(&entry);
                kept.push_back(entry);
            } else {
                forming.go(&entry, entries.len());
                entries.push(entry);
            }
        }
        kept.append(&mut self.waiting);
        self.waiting = kept;
        for entry in &entries {
            for write in &entry.writes {
                *self.written.entry(write.key.clone()).or_default() += 1;
            }
            for key in &entry.rests_on {
                *self.rested_on.entry(key.clone()).or_default() += 1;
            }
            for resource in &entry.claims {
                *self.claimed.entry(*resource).or_default() += 1;
            }
        }
        Taken {
            entries,
            links: forming.links,
        }
    }

    fn is_busy(&self, entry: &Entry<J>) -> bool {
        entry
            .rests_on
            .iter()
            .any(|key| self.written.contains_key(key))
            || (entry.claims.iter()).any(|resource| self.claimed.contains_key(resource))
            || entry.writes.iter().any(|write| {
                self.written.contains_key(&write.key) || self.rested_on.contains_key(&write.key)
            })
    }

    /// Takes commands of a batch back, all of them or some. `committed` says for each of its commands, in order, whether it is in the
    /// log.
    pub(crate) fn complete<'a>(
        &mut self,
        entries: impl Iterator<Item = (&'a Entry<J>, bool)>,
    ) -> Completed<J>
    where
        J: 'a,
    {
        let mut completed = Completed {
            settled: Vec::new(),
            orphaned: Vec::new(),
        };
        let mut broken = Vec::new();
        for (entry, committed) in entries {
            self.release(entry);
            for write in &entry.writes {
                if !committed {
                    broken.push((write.key.clone(), entry.ticket));
                } else if self.arrived(&write.key, entry.ticket) {
                    let state = write.state.clone();
                    completed
                        .settled
                        .extend(state.map(|state| (write.key.clone(), write.next, state)));
                }
            }
        }
        self.fail_behind(broken, &mut completed.orphaned);
        completed
    }

    /// A command's events are in the log. Tells whether nothing else is on its way to that stream.
    fn arrived(&mut self, key: &StreamKey, ticket: u64) -> bool {
        let Some(tails) = self.tails.get_mut(key) else {
            return false;
        };
        // A predecessor in the same batch that failed has taken it out already.
        let was_here = tails.iter().any(|tail| tail.coming.ticket == ticket);
        tails.retain(|tail| tail.coming.ticket != ticket);
        let last = tails.is_empty();
        if last {
            self.tails.remove(key);
        }
        last && was_here
    }

    fn release(&mut self, entry: &Entry<J>) {
        for write in &entry.writes {
            one_less(&mut self.written, &write.key);
        }
        for key in &entry.rests_on {
            one_less(&mut self.rested_on, key);
        }
        for resource in &entry.claims {
            one_less(&mut self.claimed, resource);
        }
    }

    /// Whoever came to one of these streams after the given command decided on a state that will
    /// never be.
    fn fail_behind(&mut self, mut broken: Vec<(StreamKey, u64)>, orphaned: &mut Vec<J>) {
        while let Some((key, ticket)) = broken.pop() {
            if let Some(tails) = self.tails.get_mut(&key) {
                tails.retain(|tail| tail.coming.ticket < ticket);
                if tails.is_empty() {
                    self.tails.remove(&key);
                }
            }
            let is_behind = |entry: &Entry<J>| {
                entry.ticket > ticket && entry.writes.iter().any(|write| write.key == key)
            };
            let (failed, kept) = std::mem::take(&mut self.waiting)
                .into_iter()
                .partition::<VecDeque<_>, _>(is_behind);
            self.waiting = kept;
            for entry in failed {
                let ticket = entry.ticket;
                broken.extend(entry.writes.into_iter().map(|write| (write.key, ticket)));
                orphaned.push(entry.job);
            }
        }
    }

    /// Takes out everything that waits, because nobody will ever serve it.
    pub(crate) fn abandon(&mut self) -> Vec<J> {
        self.tails.clear();
        self.waiting.drain(..).map(|entry| entry.job).collect()
    }
}

fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
