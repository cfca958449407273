//! Keys of subjects, from the cache or the database: one question for however many are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::Shared;
use super::cache::Known;
use super::envelope::{DataKey, random};
use super::error::{SealError, SealFault};
use super::master::Row;
use crate::back_off::{BackOff, RetryPolicy};

/// The version of every key: a subject has one for life.
const KEY_VERSION: i16 = 1;
/// How keys are asked for whose answer was lost.
const ASKING: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(5),
    longest: Duration::from_millis(25),
    attempts: 4,
};
/// How often keys are asked for that others make at the same moment.
const ATTEMPTS: u32 = 5;

/// What each asked subject has; who is not in it has nothing.
pub(super) type Keys = BTreeMap<Uuid, Held>;

/// What a subject has.
#[derive(Clone)]
pub(super) enum Held {
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

impl Shared {
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

    /// The same; who has none is given one, committed before this returns. Nobody who was erased is.
    pub(super) async fn keys_or_new(&self, subjects: BTreeSet<Uuid>) -> Result<Keys, SealError> {
        let erasures = self.cache.erasures();
        let (mut keys, mut missing) = self.cached(subjects);
        let mut back_off = BackOff::with(ASKING, 128);
        for _ in 0..ATTEMPTS {
            if missing.is_empty() {
                break;
            }
            match self.make(&missing).await {
                // A key that somebody else makes at this moment shows the next time.
                Ok(stored) => self.take(&mut keys, stored, erasures),
                // Making keys twice makes them once, so a lost answer is no reason to give up.
                Err(error) if error.may_pass() && back_off.pause().await.is_ok() => {}
                Err(error) => return Err(error),
            }
            missing.retain(|subject| !keys.contains_key(subject));
        }
        Ok(keys)
    }

    fn cached(&self, subjects: BTreeSet<Uuid>) -> (Keys, Vec<Uuid>) {
        let mut keys = Keys::new();
        let mut missing = Vec::new();
        for subject in subjects {
            match self.cache.get(subject) {
                Some(Known::Key(key)) => drop(keys.insert(subject, Held::Key(key))),
                Some(Known::Erased) => drop(keys.insert(subject, Held::Erased)),
                None => missing.push(subject),
            }
        }
        (keys, missing)
    }

    fn take(&self, keys: &mut Keys, stored: Vec<Stored>, erasures: u64) {
        for stored in stored {
            let held = self.unwrapped(&stored);
            if let Held::Key(key) = &held {
                self.cache.put(stored.subject, key, erasures);
            }
            keys.insert(stored.subject, held);
        }
    }

    fn unwrapped(&self, stored: &Stored) -> Held {
        let (Some(epoch), Some(wrapped)) = (stored.master_epoch, &stored.wrapped) else {
            return Held::Erased;
        };
        let row = Row {
            subject: stored.subject,
            key_version: stored.key_version,
        };
        match self.masters.data_key(row, epoch, wrapped) {
            Ok(key) => Held::Key(Arc::new(key)),
            Err(SealFault::MissingMasterKey { epoch }) if self.retired.contains(&epoch) => {
                Held::Faulty(SealFault::RetiredEpoch { epoch })
            }
            Err(fault) => Held::Faulty(fault),
        }
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

    /// Makes and reads keys in one statement. The row of the epoch is locked against retirement, so no
    /// key is made under a master key that is being destroyed.
    async fn make(&self, subjects: &[Uuid]) -> Result<Vec<Stored>, SealError> {
        let mut wrapped = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let row = Row {
                subject: *subject,
                key_version: KEY_VERSION,
            };
            let new = random().map(Zeroizing::new);
            let new = new.and_then(|key| self.masters.wrap(row, &key));
            wrapped.push(new.map_err(|fault| fault.at(subject))?);
        }
        let stored = sqlx::query_file_as!(
            Stored,
            "src/seal/make_keys.sql",
            subjects,
            &wrapped,
            self.masters.current(),
            KEY_VERSION
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(stored)
    }
}

/// What to do with a subject's data.
pub(super) fn held(keys: &Keys, subject: Uuid) -> Result<Option<&DataKey>, SealFault> {
    match keys.get(&subject) {
        Some(Held::Key(key)) => Ok(Some(key)),
        Some(Held::Erased) => Ok(None),
        Some(Held::Faulty(fault)) => Err(*fault),
        None => Err(SealFault::UnknownKey),
    }
}
