//! Places in lists.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Place in a list that is ordered by time, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct TimeCursor {
    /// Time of the item, as the list has it.
    pub at: DateTime<Utc>,
    /// Id of the item.
    pub id: Uuid,
}

impl TimeCursor {
    /// Returns both columns, to be bound; null for no cursor.
    pub(crate) fn columns(cursor: Option<Self>) -> (Option<DateTime<Utc>>, Option<Uuid>) {
        cursor.map(|cursor| (cursor.at, cursor.id)).unzip()
    }
}
