//! Queries on charts. All of them open what they return: call them after a check that the caller may see the chart.

use chrono::{DateTime, Utc};
use domain::record::Icd10Code;
use domain::record::vitals::DerivedSign;
use domain::{AccountId, DoctorId, PatientId};
use event_store::Sealing;
use sqlx::PgPool;
use uuid::Uuid;

use super::TABLE;
use super::entry::{ChartEntry, EntryKind};
use super::finding::{Finding, FoundEntries};
use super::rows::{self, EntryRow, SealedEntry};
use crate::cursor::TimeCursor;
use crate::error::ReadError;
use crate::sealed::{cell, open_for_reading, phi};
use crate::stored::fetch;

/// The fewest rows that are read at once where only some of them are wanted.
const BATCH: i64 = 500;

/// Search in a patient's chart.
#[derive(Debug, Clone)]
pub struct ChartSearch {
    /// The patient.
    pub patient: PatientId,
    /// Only those of these kinds; `None` for all.
    pub kinds: Option<Vec<EntryKind>>,
    /// Only those that are about this instant or a later one.
    pub from: Option<DateTime<Utc>>,
    /// Only those that are about an earlier instant.
    pub to: Option<DateTime<Utc>>,
    /// Only those that this doctor recorded.
    pub doctor: Option<DoctorId>,
    /// Only those that this account recorded.
    pub author: Option<AccountId>,
    /// Only those that say this.
    pub content: Option<EntryFilter>,
    /// Adds those that were entered in error.
    pub entered_in_error: bool,
    /// Only those behind this one.
    pub after: Option<TimeCursor>,
    /// Limit of the answer: one more than a page has, to tell if there is a next one.
    pub limit: i64,
}

/// Filter by what an entry says. It is sealed, so entries are opened before they are filtered.
#[derive(Debug, Clone)]
pub enum EntryFilter {
    /// With this diagnosis, or a finer one below it.
    Diagnosis(Icd10Code),
    /// With this vital sign.
    Sign(DerivedSign),
}

impl EntryFilter {
    fn matches(&self, entry: &ChartEntry) -> bool {
        match self {
            Self::Diagnosis(code) => entry.has_diagnosis(code),
            Self::Sign(sign) => entry
                .measurements()
                .is_some_and(|measurements| measurements.derived(*sign).is_some()),
        }
    }

    fn kinds(&self) -> Vec<EntryKind> {
        let kinds = EntryKind::ALL.iter().copied();
        match self {
            Self::Diagnosis(_) => kinds.filter(|kind| kind.has_diagnoses()).collect(),
            Self::Sign(_) => vec![EntryKind::Vitals],
        }
    }
}

impl ChartSearch {
    /// Returns whether the number of those that it may not show tells no more than that they are there: not what they say, and
    /// not who wrote them.
    #[must_use]
    pub fn tells_nothing(&self) -> bool {
        let anyone = self.doctor.is_none() && self.author.is_none();
        let anytime = self.from.is_none() && self.to.is_none();
        let anything = self.kinds.is_none() && self.content.is_none();
        anyone && anytime && anything
    }

    fn finds(&self, entry: &ChartEntry) -> bool {
        let content = self.content.as_ref();
        content.is_none_or(|content| content.matches(entry))
    }

    /// Returns the place before which the wanted entries are: of `to` and `after` the earlier one.
    fn before(&self) -> Option<TimeCursor> {
        let id = Uuid::nil();
        let end = self.to.map(|at| TimeCursor { at, id });
        [self.after, end].into_iter().flatten().min()
    }

    /// Returns the words of the wanted kinds; `None` for all.
    fn words(&self) -> Option<Vec<String>> {
        let wanted = |kind: &EntryKind| self.kinds.as_ref().is_none_or(|all| all.contains(kind));
        let kinds = match (&self.content, &self.kinds) {
            (None, None) => return None,
            (Some(content), _) => content.kinds(),
            (None, Some(kinds)) => kinds.clone(),
        };
        let kinds = kinds.into_iter().filter(wanted);
        Some(kinds.map(|kind| kind.as_str().to_owned()).collect())
    }
}

/// Lists entries of a chart, the latest first. `shows` tells which of them the caller may see.
///
/// Which entries are shown, and which a filter finds, depends on what they say. So they are read and opened until the page
/// is full; in batches, if some of the first were not wanted. A chart is bounded, and one key opens all of it.
pub async fn list(
    pool: &PgPool,
    sealing: &Sealing,
    search: &ChartSearch,
    shows: impl Fn(&ChartEntry) -> bool,
) -> Result<FoundEntries, ReadError> {
    let wider = search.limit.max(BATCH);
    let mut batch = match search.content {
        Some(_) => wider,
        None => search.limit,
    };
    let (mut found, mut before) = (Finding::new(search.limit), search.before());
    loop {
        let rows = sealed(pool, search, before, batch).await?;
        let is_last = i64::try_from(rows.len()).is_ok_and(|read| read < batch);
        let entries = open(sealing, rows).await?;
        before = entries.last().map(ChartEntry::place).or(before);
        for entry in entries {
            if !shows(&entry) {
                found.withhold();
            } else if search.finds(&entry) {
                found.push(entry);
            }
        }
        if is_last || found.is_full() {
            return Ok(found.done());
        }
        batch = wider;
    }
}

/// Returns an entry of a patient's chart, if there is one.
pub async fn get(
    pool: &PgPool,
    sealing: &Sealing,
    patient: PatientId,
    entry: Uuid,
) -> Result<Option<ChartEntry>, ReadError> {
    let fetch = async {
        let mut connection = pool.acquire().await?;
        rows::by_ids(&mut connection, &[entry]).await
    };
    let rows = fetch
        .await
        .map_err(ReadError::doing("reading an entry of a chart"))?;
    let own = rows.into_iter().filter(|row| row.entry.patient == patient);
    let mut entries = open(sealing, own.collect()).await?;
    Ok(entries.pop())
}

impl ChartEntry {
    /// Returns its place in the chart.
    #[must_use]
    pub fn place(&self) -> TimeCursor {
        TimeCursor {
            at: self.occurred_at,
            id: self.entry,
        }
    }
}

async fn sealed(
    pool: &PgPool,
    search: &ChartSearch,
    before: Option<TimeCursor>,
    limit: i64,
) -> Result<Vec<SealedEntry>, ReadError> {
    let (occurred_at, entry) = TimeCursor::columns(before);
    let kinds = search.words();
    let rows = sqlx::query_file_as!(
        EntryRow,
        "src/chart/list.sql",
        search.patient.as_uuid(),
        search.from,
        occurred_at,
        entry,
        kinds as _,
        search.doctor.map(|doctor| doctor.as_uuid()),
        search.author.map(|author| author.as_uuid()),
        search.entered_in_error,
        limit
    );
    let rows = fetch(rows.fetch_all(pool)).await;
    rows.map_err(ReadError::doing("listing a patient's chart"))
}

/// Opens rows, with one request for all keys. One that can't be opened does not hide the others.
async fn open(sealing: &Sealing, rows: Vec<SealedEntry>) -> Result<Vec<ChartEntry>, ReadError> {
    let split = |SealedEntry { entry, phi }: SealedEntry| {
        let cell = cell(TABLE, &entry.entry, entry.subject, phi);
        (entry, cell)
    };
    let (mut entries, cells): (Vec<_>, Vec<_>) = rows.into_iter().map(split).unzip();
    let opened = async {
        let contents = open_for_reading(sealing, cells).await?;
        for (entry, content) in entries.iter_mut().zip(contents) {
            entry.phi = phi("phi", content)?;
        }
        Ok(())
    };
    opened
        .await
        .map_err(ReadError::doing("opening a patient's chart"))?;
    Ok(entries)
}
