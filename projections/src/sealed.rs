//! Rows that tell of a person: stored sealed, opened for those who may see them.
//!
//! A query gives [`Closed`] rows. What is not personal can be looked at, to check who may see the row;
//! the rest is opened afterwards, all rows of an answer at once.

use domain::{Phi, SubjectId};
use event_store::{Cell, SealedCell, Sealing, words_of_row};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::ReadError;
use crate::columns::json;

/// A row that tells of one person.
pub trait Personal: Sized {
    /// What it tells.
    type Content: Serialize + DeserializeOwned;

    /// The table that it stands in.
    const TABLE: &'static str;

    /// Which row of the table.
    fn key(&self) -> Uuid;

    /// Of whom it tells.
    fn subject(&self) -> SubjectId;

    /// What it tells.
    fn phi(&self) -> &Phi<Self::Content>;

    /// The same row with other content.
    #[must_use]
    fn with_phi(self, phi: Phi<Self::Content>) -> Self;
}

/// A row whose personal part is still sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed<R> {
    row: R,
    sealed: Option<String>,
}

impl<R: Personal> Closed<R> {
    /// `row` has no content yet.
    pub(crate) fn new(row: R, sealed: Option<String>) -> Self {
        Self { row, sealed }
    }

    /// A row whose personal part is open, and will be sealed again.
    pub(crate) fn opened(row: R) -> Self {
        Self { row, sealed: None }
    }

    pub(crate) fn into_parts(self) -> (R, Option<String>) {
        (self.row, self.sealed)
    }

    /// The row as if the person had been erased: enough to tell who may see it.
    pub fn row(&self) -> &R {
        &self.row
    }

    pub(crate) fn row_mut(&mut self) -> &mut R {
        &mut self.row
    }

    /// The row with what it tells, for somebody who may see it.
    pub async fn open(self, sealing: &Sealing) -> Result<R, ReadError> {
        let subject = self.row.subject();
        let rows = open_all(sealing, vec![self]).await?;
        let missing = || ReadError {
            doing: "opening a row",
            source: sqlx::Error::RowNotFound,
        };
        rows.into_iter()
            .find(|row| row.subject() == subject)
            .ok_or_else(missing)
    }
}

/// Rows with what they tell, for somebody who may see them: one question for all keys.
pub async fn open_all<R: Personal>(
    sealing: &Sealing,
    rows: Vec<Closed<R>>,
) -> Result<Vec<R>, ReadError> {
    opened(sealing, rows)
        .await
        .map_err(ReadError::doing("opening personal data"))
}

async fn opened<R: Personal>(
    sealing: &Sealing,
    rows: Vec<Closed<R>>,
) -> Result<Vec<R>, sqlx::Error> {
    let (rows, cells): (Vec<R>, Vec<SealedCell>) = rows
        .into_iter()
        .map(|closed| {
            let cell = cell(
                R::TABLE,
                &closed.row.key(),
                closed.row.subject(),
                closed.sealed,
            );
            (closed.row, cell)
        })
        .unzip();
    let contents = sealing.open_many(cells).await?;
    rows.into_iter()
        .zip(contents)
        .map(|(row, content)| Ok(row.with_phi(json("phi", content)?)))
        .collect()
}

/// The rows of which `so` is true with what they tell; the others stay closed.
pub(crate) async fn opened_where<R: Personal>(
    sealing: &Sealing,
    rows: Vec<Closed<R>>,
    so: impl Fn(&R) -> bool,
) -> Result<Vec<Closed<R>>, sqlx::Error> {
    let (open, mut closed): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| so(&row.row));
    let open = opened(sealing, open).await?;
    closed.extend(open.into_iter().map(Closed::opened));
    Ok(closed)
}

/// A sealed cell of a table's column `phi`.
pub(crate) fn cell(
    table: &str,
    key: &Uuid,
    subject: SubjectId,
    sealed: Option<String>,
) -> SealedCell {
    SealedCell {
        subject: subject.as_uuid(),
        words: words_of_row(table, key),
        sealed,
    }
}

/// The column `phi` of rows on their way to their table: what was said anew is sealed, and the rest stays
/// as it was stored.
pub(crate) async fn sealed<R: Personal>(
    sealing: &Sealing,
    rows: &[Closed<R>],
) -> Result<Vec<Option<String>>, sqlx::Error> {
    let is_new = |row: &&Closed<R>| !row.row.phi().is_erased();
    let cells = rows.iter().filter(is_new).map(|row| fresh(&row.row));
    let cells = cells.collect::<Result<_, sqlx::Error>>()?;
    let mut fresh = sealing.seal_many(cells).await?.into_iter();
    let column = rows.iter().map(|row| {
        if is_new(&row) {
            fresh.next().flatten()
        } else {
            row.sealed.clone()
        }
    });
    Ok(column.collect())
}

/// What a row tells, to be sealed.
fn fresh<R: Personal>(row: &R) -> Result<Cell, sqlx::Error> {
    let value = serde_json::to_value(row.phi());
    let value = value.map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok(Cell {
        subject: row.subject().as_uuid(),
        words: words_of_row(R::TABLE, &row.key()),
        value,
    })
}
