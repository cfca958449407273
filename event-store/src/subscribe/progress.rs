//! How far each subscriber has come, for those who wait to read their own writes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{CheckpointState, Subscriber};
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
    places: Arc<BTreeMap<&'static str, Place>>,
}

#[derive(Debug)]
struct Place {
    version: i32,
    standing: watch::Sender<CheckpointState>,
}

impl Progress {
    pub(super) fn of_all<'s>(subscribers: impl Iterator<Item = &'s dyn Subscriber>) -> Self {
        let place = |subscriber: &dyn Subscriber| Place {
            version: subscriber.version(),
            standing: watch::Sender::new(CheckpointState::START),
        };
        let places = subscribers.map(|subscriber| (subscriber.name(), place(subscriber)));
        Self {
            places: Arc::new(places.collect()),
        }
    }

    /// Told by the one runner of `name` on this node.
    pub(super) fn stands(&self, name: &'static str, now: CheckpointState) {
        if let Some(place) = self.places.get(name) {
            place.standing.send_if_modified(|standing| {
                let moved = *standing != now;
                *standing = now;
                moved
            });
        }
    }

    /// Where `name` stands, and under which version; `None` if no such subscriber runs.
    #[must_use]
    pub fn standing(&self, name: &str) -> Option<(i32, CheckpointState)> {
        let place = self.places.get(name)?;
        Some((place.version, *place.standing.borrow()))
    }

    /// How far `name` has come; `START` if no such subscriber runs.
    #[must_use]
    pub fn of(&self, name: &str) -> Cursor {
        self.standing(name)
            .map_or(Cursor::START, |(_, standing)| standing.at)
    }

    /// All subscribers with their positions.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, Cursor)> {
        self.places
            .iter()
            .map(|(name, place)| (*name, place.standing.borrow().at))
            .collect()
    }

    /// All subscribers with their versions.
    pub(super) fn versions(&self) -> (Vec<String>, Vec<i32>) {
        let versions = self.places.iter();
        versions
            .map(|(name, place)| ((*name).to_owned(), place.version))
            .unzip()
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
        let mut standing = self.places.get(name).ok_or(behind)?.standing.subscribe();
        match tokio::time::timeout(
            patience,
            standing.wait_for(|standing| standing.at >= cursor),
        )
        .await
        {
            Ok(Ok(_)) => Ok(()),
            _ => Err(behind),
        }
    }
}
