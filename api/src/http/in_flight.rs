//! Requests with an idempotency key that this node is working on.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The keys in flight. A second request with one of them is told to wait: it cannot be answered
/// before the first is. On another node the database makes it wait instead.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<[u8; 32]>>>);

/// A key in flight; dropping it ends that.
pub struct Flight {
    keys: InFlight,
    key: [u8; 32],
}

impl InFlight {
    /// Marks `key`; `None` if it is in flight already.
    pub fn enter(&self, key: [u8; 32]) -> Option<Flight> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key).then(|| Flight {
            keys: self.clone(),
            key,
        })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.keys
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_flight_until_its_request_ends() {
        let keys = InFlight::default();
        let first = keys.enter([1; 32]);
        assert!(first.is_some());
        assert!(keys.enter([1; 32]).is_none());
        assert!(keys.enter([2; 32]).is_some());
        drop(first);
        assert!(keys.enter([1; 32]).is_some());
    }
}
