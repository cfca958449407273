//! A new master key: keys of persons are wrapped anew, events are not touched. Then the old one may go.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::RotateError;
use super::master::Row;
use super::{Sealing, Shared};
use crate::append::{Append, StreamAppend};
use crate::{EventData, EventStore, Metadata};

/// Keys that are rewrapped in one commit.
const BATCH: i64 = 200;
const KEYRING: &str = "keyring";
const MASTER: &str = "master";

/// How it stands with one master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochStatus {
    /// Which one.
    pub epoch: i16,
    /// When it was first used.
    pub opened_at: DateTime<Utc>,
    /// When it was retired, if it was.
    pub retired_at: Option<DateTime<Utc>>,
    /// How many keys it wraps.
    pub keys: i64,
}

/// How it stands with all keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealingStatus {
    /// Master keys, the oldest first.
    pub epochs: Vec<EpochStatus>,
    /// How many persons were erased.
    pub erased: i64,
}

/// What happens to master keys, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum KeyringEvent {
    /// From then on, what this master key wrapped is noise in every backup.
    #[serde(rename = "keyring.epoch_retired")]
    EpochRetired { epoch: i16, at: DateTime<Utc> },
}

impl DomainEvent for KeyringEvent {
    fn event_type(&self) -> String {
        "keyring.epoch_retired".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// A key of an earlier epoch.
struct Old {
    subject: Uuid,
    key_version: i16,
    epoch: i16,
    wrapped: Vec<u8>,
}

impl Sealing {
    /// Wraps every key by the newest master key, in small commits, and tells after each one how many
    /// are done and how many there were. Stopped half-way, it goes on from there when asked again.
    pub async fn rotate(&self, mut progress: impl FnMut(u64, u64)) -> Result<u64, RotateError> {
        let shared = self.shared().ok_or(RotateError::Off)?;
        let total = shared.outdated().await?.unsigned_abs();
        let mut done = 0;
        progress(done, total);
        loop {
            let old = shared.old_keys().await?;
            if old.is_empty() {
                return Ok(done);
            }
            done += shared.rewrap(old).await?;
            progress(done, total.max(done));
        }
    }

    /// How many keys are still wrapped by earlier master keys.
    pub async fn keys_to_rotate(&self) -> Result<i64, RotateError> {
        let shared = self.shared().ok_or(RotateError::Off)?;
        Ok(shared.outdated().await?)
    }

    /// How it stands with all keys.
    pub async fn status(&self) -> Result<SealingStatus, RotateError> {
        let shared = self.shared().ok_or(RotateError::Off)?;
        let epochs = sqlx::query_as!(
            EpochStatus,
            r#"
            select
              epoch, opened_at, retired_at,
              (select count(*) from subject_keys where master_epoch = epoch) as "keys!"
            from master_key_epochs
            order by epoch
            "#
        )
        .fetch_all(&shared.pool)
        .await?;
        let erased = sqlx::query_scalar!(
            r#"select count(*) as "count!" from subject_keys where erased_at is not null"#
        )
        .fetch_one(&shared.pool)
        .await?;
        Ok(SealingStatus { epochs, erased })
    }
}

impl Shared {
    async fn outdated(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from subject_keys where master_epoch < $1"#,
            self.masters.current()
        )
        .fetch_one(&self.pool)
        .await
    }

    async fn old_keys(&self) -> Result<Vec<Old>, sqlx::Error> {
        sqlx::query_as!(
            Old,
            r#"
            select subject, key_version, master_epoch as "epoch!", wrapped as "wrapped!"
            from subject_keys
            where master_epoch < $1
            order by subject
            limit $2
            "#,
            self.masters.current(),
            BATCH
        )
        .fetch_all(&self.pool)
        .await
    }

    /// Keys that were erased or rewrapped by somebody else meanwhile are passed over.
    async fn rewrap(&self, old: Vec<Old>) -> Result<u64, RotateError> {
        let (mut subjects, mut epochs, mut wrapped) = (Vec::new(), Vec::new(), Vec::new());
        for key in old {
            let row = Row {
                subject: key.subject,
                key_version: key.key_version,
            };
            let clear = self.masters.unwrap(row, key.epoch, &key.wrapped);
            let anew = clear.and_then(|clear| self.masters.wrap(row, &clear));
            let subject = key.subject;
            wrapped.push(anew.map_err(|fault| RotateError::Key { subject, fault })?);
            subjects.push(subject);
            epochs.push(key.epoch);
        }
        let done = sqlx::query!(
            r#"
            update subject_keys k
            set wrapped = anew.wrapped, master_epoch = $4
            from unnest($1::uuid[], $2::smallint[], $3::bytea[]) as anew (subject, epoch, wrapped)
            where k.subject = anew.subject and k.master_epoch = anew.epoch
            "#,
            &subjects,
            &epochs,
            &wrapped,
            self.masters.current()
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Marks earlier epochs as retired, unless a key is left under one. The marks come first: they wait
    /// for whoever is making a key under an old epoch, and nobody can after them.
    async fn retire(&self) -> Result<(), RotateError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query!(
            r#"
            update master_key_epochs
            set retired_at = clock_timestamp()
            where epoch < $1 and retired_at is null
            "#,
            self.masters.current()
        )
        .execute(&mut *tx)
        .await?;
        let keys = sqlx::query_scalar!(
            r#"select count(*) as "count!" from subject_keys where master_epoch < $1"#,
            self.masters.current()
        )
        .fetch_one(&mut *tx)
        .await?;
        if keys > 0 {
            return Err(RotateError::KeysLeft { keys });
        }
        tx.commit().await?;
        Ok(())
    }
}

impl EventStore {
    /// Retires every epoch but the newest and certifies each in the log. The master keys themselves are
    /// the caller's to destroy. Returns which epochs were certified now.
    ///
    /// # Errors
    /// [`RotateError::KeysLeft`] if not every key was rewrapped; nothing is retired then.
    pub async fn retire_epochs(
        &self,
        metadata: impl Fn() -> Metadata,
    ) -> Result<Vec<i16>, RotateError> {
        let shared = self.sealing().shared().ok_or(RotateError::Off)?;
        shared.retire().await?;
        let due = sqlx::query!(
            r#"
            select e.epoch, e.retired_at as "at!"
            from master_key_epochs e
            where e.retired_at is not null
              and not exists (
                select from events c
                where c.aggregate_type = $1
                  and c.aggregate_id = $2
                  and (c.payload ->> 'epoch')::smallint = e.epoch
              )
            order by e.epoch
            "#,
            KEYRING,
            MASTER
        )
        .fetch_all(self.pool())
        .await?;
        let mut certified = Vec::new();
        for row in due {
            let retired = KeyringEvent::EpochRetired {
                epoch: row.epoch,
                at: row.at,
            };
            self.certify(&retired, metadata()).await?;
            certified.push(row.epoch);
        }
        Ok(certified)
    }

    async fn certify(&self, event: &KeyringEvent, metadata: Metadata) -> Result<(), RotateError> {
        let version = sqlx::query_scalar!(
            r#"
            select coalesce(max(sequence), 0) as "version!"
            from events
            where aggregate_type = $1 and aggregate_id = $2
            "#,
            KEYRING,
            MASTER
        )
        .fetch_one(self.pool())
        .await?;
        let stream = StreamAppend {
            aggregate_type: KEYRING,
            aggregate_id: MASTER.to_owned(),
            expected_version: version,
            events: vec![EventData::of(event).map_err(RotateError::Certificate)?],
        };
        let append = Append {
            streams: vec![stream],
            basis: Vec::new(),
            metadata,
            idempotency: None,
        };
        let appended = self.append(&append).await;
        appended.map(|_| ()).map_err(RotateError::Certificate)
    }
}
