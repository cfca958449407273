//! Keys that this process has unwrapped: a bounded number, for a while, and none of the erased.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
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
            entries: Cache::new(MOST),
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
