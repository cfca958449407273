//! Storage of the drafts of notes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::note::{FieldVersions, NoteDraft};
use domain::{AccountId, DoctorId, NoteId, PatientId};

use crate::Fault;

/// A draft of a note, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDraft {
    /// The note that it becomes.
    pub note: NoteId,
    /// The patient, whose key seals it.
    pub patient: PatientId,
    /// The account of its author.
    pub author: AccountId,
    /// The author.
    pub doctor: DoctorId,
    /// Number of times that it was saved.
    pub version: i64,
    /// The time at which it was saved last.
    pub saved_at: DateTime<Utc>,
    /// What is written so far.
    pub draft: NoteDraft,
    /// The version in which each field changed last.
    pub fields: FieldVersions,
}

/// Keeps one draft per note, sealed under the key of the patient. A version of a draft that was signed is not a draft any
/// more, from the commit of the signature on. The drafts of an erased patient are gone.
#[async_trait]
pub trait NoteDraftStore: Send + Sync {
    /// Stores a new draft. Returns false if the note has a draft or is signed.
    async fn create(&self, draft: &StoredDraft) -> Result<bool, Fault>;

    /// The draft of a note.
    async fn find(&self, note: NoteId) -> Result<Option<StoredDraft>, Fault>;

    /// The drafts of an author, the last saved first, at most `limit`; of one patient, if one is given.
    async fn list(
        &self,
        author: AccountId,
        patient: Option<PatientId>,
        limit: i64,
    ) -> Result<Vec<StoredDraft>, Fault>;

    /// Stores a draft in place of the version before it. Returns false if that is not the stored one, or the note is
    /// signed.
    async fn replace(&self, draft: &StoredDraft) -> Result<bool, Fault>;

    /// Removes this version of a draft. Returns false if there is no such version.
    async fn discard(&self, note: NoteId, version: i64) -> Result<bool, Fault>;
}
