//! Rotation of the master key: subject keys are rewrapped, events are not changed. Then the old one is retired.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::error::SealFault;
use super::keys::KeyStore;
use super::master::Row;
use super::sealing::Sealing;
use crate::append::{Append, StreamAppend};
use crate::{AppendError, EventData, EventStore, Metadata};

/// Keys that are rewrapped in one commit.
const BATCH: i64 = 200;
const KEYRING: &str = "keyring";
const MASTER: &str = "master";

/// An erasure, rotation or retirement failed. A repeated call continues where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Sealing is off.
    #[error("sealing is off")]
    Off,
    /// A key can't be rewrapped.
    #[error("the key of {subject} can't be rewrapped")]
    Key {
        /// The subject.
        subject: Uuid,
        /// The fault.
        #[source]
        fault: SealFault,
    },
    /// Keys are still wrapped by a master key that was to be retired.
    #[error("{keys} keys are still wrapped by earlier master keys: rotate first")]
    KeysLeft {
        /// Their number.
        keys: i64,
    },
    /// The certificate could not be written to the log.
    #[error("certifying the end of an epoch failed")]
    Certificate(#[source] AppendError),
    /// The database did not respond.
    #[error("working on the keys of persons failed")]
    Store(#[from] sqlx::Error),
}

/// The status of one master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochStatus {
    /// The epoch.
    pub epoch: i16,
    /// The time of its first use.
    pub opened_at: DateTime<Utc>,
    /// The time of its retirement; `None` if it is in use.
    pub retired_at: Option<DateTime<Utc>>,
    /// Number of keys that it wraps.
    pub keys: i64,
}

/// The status of all keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealingStatus {
    /// Master keys, the oldest first.
    pub epochs: Vec<EpochStatus>,
    /// Number of erased persons.
    pub erased: i64,
}

/// Events about master keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum KeyringEvent {
    /// The keys that this master key wrapped can no longer be unwrapped, in no backup.
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
struct OutdatedKey {
    subject: Uuid,
    key_version: i16,
    epoch: i16,
    wrapped: Vec<u8>,
}

impl Sealing {
    /// Wraps every key by the newest master key, in small commits, and reports after each one the number of
    /// rewrapped keys and the total. A repeated call continues where it stopped.
    pub async fn rotate(&self, mut progress: impl FnMut(u64, u64)) -> Result<u64, RotateError> {
        let key_store = self.key_store().ok_or(RotateError::Off)?;
        let total = key_store.outdated(&key_store.pool).await?.unsigned_abs();
        let mut done = 0;
        progress(done, total);
        loop {
            let old = key_store.outdated_keys().await?;
            if old.is_empty() {
                return Ok(done);
            }
            done += key_store.rewrap(old).await?;
            progress(done, total.max(done));
        }
    }

    /// Number of keys that are still wrapped by earlier master keys.
    pub async fn keys_to_rotate(&self) -> Result<i64, RotateError> {
        let key_store = self.key_store().ok_or(RotateError::Off)?;
        Ok(key_store.outdated(&key_store.pool).await?)
    }

    /// The status of all keys.
    pub async fn status(&self) -> Result<SealingStatus, RotateError> {
        let key_store = self.key_store().ok_or(RotateError::Off)?;
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
        .fetch_all(&key_store.pool)
        .await?;
        let erased = sqlx::query_scalar!(
            r#"select count(*) as "count!" from subject_keys where erased_at is not null"#
        )
        .fetch_one(&key_store.pool)
        .await?;
        Ok(SealingStatus { epochs, erased })
    }
}

impl KeyStore {
    async fn outdated(&self, executor: impl PgExecutor<'_>) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from subject_keys where master_epoch < $1"#,
            self.masters.get().current()
        )
        .fetch_one(executor)
        .await
    }

    async fn outdated_keys(&self) -> Result<Vec<OutdatedKey>, sqlx::Error> {
        sqlx::query_as!(
            OutdatedKey,
            r#"
            select subject, key_version, master_epoch as "epoch!", wrapped as "wrapped!"
            from subject_keys
            where master_epoch < $1
            order by subject
            limit $2
            "#,
            self.masters.get().current(),
            BATCH
        )
        .fetch_all(&self.pool)
        .await
    }

    /// Rewraps keys, except those that were erased or rewrapped by another process meanwhile.
    async fn rewrap(&self, old: Vec<OutdatedKey>) -> Result<u64, RotateError> {
        let masters = self.masters.get();
        let (mut subjects, mut epochs, mut wrapped) = (Vec::new(), Vec::new(), Vec::new());
        for key in old {
            let row = Row {
                subject: key.subject,
                key_version: key.key_version,
            };
            let clear = masters.unwrap(row, key.epoch, &key.wrapped);
            let anew = clear.and_then(|clear| masters.wrap(row, &clear));
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
            masters.current()
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Marks earlier epochs as retired, unless a key is left under one. The update comes first: it waits for
    /// transactions that create a key under an old epoch, and prevents new ones.
    async fn retire(&self) -> Result<(), RotateError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query!(
            r#"
            update master_key_epochs
            set retired_at = clock_timestamp()
            where epoch < $1 and retired_at is null
            "#,
            self.masters.get().current()
        )
        .execute(&mut *tx)
        .await?;
        let keys = self.outdated(&mut *tx).await?;
        if keys > 0 {
            return Err(RotateError::KeysLeft { keys });
        }
        tx.commit().await?;
        Ok(())
    }
}

impl EventStore {
    /// Retires every epoch but the newest and certifies each in the log. The caller destroys the master
    /// keys themselves. Returns the epochs that were certified now.
    ///
    /// # Errors
    /// [`RotateError::KeysLeft`] if not every key was rewrapped; nothing is retired then.
    pub async fn retire_epochs(
        &self,
        metadata: impl Fn() -> Metadata,
    ) -> Result<Vec<i16>, RotateError> {
        let key_store = self.sealing().key_store().ok_or(RotateError::Off)?;
        key_store.retire().await?;
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
        let events = vec![EventData::from_event(event).map_err(RotateError::Certificate)?];
        let stream = StreamAppend::new(KEYRING, MASTER.to_owned(), version, events);
        let append = Append {
            streams: vec![stream],
            depends_on: Vec::new(),
            metadata,
            idempotency: None,
        };
        let appended = self.append(&append).await;
        appended.map(|_| ()).map_err(RotateError::Certificate)
    }
}
