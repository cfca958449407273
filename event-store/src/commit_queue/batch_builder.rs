//! Selection of the waiting commands that may share a batch.

use std::collections::{HashMap, HashSet};

use super::entry::{Entry, Resource, StreamKey, Write};

/// A batch under construction.
#[derive(Default)]
pub(super) struct BatchBuilder {
    /// The streams that it writes to.
    written: HashMap<StreamKey, LastWrite>,
    /// Successors and the predecessors that they were decided on.
    pub(super) links: Vec<(usize, usize)>,
    /// Streams that blocked commands write to, and streams that they depend on.
    waiting_to_write: HashSet<StreamKey>,
    waiting_to_read: HashSet<StreamKey>,
    /// Resources that blocked commands claim.
    waiting_to_claim: HashSet<Resource>,
}

/// The last command of a batch that writes to a stream.
struct LastWrite {
    index: usize,
    /// True if it or an earlier one takes or releases claims or names.
    changes_claims: bool,
}

impl BatchBuilder {
    pub(super) fn must_wait<J>(&self, entry: &Entry<J>) -> bool {
        let reads_too_early =
            |key: &StreamKey| self.written.contains_key(key) || self.waiting_to_write.contains(key);
        let writes_too_early = |write: &Write| {
            self.waiting_to_write.contains(&write.key)
                || self.waiting_to_read.contains(&write.key)
                || (entry.changes_claims
                    && self
                        .written
                        .get(&write.key)
                        .is_some_and(|last| last.changes_claims))
        };
        entry.depends_on.iter().any(reads_too_early)
            || entry.writes.iter().any(writes_too_early)
            || entry
                .claims
                .iter()
                .any(|claim| self.waiting_to_claim.contains(claim))
    }

    pub(super) fn block<J>(&mut self, entry: &Entry<J>) {
        let writes = entry.writes.iter().map(|write| write.key.clone());
        self.waiting_to_write.extend(writes);
        self.waiting_to_read
            .extend(entry.depends_on.iter().cloned());
        self.waiting_to_claim.extend(&entry.claims);
    }

    /// Adds a command as number `index`.
    pub(super) fn add<J>(&mut self, entry: &Entry<J>, index: usize) {
        for write in &entry.writes {
            let mut changes_claims = entry.changes_claims;
            if let Some(last) = self.written.get(&write.key) {
                self.links.push((index, last.index));
                changes_claims |= last.changes_claims;
            }
            let last = LastWrite {
                index,
                changes_claims,
            };
            self.written.insert(write.key.clone(), last);
        }
    }
}
