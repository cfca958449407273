//! Drafts of notes in PostgreSQL, sealed under the key of their patient.
//!
//! A version that was signed is no draft any more from the commit of the signature on, though its row is removed a
//! moment later: so every statement looks for the signature in the log.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::Fault;
use commands::ports::{NoteDraftStore, StoredDraft};
use domain::note::{FieldVersions, NoteDraft};
use domain::{AccountId, DoctorId, NoteId, PatientId};
use event_store::{Cell, SealedCell, Sealing};
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value, to_value};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

/// Keeps drafts in table `note_drafts`.
#[derive(Debug, Clone)]
pub struct PgNoteDraftStore {
    pool: PgPool,
    sealing: Sealing,
}

/// A row whose content is still sealed.
#[derive(FromRow)]
struct SealedDraft {
    note_id: Uuid,
    patient_id: Uuid,
    author_account_id: Uuid,
    doctor_id: Uuid,
    version: i64,
    saved_at: DateTime<Utc>,
    phi: String,
}

/// The content of a row, in the clear.
#[derive(Serialize, Deserialize)]
struct Content {
    draft: NoteDraft,
    fields: FieldVersions,
}

/// Rows of `note_drafts d` that are drafts still.
macro_rules! open_drafts {
    ($condition:literal) => {
        concat!(
            "
            select note_id, patient_id, author_account_id, doctor_id, version, saved_at, phi
            from note_drafts d
            where not exists (
              select
              from events signed
              where signed.aggregate_type = 'note'
                and signed.aggregate_id = d.note_id::text
                and signed.sequence = 1
                and (signed.payload ->> 'draftVersion')::bigint >= d.version
            )
            and ",
            $condition
        )
    };
}

impl PgNoteDraftStore {
    /// A store on `pool`, sealed by `sealing`.
    #[must_use]
    pub fn new(pool: PgPool, sealing: Sealing) -> Self {
        Self { pool, sealing }
    }

    /// Removes the drafts of erased patients, which can't be opened any more.
    pub async fn prune(&self) -> Result<(), Fault> {
        sqlx::query(
            "
            delete from note_drafts d
            using subject_keys k
            where k.subject = d.patient_id and k.erased_at is not null
            ",
        )
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("removing the drafts of erased patients"))?;
        Ok(())
    }

    /// The content of a draft; `None` if its patient was erased.
    async fn seal(&self, draft: &StoredDraft) -> Result<Option<String>, Fault> {
        const DOING: &str = "sealing a draft";
        let content = Content {
            draft: draft.draft.clone(),
            fields: draft.fields.clone(),
        };
        let cell = Cell {
            subject: draft.patient.as_uuid(),
            associated_data: location(draft.note.as_uuid(), draft.version),
            value: to_value(content).map_err(Fault::doing(DOING))?,
        };
        let sealed = self.sealing.seal_many(vec![cell]).await;
        let sealed = sealed.map_err(Fault::doing(DOING))?;
        Ok(sealed.into_iter().next().flatten())
    }

    /// The drafts of some rows, but for those of erased patients.
    async fn open(&self, rows: Vec<SealedDraft>) -> Result<Vec<StoredDraft>, Fault> {
        const DOING: &str = "opening a draft";
        let cells = rows.iter().map(|row| SealedCell {
            subject: row.patient_id,
            associated_data: location(row.note_id, row.version),
            sealed: Some(row.phi.clone()),
        });
        let contents = self.sealing.open_many(cells.collect()).await;
        let contents = contents.map_err(Fault::doing(DOING))?;
        let readable = rows.into_iter().zip(contents);
        let readable = readable.filter(|(_, content)| !content.is_null());
        let drafts = readable.map(|(row, content)| row.opened(content));
        drafts
            .collect::<Result<_, _>>()
            .map_err(Fault::doing(DOING))
    }
}

impl SealedDraft {
    fn opened(self, content: Value) -> Result<StoredDraft, serde_json::Error> {
        let Content { draft, fields } = from_value(content)?;
        Ok(StoredDraft {
            note: NoteId::from_uuid(self.note_id),
            patient: PatientId::from_uuid(self.patient_id),
            author: AccountId::from_uuid(self.author_account_id),
            doctor: DoctorId::from_uuid(self.doctor_id),
            version: self.version,
            saved_at: self.saved_at,
            draft,
            fields,
        })
    }
}

/// The location of a draft: an earlier version does not open in the place of a later one.
fn location(note: Uuid, version: i64) -> Vec<String> {
    vec![
        "note draft".to_owned(),
        note.to_string(),
        version.to_string(),
    ]
}

#[async_trait]
impl NoteDraftStore for PgNoteDraftStore {
    async fn create(&self, draft: &StoredDraft) -> Result<bool, Fault> {
        let Some(phi) = self.seal(draft).await? else {
            return Ok(false);
        };
        let created = sqlx::query(
            "
            insert into note_drafts (note_id, patient_id, author_account_id, doctor_id, version, saved_at, phi)
            select $1, $2, $3, $4, $5, $6, $7
            where not exists (
              select from events where aggregate_type = 'note' and aggregate_id = $1::uuid::text
            )
            on conflict (note_id) do nothing
            ",
        )
        .bind(draft.note.as_uuid())
        .bind(draft.patient.as_uuid())
        .bind(draft.author.as_uuid())
        .bind(draft.doctor.as_uuid())
        .bind(draft.version)
        .bind(draft.saved_at)
        .bind(phi)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("storing a draft"))?;
        Ok(created.rows_affected() > 0)
    }

    async fn find(&self, note: NoteId) -> Result<Option<StoredDraft>, Fault> {
        let row: Option<SealedDraft> = sqlx::query_as(open_drafts!("d.note_id = $1"))
            .bind(note.as_uuid())
            .fetch_optional(&self.pool)
            .await
            .map_err(Fault::doing("reading a draft"))?;
        let drafts = self.open(row.into_iter().collect()).await?;
        Ok(drafts.into_iter().next())
    }

    async fn list(
        &self,
        author: AccountId,
        patient: Option<PatientId>,
        limit: i64,
    ) -> Result<Vec<StoredDraft>, Fault> {
        let rows: Vec<SealedDraft> = sqlx::query_as(open_drafts!(
            "d.author_account_id = $1
             and d.patient_id = coalesce($2, d.patient_id)
             order by d.saved_at desc, d.note_id
             limit $3"
        ))
        .bind(author.as_uuid())
        .bind(patient.map(|patient| patient.as_uuid()))
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("listing drafts"))?;
        self.open(rows).await
    }

    async fn replace(&self, draft: &StoredDraft) -> Result<bool, Fault> {
        let Some(phi) = self.seal(draft).await? else {
            return Ok(false);
        };
        let replaced = sqlx::query(
            "
            update note_drafts
            set version = $2, saved_at = $3, phi = $4
            where note_id = $1
              and version = $2 - 1
              and not exists (
                select from events where aggregate_type = 'note' and aggregate_id = $1::uuid::text
              )
            ",
        )
        .bind(draft.note.as_uuid())
        .bind(draft.version)
        .bind(draft.saved_at)
        .bind(phi)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("storing a draft"))?;
        Ok(replaced.rows_affected() > 0)
    }

    async fn discard(&self, note: NoteId, version: i64) -> Result<bool, Fault> {
        let discarded = sqlx::query("delete from note_drafts where note_id = $1 and version = $2")
            .bind(note.as_uuid())
            .bind(version)
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("removing a draft"))?;
        Ok(discarded.rows_affected() > 0)
    }
}
