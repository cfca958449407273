//! What people were answered, and so what must be there at the end.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// A draft or a note, as its author saved it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub patient: Uuid,
    /// Token of its author.
    pub author: String,
    pub version: i64,
    pub text: String,
}

/// Answers of one person, or of all.
#[derive(Debug, Default)]
pub struct Answers {
    /// Signed notes.
    pub signed: BTreeMap<Uuid, Written>,
    /// Drafts that were not signed.
    pub drafts: BTreeMap<Uuid, Written>,
    /// Vital signs and prescriptions, with their patient.
    pub vitals: BTreeMap<Uuid, Uuid>,
    pub prescriptions: BTreeMap<Uuid, Uuid>,
    /// Requests whose answers showed something of a patient.
    pub shown: BTreeSet<Uuid>,
    /// Requests that were refused, as of a stranger.
    pub refused: BTreeSet<Uuid>,
    /// Requests that were repeated because they were not answered.
    pub repeated: usize,
}

impl Answers {
    /// Adds those of another person.
    pub fn add(&mut self, other: Self) {
        self.signed.extend(other.signed);
        self.drafts.extend(other.drafts);
        self.vitals.extend(other.vitals);
        self.prescriptions.extend(other.prescriptions);
        self.shown.extend(other.shown);
        self.refused.extend(other.refused);
        self.repeated += other.repeated;
    }

    /// How much there is of each kind.
    pub fn counts(&self) -> String {
        format!(
            "{} notes signed, {} drafts, {} vital signs, {} prescriptions, {} reads, {} refused, {} repeated",
            self.signed.len(),
            self.drafts.len(),
            self.vitals.len(),
            self.prescriptions.len(),
            self.shown.len(),
            self.refused.len(),
            self.repeated,
        )
    }

    /// Asserts that each kind occurred, since a storm without it proves nothing.
    pub fn cover_every_case(&self) {
        let counts = [
            self.signed.len(),
            self.drafts.len(),
            self.vitals.len(),
            self.prescriptions.len(),
            self.shown.len(),
            self.refused.len(),
            self.repeated,
        ];
        assert!(counts.iter().all(|count| *count > 0), "{}", self.counts());
    }
}
