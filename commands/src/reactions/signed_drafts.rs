//! Removes the draft of a note that was signed.

use async_trait::async_trait;
use domain::note::NoteEvent;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;
use uuid::Uuid;

/// Follows signatures.
pub(super) struct SignedDrafts;

#[async_trait]
impl Subscriber for SignedDrafts {
    fn name(&self) -> &'static str {
        "signed-drafts"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["note.signed"]
    }

    /// A version that was saved while the signature was being committed stays: its author decides about it.
    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let (notes, versions) = signed(events)?;
        sqlx::query(
            "
            delete from note_drafts d
            using unnest($1::uuid[], $2::bigint[]) as s (note_id, version)
            where d.note_id = s.note_id and d.version <= s.version
            ",
        )
        .bind(notes)
        .bind(versions)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Returns the signed notes, and the version of each draft that was signed.
fn signed(events: &[RecordedEvent]) -> Result<(Vec<Uuid>, Vec<i64>), SubscriberError> {
    let mut signed = (Vec::new(), Vec::new());
    for event in events {
        let decoded = event
            .decode()
            .map_err(|error| SubscriberError::unreadable(event, error))?;
        match decoded {
            NoteEvent::Signed(note) => {
                signed.0.push(note.note.as_uuid());
                signed.1.push(note.draft_version);
            }
            NoteEvent::AddendumSigned(_) | NoteEvent::EnteredInError(_) => {}
        }
    }
    Ok(signed)
}
