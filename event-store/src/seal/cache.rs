//! Keys that this process has unwrapped: a bounded number, for a while, and none of the erased.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, UnitWeighter};
use uuid::Uuid;

use super::envelope::DataKey;

/// Keys, at most.
const MOST: usize = 20_000;
/// How long a key is kept.
const LIFETIME: Duration = Duration::from_mins(5);
/// How long erasures may go unasked before nothing that is kept is used.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of a subject.
#[derive(Clone)]
pub(super) enum Known {
    Key(Arc<DataKey>),
    /// For good.
    Erased,
}

#[derive(Clone)]
struct Entry {
    known: Known,
    since: Instant,
}

pub(super) struct KeyCache {
    entries: Cache<Uuid, Entry>,
    started: Instant,
    /// When erasures were last asked for, in milliseconds after the start.
    asked: AtomicU64,
    erasures: AtomicU64,
}

impl KeyCache {
    pub(super) fn new() -> Self {
        Self {
            entries: entries(),
            started: Instant::now(),
            asked: AtomicU64::new(0),
            erasures: AtomicU64::new(0),
        }
    }

    /// What is known of a subject. Nothing while this process may have missed its erasure.
    pub(super) fn get(&self, subject: Uuid) -> Option<Known> {
        let entry = self.entries.get(&subject)?;
        match entry.known {
            Known::Erased => Some(Known::Erased),
            Known::Key(_) if !self.is_current() => None,
            Known::Key(_) if entry.since.elapsed() > LIFETIME => None,
            Known::Key(key) => Some(Known::Key(key)),
        }
    }

    /// Keeps a key that was read after `erasures` were known. If one came in between, it may be the
    /// very subject's, and nothing is kept.
    pub(super) fn put(&self, subject: Uuid, key: &Arc<DataKey>, erasures: u64) {
        let known = Known::Key(key.clone());
        let since = Instant::now();
        self.entries.insert(subject, Entry { known, since });
        if self.erasures() != erasures {
            self.entries.remove(&subject);
        }
    }

    /// Forgets the keys of erased subjects for good.
    pub(super) fn erase(&self, subjects: &[Uuid]) {
        self.erasures.fetch_add(1, Ordering::SeqCst);
        for subject in subjects {
            let known = Known::Erased;
            let since = Instant::now();
            self.entries.insert(*subject, Entry { known, since });
        }
        // Once more: whoever read the old count while the keys above were being replaced.
        self.erasures.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn erasures(&self) -> u64 {
        self.erasures.load(Ordering::SeqCst)
    }

    /// Erasures up to `at` are known here.
    pub(super) fn asked(&self, at: Instant) {
        let at = at.saturating_duration_since(self.started).as_millis();
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        self.asked.store(at, Ordering::SeqCst);
    }

    pub(super) fn is_current(&self) -> bool {
        let asked = Duration::from_millis(self.asked.load(Ordering::SeqCst));
        self.started.elapsed().saturating_sub(asked) <= PATIENCE
    }
}

/// Half of the room is for keys that were used once: a batch of new people is opened some time before what it
/// tells of them is sealed again, and would be forgotten in between if keys that were used often had it all.
fn entries() -> Cache<Uuid, Entry> {
    let options = OptionsBuilder::new()
        .estimated_items_capacity(MOST)
        .weight_capacity(MOST as u64)
        .hot_allocation(0.5)
        .build();
    options.map_or_else(
        |_| Cache::new(MOST),
        |options| {
            Cache::with_options(
                options,
                UnitWeighter,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Arc<DataKey> {
        Arc::new(DataKey::new(1, &[7; 32]))
    }

    fn has_key(cache: &KeyCache, subject: Uuid) -> bool {
        matches!(cache.get(subject), Some(Known::Key(_)))
    }

    #[test]
    fn an_erased_subject_has_no_key_any_more_and_stays_erased() {
        let (cache, asha) = (KeyCache::new(), Uuid::from_u128(1));
        cache.put(asha, &key(), cache.erasures());
        assert!(has_key(&cache, asha));
        cache.erase(&[asha]);
        assert!(matches!(cache.get(asha), Some(Known::Erased)));
    }

    #[test]
    fn a_key_that_was_read_before_an_erasure_is_not_kept_after_it() {
        let (cache, asha) = (KeyCache::new(), Uuid::from_u128(1));
        let before = cache.erasures();
        cache.erase(&[asha]);
        cache.put(asha, &key(), before);
        assert!(!has_key(&cache, asha));
    }

    #[test]
    fn a_batch_of_new_subjects_is_kept_however_often_others_are_used() {
        let cache = KeyCache::new();
        let (key, count) = (key(), MOST as u128);
        for subject in (0..count).map(Uuid::from_u128) {
            cache.put(subject, &key, 0);
            cache.get(subject);
        }
        let batch = (count..count + 5_000).map(Uuid::from_u128);
        for subject in batch.clone() {
            cache.put(subject, &key, 0);
        }
        let kept = batch.filter(|subject| cache.entries.get(subject).is_some());
        assert!(kept.count() > 4_900);
    }

    #[test]
    fn without_news_of_erasures_no_key_is_used() {
        let (mut cache, asha) = (KeyCache::new(), Uuid::from_u128(1));
        cache.put(asha, &key(), 0);
        let long_ago = Instant::now().checked_sub(PATIENCE * 2);
        // Moved back instead of waiting.
        cache.started = long_ago.unwrap();
        assert!(!has_key(&cache, asha));
        cache.asked(Instant::now());
        assert!(has_key(&cache, asha));
    }
}
