//! The master keys of a running process, which are read again when another process has added a newer one.

use std::sync::{Arc, PoisonError, RwLock};

use super::master::MasterKeys;

/// Reads the master keys from their source again. `None` if they are not readable at the moment.
pub type ReloadMasterKeys = Arc<dyn Fn() -> Option<MasterKeys> + Send + Sync>;

/// The master keys in use.
pub(super) struct CurrentMasterKeys(RwLock<MasterKeys>);

impl CurrentMasterKeys {
    pub(super) fn new(keys: MasterKeys) -> Self {
        Self(RwLock::new(keys))
    }

    /// The keys, as of now.
    pub(super) fn get(&self) -> MasterKeys {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads the keys from their source again and uses them from now on, if `fits` accepts them. Keys that were
    /// given as a value have no source.
    pub(super) fn reload(&self, fits: impl FnOnce(&MasterKeys) -> bool) -> bool {
        let Some(newer) = self.get().reloaded().filter(fits) else {
            return false;
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = newer;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(epochs: &[i16]) -> MasterKeys {
        let line = |epoch: &i16| format!("{epoch}:{}", "0a".repeat(32));
        let lines: Vec<_> = epochs.iter().map(line).collect();
        MasterKeys::parse(&lines.join("\n")).unwrap()
    }

    #[test]
    fn keys_that_fit_are_used_and_can_be_reloaded_again() {
        let source: ReloadMasterKeys = Arc::new(|| Some(keys(&[1, 2])));
        let current = CurrentMasterKeys::new(keys(&[1]).with_reload(source));
        assert!(!current.reload(|newer| newer.current() > 2));
        assert_eq!(current.get().epochs(), [1]);
        assert!(current.reload(|newer| newer.current() == 2));
        assert_eq!(current.get().epochs(), [1, 2]);
        assert!(current.reload(|_| true));
    }

    #[test]
    fn keys_without_a_source_stay() {
        let current = CurrentMasterKeys::new(keys(&[1]));
        assert!(!current.reload(|_| true));
        assert_eq!(current.get().epochs(), [1]);
    }
}
