//! Keys of subjects, from the cache or the database, with one query for all missing keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cache::{KeyCache, Known};
use super::envelope::{DataKey, random};
use super::error::{SealError, SealFault};
use super::master::Row;
use super::reload::CurrentMasterKeys;
use crate::back_off::{BackOff, RetryPolicy};
use crate::supervise::Tasks;

/// The version of every key: a subject has only one.
const KEY_VERSION: i16 = 1;
/// Retries after a lost connection.
const TRANSIENT: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(5),
    longest: Duration::from_millis(25),
    attempts: 4,
};
/// Number of attempts for keys that are created concurrently.
const ATTEMPTS: u32 = 5;

/// Keys by subject. A subject without a key is missing.
pub(super) type Keys = BTreeMap<Uuid, FoundKey>;

/// The key of a subject, or its erasure.
#[derive(Clone)]
pub(super) enum FoundKey {
    Key(Arc<DataKey>),
    Erased,
    /// A key that can't be used.
    Faulty(SealFault),
}

/// A row of `subject_keys`.
struct Stored {
    subject: Uuid,
    key_version: i16,
    master_epoch: Option<i16>,
    wrapped: Option<Vec<u8>>,
}

/// The keys of subjects: database, master keys and cache.
pub(super) struct KeyStore {
    pub(super) pool: PgPool,
    pub(super) masters: CurrentMasterKeys,
    /// Epochs whose master keys were destroyed, as of the start.
    pub(super) retired: Vec<i16>,
    pub(super) cache: KeyCache,
    pub(super) tasks: Tasks,
}

impl KeyStore {
    /// The keys of some subjects.
    pub(super) async fn keys(&self, subjects: BTreeSet<Uuid>) -> Result<Keys, SealError> {
        let erasures = self.cache.erasures();
        let (mut keys, missing) = self.cached(subjects);
        if !missing.is_empty() {
            let stored = self.read(&missing).await?;
            self.take(&mut keys, stored, erasures);
        }
        Ok(keys)
    }

    /// The keys of some subjects. Missing ones are created and committed, except for erased subjects.
    pub(super) async fn keys_or_new(&self, subjects: BTreeSet<Uuid>) -> Result<Keys, SealError> {
        let erasures = self.cache.erasures();
        let (mut keys, mut missing) = self.cached(subjects);
        let mut back_off = BackOff::with(TRANSIENT, 128);
        for _ in 0..ATTEMPTS {
            if missing.is_empty() {
                break;
            }
            match self.create(&missing).await {
                // A key that is created concurrently is visible in the next attempt.
                Ok(stored) => self.take(&mut keys, stored, erasures),
                // Creating keys is idempotent, so it is retried after a lost connection.
                Err(error) if error.is_transient() && back_off.pause().await.is_ok() => {}
                Err(error) => return Err(error),
            }
            missing.retain(|subject| !keys.contains_key(subject));
            if !missing.is_empty() {
                // The epoch may have been retired a moment ago.
                self.learn_epochs(&self.pool).await?;
            }
        }
        Ok(keys)
    }

    fn cached(&self, subjects: BTreeSet<Uuid>) -> (Keys, Vec<Uuid>) {
        let mut keys = Keys::new();
        let mut missing = Vec::new();
        for subject in subjects {
            match self.cache.get(subject) {
                Some(Known::Key(key)) => drop(keys.insert(subject, FoundKey::Key(key))),
                Some(Known::Erased) => drop(keys.insert(subject, FoundKey::Erased)),
                None => missing.push(subject),
            }
        }
        (keys, missing)
    }

    fn take(&self, keys: &mut Keys, stored: Vec<Stored>, erasures: u64) {
        for stored in stored {
            let found = self.unwrapped(&stored);
            if let FoundKey::Key(key) = &found {
                self.cache.put(stored.subject, key, erasures);
            }
            keys.insert(stored.subject, found);
        }
    }

    fn unwrapped(&self, stored: &Stored) -> FoundKey {
        let (Some(epoch), Some(wrapped)) = (stored.master_epoch, &stored.wrapped) else {
            return FoundKey::Erased;
        };
        let row = Row {
            subject: stored.subject,
            key_version: stored.key_version,
        };
        match self.data_key(row, epoch, wrapped) {
            Ok(key) => FoundKey::Key(Arc::new(key)),
            Err(SealFault::MissingMasterKey { epoch }) if self.retired.contains(&epoch) => {
                FoundKey::Faulty(SealFault::RetiredEpoch { epoch })
            }
            Err(fault) => FoundKey::Faulty(fault),
        }
    }

    /// Unwraps a key, also under a master key that another process has added since.
    fn data_key(&self, row: Row, epoch: i16, wrapped: &[u8]) -> Result<DataKey, SealFault> {
        let unwrapped = self.masters.get().data_key(row, epoch, wrapped);
        match unwrapped {
            Err(SealFault::MissingMasterKey { .. }) => {
                self.masters
                    .reload(|newer| newer.data_key(row, epoch, wrapped).is_ok());
                self.masters.get().data_key(row, epoch, wrapped)
            }
            known => known,
        }
    }

    /// Learns of a master key that another process has added, so that new keys are wrapped by it.
    pub(super) async fn learn_epochs(
        &self,
        executor: impl PgExecutor<'_>,
    ) -> Result<(), sqlx::Error> {
        let newest = sqlx::query!(
            r#"
            select epoch, check_value
            from master_key_epochs
            where retired_at is null
            order by epoch desc
            limit 1
            "#
        )
        .fetch_optional(executor)
        .await?;
        if let Some(newest) = newest
            && newest.epoch > self.masters.get().current()
            && self
                .masters
                .reload(|newer| newer.matches(newest.epoch, &newest.check_value))
        {
            tracing::info!(
                epoch = newest.epoch,
                "Read the master keys again: another process has added one."
            );
        }
        Ok(())
    }

    async fn read(&self, subjects: &[Uuid]) -> Result<Vec<Stored>, SealError> {
        let stored = sqlx::query_as!(
            Stored,
            r#"
            select subject, key_version, master_epoch, wrapped
            from subject_keys
            where subject = any ($1)
            "#,
            subjects
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(stored)
    }

    /// Creates and reads keys in one statement. The row of the epoch is locked against retirement, so no
    /// key is created under a master key that is being retired.
    async fn create(&self, subjects: &[Uuid]) -> Result<Vec<Stored>, SealError> {
        let masters = self.masters.get();
        let mut wrapped = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let row = Row {
                subject: *subject,
                key_version: KEY_VERSION,
            };
            let new = random().map(Zeroizing::new);
            let new = new.and_then(|key| masters.wrap(row, &key));
            wrapped.push(new.map_err(|fault| fault.at(subject))?);
        }
        let stored = sqlx::query_file_as!(
            Stored,
            "src/seal/create_keys.sql",
            subjects,
            &wrapped,
            masters.current(),
            KEY_VERSION
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(stored)
    }
}

/// The key of a subject; `None` if the subject was erased.
pub(super) fn key_for(keys: &Keys, subject: Uuid) -> Result<Option<&DataKey>, SealFault> {
    match keys.get(&subject) {
        Some(FoundKey::Key(key)) => Ok(Some(key)),
        Some(FoundKey::Erased) => Ok(None),
        Some(FoundKey::Faulty(fault)) => Err(*fault),
        None => Err(SealFault::UnknownKey),
    }
}
