//! A cache of unwrapped keys: bounded in number and time, without those of erased subjects.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, UnitWeighter};
use uuid::Uuid;

use super::envelope::DataKey;

/// Maximum number of keys.
const CAPACITY: usize = 20_000;
/// Maximum age of a cached key.
const LIFETIME: Duration = Duration::from_mins(5);
/// Time after the last look-up of erasures until cached keys are no longer used.
const CURRENT_FOR: Duration = Duration::from_secs(2);

/// The cached key of a subject, or its erasure.
#[derive(Clone)]
pub(super) enum Known {
    Key(Arc<DataKey>),
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
    /// Time of the last look-up of erasures, in milliseconds after the start.
    checked: AtomicU64,
    erasures: AtomicU64,
}

impl KeyCache {
    pub(super) fn new() -> Self {
        Self {
            entries: entries(),
            started: Instant::now(),
            checked: AtomicU64::new(0),
            erasures: AtomicU64::new(0),
        }
    }

    /// The entry of a subject. No key is returned while this process may have missed its erasure.
    pub(super) fn get(&self, subject: Uuid) -> Option<Known> {
        let entry = self.entries.get(&subject)?;
        match entry.known {
            Known::Erased => Some(Known::Erased),
            Known::Key(_) if !self.is_current() => None,
            Known::Key(_) if entry.since.elapsed() > LIFETIME => None,
            Known::Key(key) => Some(Known::Key(key)),
        }
    }

    /// Caches a key that was read when the counter of erasures was at `erasures`. If there was an erasure
    /// since, it may be the subject's, and the key is not cached.
    pub(super) fn put(&self, subject: Uuid, key: &Arc<DataKey>, erasures: u64) {
        let known = Known::Key(key.clone());
        let since = Instant::now();
        self.entries.insert(subject, Entry { known, since });
        if self.erasures() != erasures {
            self.entries.remove(&subject);
        }
    }

    /// Removes the keys of erased subjects for good.
    pub(super) fn erase(&self, subjects: &[Uuid]) {
        self.erasures.fetch_add(1, Ordering::SeqCst);
        for subject in subjects {
            let known = Known::Erased;
            let since = Instant::now();
            self.entries.insert(*subject, Entry { known, since });
        }
        // A second time, for a concurrent `put` that read the counter before the loop above.
        self.erasures.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn erasures(&self) -> u64 {
        self.erasures.load(Ordering::SeqCst)
    }

    /// Records that all erasures up to `at` are known.
    pub(super) fn checked(&self, at: Instant) {
        let at = at.saturating_duration_since(self.started).as_millis();
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        self.checked.store(at, Ordering::SeqCst);
    }

    pub(super) fn is_current(&self) -> bool {
        let checked = Duration::from_millis(self.checked.load(Ordering::SeqCst));
        self.started.elapsed().saturating_sub(checked) <= CURRENT_FOR
    }
}

/// Half of the capacity is for keys that were used once: the keys of a batch of new people are used again
/// shortly after, when its rows are sealed, and must not be evicted in between by keys that are used often.
fn entries() -> Cache<Uuid, Entry> {
    let options = OptionsBuilder::new()
        .estimated_items_capacity(CAPACITY)
        .weight_capacity(CAPACITY as u64)
        .hot_allocation(0.5)
        .build();
    options.map_or_else(
        |_| Cache::new(CAPACITY),
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
    fn a_batch_of_new_subjects_stays_cached_even_if_other_keys_are_used_often() {
        let cache = KeyCache::new();
        let (key, count) = (key(), CAPACITY as u128);
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
    fn without_look_ups_of_erasures_no_key_is_used() {
        let (mut cache, asha) = (KeyCache::new(), Uuid::from_u128(1));
        cache.put(asha, &key(), 0);
        let long_ago = Instant::now().checked_sub(CURRENT_FOR * 2);
        // Moved back instead of waiting.
        cache.started = long_ago.unwrap();
        assert!(!has_key(&cache, asha));
        cache.checked(Instant::now());
        assert!(has_key(&cache, asha));
    }
}
