//! What is stored about a person outside of the log, and what a key does not erase.

use async_trait::async_trait;
use domain::SubjectId;
use domain::erasure::Counts;

use crate::Fault;

/// Counts what is stored about a person, and removes what destroying the person's key does not erase.
#[async_trait]
pub trait ErasableData: Send + Sync {
    /// Counts what an erasure makes unreadable or removes, and what it leaves.
    async fn count(&self, person: SubjectId) -> Result<Counts, Fault>;

    /// Removes drafts of notes about the person, mails to the person that wait, and codes that were mailed. It has to run
    /// while the person's addresses can be read. Repeating it changes nothing.
    async fn remove(&self, person: SubjectId) -> Result<(), Fault>;
}
