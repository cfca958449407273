//! Personal data beside the log: cells of read models and whoever else keeps any.

use serde_json::Value;
use uuid::Uuid;

use super::Sealing;
use super::error::{SealError, SealFault};
use super::keys::held;
use super::words::Place;

/// Something to be sealed.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Of whom it tells.
    pub subject: Uuid,
    /// Where it will stand, e.g. the table and the key of the row. It opens nowhere else.
    pub words: Vec<String>,
    /// What it says; null if the subject is known to be erased.
    pub value: Value,
}

/// Something to be opened.
#[derive(Debug, Clone)]
pub struct SealedCell {
    /// Of whom it tells.
    pub subject: Uuid,
    /// Where it stands.
    pub words: Vec<String>,
    /// What is stored; nothing if the subject was erased.
    pub sealed: Option<String>,
}

impl Sealing {
    /// Seals many cells, with one question for all keys that are missing. Nothing is left to store of
    /// subjects that were erased.
    ///
    /// # Errors
    /// [`SealError`]; then nothing was sealed.
    pub async fn seal_many(&self, cells: Vec<Cell>) -> Result<Vec<Option<String>>, SealError> {
        let Some(shared) = self.shared() else {
            return Ok(cells.into_iter().map(in_clear).collect());
        };
        let clear = cells.iter().filter(|cell| !cell.value.is_null());
        let keys = shared
            .keys_or_new(clear.map(|cell| cell.subject).collect())
            .await?;
        let seal = |cell: Cell| {
            if cell.value.is_null() {
                return Ok(None);
            }
            let place = Place::Cell(&cell.words);
            let key = held(&keys, cell.subject).map_err(|fault| fault.at(&place))?;
            let sealed = key.map(|key| key.seal(cell.subject, &place, &cell.value));
            sealed.transpose().map_err(|fault| fault.at(&place))
        };
        cells.into_iter().map(seal).collect()
    }

    /// Opens many cells, with one question for all keys that are missing. Erased subjects' cells are
    /// null.
    ///
    /// # Errors
    /// [`SealError`] naming the first cell that can't be opened.
    pub async fn open_many(&self, cells: Vec<SealedCell>) -> Result<Vec<Value>, SealError> {
        let Some(shared) = self.shared() else {
            return cells.iter().map(from_clear).collect();
        };
        let sealed = cells.iter().filter(|cell| cell.sealed.is_some());
        let keys = shared
            .keys(sealed.map(|cell| cell.subject).collect())
            .await?;
        let open = |cell: SealedCell| {
            let Some(sealed) = cell.sealed else {
                return Ok(Value::Null);
            };
            let place = Place::Cell(&cell.words);
            let key = held(&keys, cell.subject).map_err(|fault| fault.at(&place))?;
            let opened = key.map_or(Ok(Value::Null), |key| {
                key.open(cell.subject, &place, &sealed)
            });
            opened.map_err(|fault| fault.at(&place))
        };
        cells.into_iter().map(open).collect()
    }
}

fn in_clear(cell: Cell) -> Option<String> {
    Some(cell.value)
        .filter(|value| !value.is_null())
        .map(|value| value.to_string())
}

fn from_clear(cell: &SealedCell) -> Result<Value, SealError> {
    let value = cell.sealed.as_deref().map(serde_json::from_str).transpose();
    let value = value.map_err(|_| SealFault::Unreadable.at(&Place::Cell(&cell.words)))?;
    Ok(value.unwrap_or_default())
}
