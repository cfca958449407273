//! A batch of commands as the columns that the statements take.
//!
//! The ordinal of a row, from 1, is the number of its command. Round one does not need it.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::outcome::Failure;
use super::request::StreamVersion;
use super::rows::{ClaimRow, Rows};
use crate::Cursor;

/// The last position of each command, or the failure. A command without events has no position.
pub(super) type Outcomes = Vec<Result<Option<Cursor>, Failure>>;

/// The rows of a batch, by table and column.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    commands: i32,
    events: Events<'a>,
    replies: Replies<'a>,
    claims: Claims<'a>,
    moved: Claims<'a>,
    settled: Holders<'a>,
    released: Holders<'a>,
    names: Names<'a>,
    freed: Freed<'a>,
    depends_on: Dependencies<'a>,
    moving: Streams<'a>,
    /// Commands of round two, each with the one whose state it was decided on.
    successors: Vec<i32>,
    predecessors: Vec<i32>,
}

#[derive(Debug, Default)]
struct Events<'a> {
    ordinals: Vec<i32>,
    aggregate_types: Vec<&'a str>,
    aggregate_ids: Vec<&'a str>,
    sequences: Vec<i64>,
    types: Vec<&'a str>,
    versions: Vec<&'a str>,
    payloads: Vec<Json<&'a RawValue>>,
    metadata: Vec<Json<&'a RawValue>>,
}

#[derive(Debug, Default)]
struct Replies<'a> {
    ordinals: Vec<i32>,
    keys: Vec<&'a [u8]>,
    fingerprints: Vec<&'a [u8]>,
    answers: Vec<Json<&'a RawValue>>,
    aggregate_types: Vec<&'a str>,
    aggregate_ids: Vec<&'a str>,
    sequences: Vec<i64>,
}

#[derive(Debug, Default)]
struct Claims<'a> {
    ordinals: Vec<i32>,
    kinds: Vec<&'a str>,
    resources: Vec<Uuid>,
    starts: Vec<DateTime<Utc>>,
    ends: Vec<DateTime<Utc>>,
    holder_types: Vec<&'a str>,
    holders: Vec<&'a str>,
    held_until: Vec<Option<DateTime<Utc>>>,
}

#[derive(Debug, Default)]
struct Holders<'a> {
    ordinals: Vec<i32>,
    holders: Vec<&'a str>,
}

#[derive(Debug, Default)]
struct Names<'a> {
    ordinals: Vec<i32>,
    spaces: Vec<&'a str>,
    keys: Vec<&'a [u8]>,
    holders: Vec<&'a str>,
    subjects: Vec<Option<Uuid>>,
}

#[derive(Debug, Default)]
struct Freed<'a> {
    ordinals: Vec<i32>,
    spaces: Vec<&'a str>,
    holders: Vec<&'a str>,
}

#[derive(Debug, Default)]
struct Dependencies<'a> {
    ordinals: Vec<i32>,
    aggregate_types: Vec<&'a str>,
    aggregate_ids: Vec<&'a str>,
    versions: Vec<i64>,
}

#[derive(Debug, Default)]
struct Streams<'a> {
    aggregate_types: Vec<&'a str>,
    aggregate_ids: Vec<&'a str>,
}

/// A statement over the rows of a batch, by table and column, and what else it takes.
macro_rules! query_rows {
    ($file:literal, $rows:expr $(, $more:expr)* $(,)?) => {
        sqlx::query_file!(
            $file,
            &$rows.events.aggregate_types as _,
            &$rows.events.aggregate_ids as _,
            &$rows.events.sequences,
            &$rows.events.types as _,
            &$rows.events.versions as _,
            &$rows.events.payloads as _,
            &$rows.events.metadata as _,
            &$rows.replies.keys as _,
            &$rows.replies.fingerprints as _,
            &$rows.replies.answers as _,
            &$rows.replies.aggregate_types as _,
            &$rows.replies.aggregate_ids as _,
            &$rows.replies.sequences,
            &$rows.claims.kinds as _,
            &$rows.claims.resources,
            &$rows.claims.starts,
            &$rows.claims.ends,
            &$rows.claims.holders as _,
            &$rows.claims.held_until as _,
            &$rows.claims.holder_types as _,
            &$rows.moved.kinds as _,
            &$rows.moved.resources,
            &$rows.moved.starts,
            &$rows.moved.ends,
            &$rows.moved.holders as _,
            &$rows.moved.held_until as _,
            &$rows.settled.holders as _,
            &$rows.released.holders as _,
            &$rows.names.spaces as _,
            &$rows.names.keys as _,
            &$rows.names.holders as _,
            &$rows.names.subjects as _,
            &$rows.freed.spaces as _,
            &$rows.freed.holders as _,
            &$rows.depends_on.aggregate_types as _,
            &$rows.depends_on.aggregate_ids as _,
            &$rows.depends_on.versions,
            &$rows.moving.aggregate_types as _,
            &$rows.moving.aggregate_ids as _,
            $($more),*
        )
    };
}

impl<'a> Columns<'a> {
    /// The columns of some commands. `links` are successors and predecessors, counted from 0.
    pub(super) fn new(commands: impl Iterator<Item = &'a Rows>, links: &[(usize, usize)]) -> Self {
        let mut columns = Self::default();
        for rows in commands {
            columns.add(rows);
        }
        let ordinal = |index: usize| i32::try_from(index + 1).unwrap_or(i32::MAX);
        columns.successors = links.iter().map(|link| ordinal(link.0)).collect();
        columns.predecessors = links.iter().map(|link| ordinal(link.1)).collect();
        columns
    }

    fn add(&mut self, rows: &'a Rows) {
        self.commands += 1;
        let ordinal = self.commands;
        for row in &rows.events {
            let events = &mut self.events;
            events.ordinals.push(ordinal);
            events.aggregate_types.push(row.aggregate_type);
            events.aggregate_ids.push(&row.aggregate_id);
            events.sequences.push(row.sequence);
            events.types.push(&row.event_type);
            events.versions.push(&row.event_version);
            events.payloads.push(Json(&row.payload));
            events.metadata.push(Json(&row.metadata));
        }
        if let Some(row) = &rows.reply {
            let replies = &mut self.replies;
            replies.ordinals.push(ordinal);
            replies.keys.push(&row.key);
            replies.fingerprints.push(&row.fingerprint);
            replies.answers.push(Json(&row.answer));
            replies.aggregate_types.push(row.aggregate_type);
            replies.aggregate_ids.push(&row.aggregate_id);
            replies.sequences.push(row.sequence);
        }
        for stream in &rows.depends_on {
            self.depends_on.push(ordinal, stream);
        }
        for (aggregate_type, aggregate_id) in &rows.moving {
            self.moving.aggregate_types.push(aggregate_type);
            self.moving.aggregate_ids.push(aggregate_id);
        }
        self.add_claim_changes(ordinal, rows);
    }

    fn add_claim_changes(&mut self, ordinal: i32, rows: &'a Rows) {
        for row in &rows.claims {
            self.claims.push(ordinal, row);
        }
        for row in &rows.moved {
            self.moved.push(ordinal, row);
        }
        for holder in &rows.settled {
            self.settled.push(ordinal, holder);
        }
        for holder in &rows.released {
            self.released.push(ordinal, holder);
        }
        for row in &rows.names {
            self.names.ordinals.push(ordinal);
            self.names.spaces.push(row.space);
            self.names.keys.push(&row.key);
            self.names.holders.push(&row.holder);
            self.names.subjects.push(row.subject);
        }
        for (space, holder) in &rows.freed {
            self.freed.ordinals.push(ordinal);
            self.freed.spaces.push(space);
            self.freed.holders.push(holder);
        }
    }

    /// Returns whether a refusal in round one is final: it is for one command that does not both take and
    /// release claims. The order of the two is undefined within one statement; round two defines it.
    pub(super) fn is_decided_by_round_one(&self) -> bool {
        let takes_and_releases =
            !(self.released.holders.is_empty() || self.claims.holders.is_empty());
        self.commands == 1 && !takes_and_releases
    }

    /// Round one: everything or nothing.
    pub(super) async fn append_all(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Outcomes, sqlx::Error> {
        let row = query_rows!("src/append/append.sql", self)
            .fetch_one(connection)
            .await?;
        let transaction = row.transaction_id.as_deref().unwrap_or_default();
        self.last_events()
            .into_iter()
            .map(|last| {
                let position = last.map(|index| row.positions.get(index));
                match position {
                    None => Ok(Ok(None)),
                    Some(Some(position)) => Cursor::from_row(row.epoch, transaction, *position)
                        .map(|cursor| Ok(Some(cursor))),
                    Some(None) => Err(sqlx::Error::RowNotFound),
                }
            })
            .collect()
    }

    /// Round two: each command on its own.
    pub(super) async fn append_each(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Outcomes, sqlx::Error> {
        let rows = query_rows!(
            "src/append/append_each.sql",
            self,
            self.commands,
            &self.events.ordinals,
            &self.replies.ordinals,
            &self.claims.ordinals,
            &self.moved.ordinals,
            &self.settled.ordinals,
            &self.released.ordinals,
            &self.names.ordinals,
            &self.freed.ordinals,
            &self.depends_on.ordinals,
            &self.successors,
            &self.predecessors,
        )
        .fetch_all(connection)
        .await?;
        rows.into_iter()
            .map(|row| match (row.refused_by, row.last_position) {
                (Some(constraint), _) => Ok(Err(Failure::Violation(constraint))),
                (None, Some(position)) => {
                    Cursor::from_row(row.epoch, &row.transaction_id, position)
                        .map(|cursor| Ok(Some(cursor)))
                }
                (None, None) => Ok(Ok(None)),
            })
            .collect()
    }

    /// The index of the last event of each command.
    fn last_events(&self) -> Vec<Option<usize>> {
        let commands = usize::try_from(self.commands).unwrap_or_default();
        let mut last = vec![None; commands];
        for (index, ordinal) in self.events.ordinals.iter().enumerate() {
            let command = usize::try_from(ordinal - 1).ok();
            if let Some(slot) = command.and_then(|command| last.get_mut(command)) {
                *slot = Some(index);
            }
        }
        last
    }
}

impl<'a> Claims<'a> {
    fn push(&mut self, ordinal: i32, row: &'a ClaimRow) {
        self.ordinals.push(ordinal);
        self.kinds.push(row.kind);
        self.resources.push(row.resource);
        self.starts.push(row.from);
        self.ends.push(row.to);
        self.holder_types.push(row.holder_type);
        self.holders.push(&row.holder);
        self.held_until.push(row.held_until);
    }
}

impl<'a> Holders<'a> {
    fn push(&mut self, ordinal: i32, holder: &'a str) {
        self.ordinals.push(ordinal);
        self.holders.push(holder);
    }
}

impl<'a> Dependencies<'a> {
    fn push(&mut self, ordinal: i32, stream: &'a StreamVersion) {
        self.ordinals.push(ordinal);
        self.aggregate_types.push(stream.aggregate_type);
        self.aggregate_ids.push(&stream.aggregate_id);
        self.versions.push(stream.version);
    }
}
