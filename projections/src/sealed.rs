//! Rows with personal data: stored sealed, opened for those who may see them.
//!
//! A query returns [`SealedRow`]s. The part that is not personal can be read, to check who may see the
//! row; the rest is opened after that check, all rows of an answer at once.

use domain::{Phi, SubjectId};
use event_store::{Cell, SealedCell, Sealing, associated_data_of_row};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::error::{InvalidRow, ReadError};
use crate::fold::{Changes, EventOf, Fold};
use crate::stored::json;

/// Row with personal data of one person, in the column `phi` of its table.
pub trait Personal: Fold {
    /// The personal data.
    type Content: Serialize + DeserializeOwned + Send;

    /// The table.
    const TABLE: &'static str;

    /// The person.
    fn subject(&self) -> SubjectId;

    /// The personal data, to be read and replaced.
    fn phi(&mut self) -> &mut Phi<Self::Content>;

    /// Returns true for an event that changes a part of the personal data, so that the rest must be
    /// open when the event is applied.
    fn reads_phi(_event: &EventOf<Self>) -> bool {
        false
    }
}

/// Row whose personal data is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow<R> {
    row: R,
    sealed: Option<String>,
}

impl<R: Personal> SealedRow<R> {
    /// Makes a row of its columns. `row` has no personal data; `phi` has it, sealed.
    pub(crate) fn new(row: R, phi: Option<String>) -> Self {
        Self { row, sealed: phi }
    }

    /// Returns the row as if the person had been erased: enough to tell who may see it.
    pub fn row(&self) -> &R {
        &self.row
    }

    /// Splits sealed rows into their columns `phi` and the rest.
    pub(crate) fn columns(rows: &[Self]) -> (Vec<&R>, Vec<Option<&str>>) {
        let columns = rows.iter().map(|row| (&row.row, row.sealed.as_deref()));
        columns.unzip()
    }

    /// Opens the row. Call it after a check that the caller may see it.
    pub async fn open(self, sealing: &Sealing) -> Result<R, ReadError> {
        let missing = || ReadError {
            doing: "opening a row",
            source: sqlx::Error::RowNotFound,
        };
        let mut rows = open_all(sealing, vec![self]).await?;
        rows.pop().ok_or_else(missing)
    }
}

/// Opens rows, with one request for all keys. Call it after a check that the caller may see them. A row whose
/// personal data can't be opened does not hide the others: it is [`Phi::Unreadable`].
pub async fn open_all<R: Personal>(
    sealing: &Sealing,
    rows: Vec<SealedRow<R>>,
) -> Result<Vec<R>, ReadError> {
    opened_for_reading(sealing, rows)
        .await
        .map_err(ReadError::doing("opening personal data"))
}

async fn opened_for_reading<R: Personal>(
    sealing: &Sealing,
    rows: Vec<SealedRow<R>>,
) -> Result<Vec<R>, sqlx::Error> {
    let (mut rows, cells) = split(rows);
    let contents = open_for_reading(sealing, cells).await?;
    for (row, content) in rows.iter_mut().zip(contents) {
        *row.phi() = phi("phi", content)?;
    }
    Ok(rows)
}

/// Opens cells for a reader; `None` for those that can't be opened, which the log names.
pub(crate) async fn open_for_reading(
    sealing: &Sealing,
    cells: Vec<SealedCell>,
) -> Result<Vec<Option<Value>>, sqlx::Error> {
    let outcomes = sealing.open_each(cells).await?;
    let mut unreadable = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    if let Some(first) = unreadable.next() {
        tracing::error!(
            error = first as &dyn std::error::Error,
            rows = 1 + unreadable.count(),
            "Rows can't be opened; they are shown as unreadable."
        );
    }
    Ok(outcomes.into_iter().map(Result::ok).collect())
}

/// Personal data of a cell that was opened for a reader.
pub(crate) fn phi<T: DeserializeOwned>(
    column: &'static str,
    content: Option<Value>,
) -> Result<Phi<T>, InvalidRow> {
    content.map_or(Ok(Phi::Unreadable), |content| json(column, content))
}

/// Rows without personal data, and their sealed cells.
fn split<R: Personal>(rows: Vec<SealedRow<R>>) -> (Vec<R>, Vec<SealedCell>) {
    let split = |SealedRow { row, sealed }: SealedRow<R>| {
        let cell = cell(R::TABLE, &row.id(), row.subject(), sealed);
        (row, cell)
    };
    rows.into_iter().map(split).unzip()
}

/// Opens rows for a change of their personal data: all or none.
async fn opened<R: Personal>(
    sealing: &Sealing,
    rows: Vec<SealedRow<R>>,
) -> Result<Vec<R>, sqlx::Error> {
    let (mut rows, cells) = split(rows);
    let contents = sealing.open_many(cells).await?;
    for (row, content) in rows.iter_mut().zip(contents) {
        *row.phi() = json("phi", content)?;
    }
    Ok(rows)
}

/// Sealed cell of a table's column `phi`.
pub(crate) fn cell(
    table: &str,
    key: &Uuid,
    subject: SubjectId,
    sealed: Option<String>,
) -> SealedCell {
    SealedCell {
        subject: subject.as_uuid(),
        associated_data: associated_data_of_row(table, key),
        sealed,
    }
}

/// A row changes while its personal data stays sealed. New personal data is sealed before the row is
/// written.
impl<R: Personal> Fold for SealedRow<R> {
    type Aggregate = R::Aggregate;

    fn id(&self) -> Uuid {
        self.row.id()
    }

    fn version(&self) -> i64 {
        self.row.version()
    }

    fn row_of(event: &EventOf<R>, aggregate: Uuid) -> Uuid {
        R::row_of(event, aggregate)
    }

    fn begins(event: &EventOf<R>, sequence: i64) -> bool {
        R::begins(event, sequence)
    }

    fn evolve(row: Option<Self>, event: EventOf<R>, version: i64) -> Option<Self> {
        let (row, sealed) = row.map(|sealed| (sealed.row, sealed.sealed)).unzip();
        let row = R::evolve(row, event, version)?;
        Some(Self::new(row, sealed.flatten()))
    }

    async fn open(
        rows: Vec<Self>,
        changes: &Changes<Self>,
        sealing: &Sealing,
    ) -> Result<Vec<Self>, sqlx::Error> {
        let needed = changes.ids_where(R::reads_phi);
        let (open, mut closed): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| needed.contains(&row.id()));
        let open = opened(sealing, open).await?;
        closed.extend(open.into_iter().map(|row| Self::new(row, None)));
        Ok(closed)
    }

    async fn seal(mut rows: Vec<Self>, sealing: &Sealing) -> Result<Vec<Self>, sqlx::Error> {
        let (mut open, mut cells) = (Vec::new(), Vec::new());
        for row in &mut rows {
            if !row.row.phi().is_erased() {
                cells.push(clear_cell(&mut row.row)?);
                open.push(&mut row.sealed);
            }
        }
        let sealed = sealing.seal_many(cells).await?;
        for (open, sealed) in open.into_iter().zip(sealed) {
            *open = sealed;
        }
        Ok(rows)
    }
}

/// Personal data of a row, to be sealed.
fn clear_cell<R: Personal>(row: &mut R) -> Result<Cell, sqlx::Error> {
    let value = serde_json::to_value(row.phi());
    let value = value.map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok(Cell {
        subject: row.subject().as_uuid(),
        associated_data: associated_data_of_row(R::TABLE, &row.id()),
        value,
    })
}
