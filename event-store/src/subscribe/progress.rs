//! Positions of subscribers, for clients that wait for their own writes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::checkpoint::CheckpointState;
use super::subscriber::Subscriber;
use crate::Cursor;

/// The subscriber has not reached a position in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the read model {name} is behind")]
pub struct BehindError {
    /// Its name.
    pub name: &'static str,
}

/// Positions of subscribers, as this node knows them.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    entries: Arc<BTreeMap<&'static str, Entry>>,
}

#[derive(Debug)]
struct Entry {
    version: i32,
    state: watch::Sender<CheckpointState>,
}

impl Progress {
    pub(super) fn from_subscribers<'s>(
        subscribers: impl Iterator<Item = &'s dyn Subscriber>,
    ) -> Self {
        let entry = |subscriber: &dyn Subscriber| Entry {
            version: subscriber.version(),
            state: watch::Sender::new(CheckpointState::START),
        };
        let entries = subscribers.map(|subscriber| (subscriber.name(), entry(subscriber)));
        Self {
            entries: Arc::new(entries.collect()),
        }
    }

    /// Sets the position; called by the runner of `name` on this node.
    pub(super) fn set(&self, name: &'static str, new: CheckpointState) {
        if let Some(entry) = self.entries.get(name) {
            entry.state.send_if_modified(|state| {
                let moved = *state != new;
                *state = new;
                moved
            });
        }
    }

    /// The version and the state of `name`; `None` if no such subscriber runs.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<(i32, CheckpointState)> {
        let entry = self.entries.get(name)?;
        Some((entry.version, *entry.state.borrow()))
    }

    /// The position of `name`; `START` if no such subscriber runs.
    #[must_use]
    pub fn position(&self, name: &str) -> Cursor {
        self.state(name)
            .map_or(Cursor::START, |(_, state)| state.at)
    }

    /// All subscribers with their positions.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, Cursor)> {
        self.entries
            .iter()
            .map(|(name, entry)| (*name, entry.state.borrow().at))
            .collect()
    }

    /// All subscribers with their versions.
    pub(super) fn versions(&self) -> (Vec<String>, Vec<i32>) {
        let versions = self.entries.iter();
        versions
            .map(|(name, entry)| ((*name).to_owned(), entry.version))
            .unzip()
    }

    /// Waits until `name` has reached `cursor`, for at most `timeout`.
    ///
    /// # Errors
    /// [`BehindError`] after the timeout, or if no such subscriber runs.
    pub async fn wait_for(
        &self,
        name: &'static str,
        cursor: Cursor,
        timeout: Duration,
    ) -> Result<(), BehindError> {
        let behind = BehindError { name };
        let mut state = self.entries.get(name).ok_or(behind)?.state.subscribe();
        let reached = state.wait_for(|state| state.at >= cursor);
        match tokio::time::timeout(timeout, reached).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(behind),
        }
    }
}
