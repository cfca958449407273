//! One attempt at a time per login and client, on this node.
//!
//! Right passwords that arrive together are all accepted, one after the other. Wrong ones are counted in the database,
//! before they are checked, for all nodes and clients together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The number of attempts in one line, with the one that is being made.
const MOST_IN_LINE: usize = 16;

/// The line: a login from a client, or what else is attempted one by one.
type Key = [u8; 32];

/// The lines of attempts.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<Key, Line>>>);

/// The attempts of one login.
struct Line {
    turn: Arc<Semaphore>,
    length: usize,
}

/// A place in a line; leaving it frees it.
struct Place {
    turns: Turns,
    key: Key,
}

/// The turn of one attempt. The next one begins when it is dropped.
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

impl Turns {
    /// Waits for the turn of an attempt; `None` if too many attempts wait already.
    pub(super) async fn take(&self, key: Key) -> Option<Turn> {
        let (place, turn) = self.line_up(key)?;
        let permit = turn.acquire_owned().await.ok()?;
        Some(Turn {
            _permit: permit,
            _place: place,
        })
    }

    fn line_up(&self, key: Key) -> Option<(Place, Arc<Semaphore>)> {
        let mut lines = self.lines();
        let line = lines.entry(key).or_insert_with(|| Line {
            turn: Arc::new(Semaphore::new(1)),
            length: 0,
        });
        if line.length >= MOST_IN_LINE {
            return None;
        }
        line.length += 1;
        let turns = self.clone();
        Some((Place { turns, key }, line.turn.clone()))
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<Key, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.turns.lines();
        if let Some(line) = lines.get_mut(&self.key) {
            line.length -= 1;
            if line.length == 0 {
                lines.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn attempts_on_one_login_are_made_one_after_the_other() {
        let turns = Turns::default();
        let first = turns.take([1; 32]).await.unwrap();
        let mut second = Box::pin(turns.take([1; 32]));
        assert!((&mut second).now_or_never().is_none());
        assert!(
            turns.take([2; 32]).now_or_never().is_some(),
            "another login"
        );
        drop(first);
        assert!(second.await.is_some());
    }

    #[tokio::test]
    async fn a_line_is_bounded_and_nothing_is_left_of_it() {
        let turns = Turns::default();
        let first = turns.take([1; 32]).await.unwrap();
        let mut waiting: Vec<_> = (1..MOST_IN_LINE)
            .map(|_| Box::pin(turns.take([1; 32])))
            .collect();
        for attempt in &mut waiting {
            assert!(attempt.now_or_never().is_none());
        }
        assert!(turns.take([1; 32]).await.is_none());
        waiting.pop();
        assert!(
            turns.take([1; 32]).now_or_never().is_none(),
            "a place is free again"
        );
        drop(waiting);
        drop(first);
        assert!(turns.lines().is_empty());
    }
}
