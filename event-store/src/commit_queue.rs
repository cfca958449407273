//! The commit queue: commands that wait, commands under way, and the pending state of each stream.
//!
//! ```text
//!  decided ──enqueue──▶ waiting ──take──▶ under way ──complete──▶ committed: the state is cached
//!              │                                        └───────▶ failed: its dependents fail, too
//!              └▶ overtaken: decided on a state that is no longer the newest one in this process
//! ```
//!
//! Two commands of one stream may share a batch: the second is decided on the state that the first will leave
//! (its *tail*), before anything is written. Three rules make that safe, and this module enforces them:
//! 1. A stream has one tail, and a command is only accepted if it was decided on it.
//! 2. A command goes to the database with its predecessor, in order, or after it; never in parallel.
//! 3. If a command fails, all commands that were decided on its state fail before they reach the database.
//!
//! Pure bookkeeping: no I/O and no clock, so every interleaving can be tested.

mod batch_builder;
mod entry;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use batch_builder::BatchBuilder;
use entry::Resource;
pub(crate) use entry::{Entry, Outcome, OutcomeReceiver, Pending, State, StreamKey, Write};

/// The state of a stream after all pending commands.
#[derive(Clone)]
pub(crate) struct Tail {
    pub(crate) version: i64,
    pub(crate) state: Option<State>,
    pub(crate) pending: Pending,
}

/// A batch under way. It is completed with the outcomes of its commands.
#[derive(Debug)]
pub(crate) struct TakenBatch<J> {
    /// In the order in which they must be written.
    pub(crate) entries: Vec<Entry<J>>,
    /// Successors and the predecessors that they were decided on, as indexes of `entries`.
    pub(crate) links: Vec<(usize, usize)>,
}

/// The consequences of a batch's outcomes.
#[derive(Debug)]
pub(crate) struct Completed<J> {
    /// States that are now in the log, with their versions.
    pub(crate) committed: Vec<(StreamKey, i64, State)>,
    /// Commands that were decided on a state of a failed command: they were never sent.
    pub(crate) orphans: Vec<J>,
}

/// The command was decided on a state that is no longer the newest one in this process.
#[derive(Debug)]
pub(crate) struct Overtaken<J>(pub(crate) J);

/// See the [module](self).
pub(crate) struct CommitQueue<J> {
    waiting: VecDeque<Entry<J>>,
    /// The pending writes of each stream, in order.
    tails: HashMap<StreamKey, VecDeque<Tail>>,
    /// Streams that batches under way write to, and streams that they depend on. Several may depend on one.
    written: HashMap<StreamKey, usize>,
    depended_on: HashMap<StreamKey, usize>,
    claimed: HashMap<Resource, usize>,
    next_ticket: u64,
}

impl<J> Default for CommitQueue<J> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            tails: HashMap::new(),
            written: HashMap::new(),
            depended_on: HashMap::new(),
            claimed: HashMap::new(),
            next_ticket: 0,
        }
    }
}

impl<J> CommitQueue<J> {
    /// The pending state of a stream; `None` if no command is pending.
    pub(crate) fn tail(&self, key: &StreamKey) -> Option<&Tail> {
        self.tails.get(key)?.back()
    }

    /// Number of waiting commands.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Accepts a command. `outcome` will receive its outcome.
    ///
    /// # Errors
    /// [`Overtaken`] if one of its streams has another pending version than it was decided on.
    pub(crate) fn enqueue(
        &mut self,
        mut entry: Entry<J>,
        outcome: &OutcomeReceiver,
    ) -> Result<(), Overtaken<J>> {
        if !entry.writes.iter().all(|write| self.is_on_tail(write)) {
            return Err(Overtaken(entry.job));
        }
        self.next_ticket += 1;
        entry.ticket = self.next_ticket;
        for write in &entry.writes {
            let tail = Tail {
                version: write.next,
                state: write.state.clone(),
                pending: Pending {
                    ticket: entry.ticket,
                    outcome: outcome.clone(),
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

    /// Returns whether a write was decided on the pending state of its stream.
    ///
    /// Comparing versions is not enough: the command that would have led to the version may have failed
    /// meanwhile, and other events, of this process or another one, may have led to it.
    fn is_on_tail(&self, write: &Write) -> bool {
        match (self.tail(&write.key), write.after) {
            (Some(tail), Some(after)) => tail.pending.ticket == after,
            (Some(tail), None) => tail.version == write.expected,
            // The predecessor has just committed or failed: the command is decided again.
            (None, Some(_)) => false,
            // Decided on the log: the database checks the version.
            (None, None) => true,
        }
    }

    /// Takes up to `most` commands that may go to the database now, in the order of their arrival.
    ///
    /// A command that must wait also blocks later commands on the same streams or claims. So a change of
    /// a doctor's hours is not starved by bookings, and neither is a series or a leave with its many claims.
    pub(crate) fn take(&mut self, most: usize) -> TakenBatch<J> {
        let mut builder = BatchBuilder::default();
        let mut kept = VecDeque::with_capacity(self.waiting.len());
        let mut entries = Vec::new();
        while let Some(entry) = self.waiting.pop_front() {
            if entries.len() >= most {
                kept.push_back(entry);
                break;
            }
            if self.is_blocked(&entry) || builder.must_wait(&entry) {
                builder.block(&entry);
                kept.push_back(entry);
            } else {
                builder.add(&entry, entries.len());
                entries.push(entry);
            }
        }
        kept.append(&mut self.waiting);
        self.waiting = kept;
        for entry in &entries {
            for write in &entry.writes {
                *self.written.entry(write.key.clone()).or_default() += 1;
            }
            for key in &entry.depends_on {
                *self.depended_on.entry(key.clone()).or_default() += 1;
            }
            for resource in &entry.claims {
                *self.claimed.entry(*resource).or_default() += 1;
            }
        }
        TakenBatch {
            entries,
            links: builder.links,
        }
    }

    fn is_blocked(&self, entry: &Entry<J>) -> bool {
        entry
            .depends_on
            .iter()
            .any(|key| self.written.contains_key(key))
            || (entry.claims.iter()).any(|resource| self.claimed.contains_key(resource))
            || entry.writes.iter().any(|write| {
                self.written.contains_key(&write.key) || self.depended_on.contains_key(&write.key)
            })
    }

    /// Completes commands of a batch, all of them or some, each with whether it was committed.
    pub(crate) fn complete<'a>(
        &mut self,
        entries: impl Iterator<Item = (&'a Entry<J>, bool)>,
    ) -> Completed<J>
    where
        J: 'a,
    {
        let mut completed = Completed {
            committed: Vec::new(),
            orphans: Vec::new(),
        };
        let mut failed = Vec::new();
        for (entry, committed) in entries {
            self.release(entry);
            for write in &entry.writes {
                if !committed {
                    failed.push((write.key.clone(), entry.ticket));
                } else if self.remove_tail(&write.key, entry.ticket) {
                    let state = write.state.clone();
                    completed
                        .committed
                        .extend(state.map(|state| (write.key.clone(), write.next, state)));
                }
            }
        }
        self.fail_dependents(failed, &mut completed.orphans);
        completed
    }

    /// Removes the tail of a committed command. Returns whether it was the stream's last one.
    fn remove_tail(&mut self, key: &StreamKey, ticket: u64) -> bool {
        let Some(tails) = self.tails.get_mut(key) else {
            return false;
        };
        // A failed predecessor in the same batch has removed it already.
        let was_here = tails.iter().any(|tail| tail.pending.ticket == ticket);
        tails.retain(|tail| tail.pending.ticket != ticket);
        let last = tails.is_empty();
        if last {
            self.tails.remove(key);
        }
        last && was_here
    }

    fn release(&mut self, entry: &Entry<J>) {
        for write in &entry.writes {
            decrement(&mut self.written, &write.key);
        }
        for key in &entry.depends_on {
            decrement(&mut self.depended_on, key);
        }
        for resource in &entry.claims {
            decrement(&mut self.claimed, resource);
        }
    }

    /// Fails all commands that were decided on the state of a failed command, directly or not.
    fn fail_dependents(&mut self, mut failed: Vec<(StreamKey, u64)>, orphans: &mut Vec<J>) {
        while let Some((key, ticket)) = failed.pop() {
            if let Some(tails) = self.tails.get_mut(&key) {
                tails.retain(|tail| tail.pending.ticket < ticket);
                if tails.is_empty() {
                    self.tails.remove(&key);
                }
            }
            let is_behind = |entry: &Entry<J>| {
                entry.ticket > ticket && entry.writes.iter().any(|write| write.key == key)
            };
            let (dependents, kept) = std::mem::take(&mut self.waiting)
                .into_iter()
                .partition::<VecDeque<_>, _>(is_behind);
            self.waiting = kept;
            for entry in dependents {
                let ticket = entry.ticket;
                failed.extend(entry.writes.into_iter().map(|write| (write.key, ticket)));
                orphans.push(entry.job);
            }
        }
    }

    /// Removes all waiting commands, because no writer is left.
    pub(crate) fn abandon(&mut self) -> Vec<J> {
        self.tails.clear();
        self.waiting.drain(..).map(|entry| entry.job).collect()
    }
}

fn decrement<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
