//! Which of those who wait may share a batch.

use std::collections::{HashMap, HashSet};

use super::{Entry, Resource, StreamKey, Write};

/// A batch while it is put together.
#[derive(Default)]
pub(super) struct Forming {
    /// What it writes to: the last writer, and whether any of them takes or gives back anything.
    written: HashMap<StreamKey, (usize, bool)>,
    /// Who builds on whom.
    pub(super) links: Vec<(usize, usize)>,
    /// What those who stay behind write to, and what they look at.
    waiting_to_write: HashSet<StreamKey>,
    waiting_to_look: HashSet<StreamKey>,
    /// What those who stay behind claim.
    waiting_to_claim: HashSet<Resource>,
}

impl Forming {
    pub(super) fn must_wait<J>(&self, entry: &Entry<J>) -> bool {
        let looks_too_early =
            |key: &StreamKey| self.written.contains_key(key) || self.waiting_to_write.contains(key);
        let writes_too_early = |write: &Write| {
            self.waiting_to_write.contains(&write.key)
                || self.waiting_to_look.contains(&write.key)
                || (entry.guarded && self.written.get(&write.key).is_some_and(|last| last.1))
        };
        entry.rests_on.iter().any(looks_too_early)
            || entry.writes.iter().any(writes_too_early)
            || entry
                .claims
                .iter()
                .any(|claim| self.waiting_to_claim.contains(claim))
    }

    pub(super) fn keep_waiting<J>(&mut self, entry: &Entry<J>) {
        let writes = entry.writes.iter().map(|write| write.key.clone());
        self.waiting_to_write.extend(writes);
        self.waiting_to_look.extend(entry.rests_on.iter().cloned());
        self.waiting_to_claim.extend(&entry.claims);
    }

    /// Adds a command as number `index`.
    pub(super) fn go<J>(&mut self, entry: &Entry<J>, index: usize) {
        for write in &entry.writes {
            let mut guarded = entry.guarded;
            if let Some((predecessor, too)) = self.written.get(&write.key) {
                self.links.push((index, *predecessor));
                guarded |= *too;
            }
            self.written.insert(write.key.clone(), (index, guarded));
        }
    }
}
