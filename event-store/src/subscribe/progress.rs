//! How far each subscriber has come, for those who wait to read their own writes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::Cursor;

/// The subscriber has not come as far as the caller needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the read model {name} is behind")]
pub struct BehindError {
    /// Which one.
    pub name: &'static str,
}

/// How far each subscriber has come, as this node knows it.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    cursors: Arc<BTreeMap<&'static str, watch::Sender<Cursor>>>,
}

impl Progress {
    pub(super) fn of_all(names: impl Iterator<Item = &'static str>) -> Self {
        let cursors = names
            .map(|name| (name, watch::Sender::new(Cursor::START)))
            .collect();
        Self {
            cursors: Arc::new(cursors),
        }
    }

    pub(super) fn advance(&self, name: &'static str, to: Cursor) {
        if let Some(cursor) = self.cursors.get(name) {
            cursor.send_if_modified(|at| {
                let newer = to > *at;
                if newer {
                    *at = to;
                }
                newer
            });
        }
    }

    /// How far `name` has come; `START` if no such subscriber runs.
    #[must_use]
    pub fn of(&self, name: &str) -> Cursor {
        self.cursors
            .get(name)
            .map_or(Cursor::START, |cursor| *cursor.borrow())
    }

    /// All subscribers with their positions.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, Cursor)> {
        self.cursors
            .iter()
            .map(|(name, cursor)| (*name, *cursor.borrow()))
            .collect()
    }

    /// Waits until `name` has taken the event at `cursor`, for at most `patience`.
    ///
    /// # Errors
    /// [`BehindError`] if it has not by then.
    pub async fn reached(
        &self,
        name: &'static str,
        cursor: Cursor,
        patience: Duration,
    ) -> Result<(), BehindError> {
        let behind = BehindError { name };
        let mut at = self.cursors.get(name).ok_or(behind)?.subscribe();
        match tokio::time::timeout(patience, at.wait_for(|at| *at >= cursor)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(behind),
        }
    }
}
