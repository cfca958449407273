//! Rows of the chart as rows of an aggregate: folded from its events, and stored in one table with all others.

use std::marker::PhantomData;

use cqrs_es::Aggregate;
use domain::{Phi, SubjectId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::content::ChartPhi;
use super::entry::{ChartEntry, EntryChange};
use super::{TABLE, rows};
use crate::fold::Fold;
use crate::sealed::{Personal, SealedRow};
use crate::stored::Stored;

/// An aggregate whose events make entries of a chart.
pub trait Charted: Aggregate {
    /// Returns the id of the entry that an event is about.
    fn entry_of(event: &Self::Event, aggregate: Uuid) -> Uuid;

    /// Returns true for an event that makes an entry.
    fn makes_entry(event: &Self::Event) -> bool;

    /// Returns what the event did to its entry.
    fn change(event: &Self::Event) -> EntryChange;

    /// Returns the entry after one more event; `None` if the event can't be its first.
    fn evolve(entry: Option<ChartEntry>, event: Self::Event, version: i64) -> Option<ChartEntry>;
}

/// An entry after one of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRevision {
    /// The entry after it.
    pub entry: ChartEntry,
    /// What the event did.
    pub change: EntryChange,
}

/// Returns an entry after each of its events, from the events of the stream that it belongs to.
#[must_use]
pub fn revisions<A: Charted>(events: Vec<A::Event>, entry: Uuid) -> Vec<EntryRevision> {
    let mut revisions: Vec<EntryRevision> = Vec::new();
    for (version, event) in (1..).zip(events) {
        if A::entry_of(&event, entry) != entry {
            continue;
        }
        let change = A::change(&event);
        let before = revisions.last().map(|revision| revision.entry.clone());
        let after = A::evolve(before, event, version);
        revisions.extend(after.map(|after| EntryRevision {
            entry: ChartEntry { version, ..after },
            change,
        }));
    }
    revisions
}

/// An entry that follows from the events of an aggregate `A`.
#[derive(Debug)]
pub struct EntryOf<A> {
    pub(super) entry: ChartEntry,
    source: PhantomData<fn() -> A>,
}

impl<A> EntryOf<A> {
    fn new(entry: ChartEntry) -> Self {
        let source = PhantomData;
        Self { entry, source }
    }
}

impl<A: Charted> Fold for EntryOf<A> {
    type Aggregate = A;

    fn id(&self) -> Uuid {
        self.entry.entry
    }

    fn row_of(event: &A::Event, aggregate: Uuid) -> Uuid {
        A::entry_of(event, aggregate)
    }

    fn begins(event: &A::Event, _sequence: i64) -> bool {
        A::makes_entry(event)
    }

    fn version(&self) -> i64 {
        self.entry.version
    }

    fn evolve(row: Option<Self>, event: A::Event, version: i64) -> Option<Self> {
        let entry = A::evolve(row.map(|row| row.entry), event, version)?;
        Some(Self::new(ChartEntry { version, ..entry }))
    }
}

impl<A: Charted> Personal for EntryOf<A> {
    type Content = ChartPhi;

    const TABLE: &'static str = TABLE;

    fn subject(&self) -> SubjectId {
        self.entry.subject
    }

    fn phi(&mut self) -> &mut Phi<ChartPhi> {
        &mut self.entry.phi
    }

    /// Whatever follows the first revision keeps a part of what the entry says.
    fn reads_phi(event: &A::Event) -> bool {
        !A::makes_entry(event)
    }
}

impl<A: Charted> Stored for SealedRow<EntryOf<A>> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        let entries = rows::by_ids(connection, ids).await?.into_iter();
        Ok(entries
            .map(|sealed| Self::new(EntryOf::new(sealed.entry), sealed.phi))
            .collect())
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        let entries: Vec<_> = rows.iter().map(|row| &row.entry).collect();
        rows::write(connection, &entries, &phi).await
    }
}
