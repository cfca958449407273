//! Personal data outside of the log, such as cells of read models.

use serde_json::Value;
use uuid::Uuid;

use super::associated_data::AssociatedData;
use super::error::{SealError, SealFault};
use super::keys::{FoundKey, key_for};
use super::sealing::Sealing;

/// A value to seal.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The person that it is about.
    pub subject: Uuid,
    /// The location, e.g. the table and the key of the row. It opens nowhere else.
    pub associated_data: Vec<String>,
    /// The value; null if the subject is known to be erased.
    pub value: Value,
}

/// A value to open.
#[derive(Debug, Clone)]
pub struct SealedCell {
    /// The person that it is about.
    pub subject: Uuid,
    /// The location.
    pub associated_data: Vec<String>,
    /// The sealed value; `None` if the subject was erased.
    pub sealed: Option<String>,
}

impl Sealing {
    /// Seals many cells, with one query for all missing keys. The cells of erased subjects are `None`.
    ///
    /// # Errors
    /// [`SealError`]; then nothing was sealed.
    pub async fn seal_many(&self, cells: Vec<Cell>) -> Result<Vec<Option<String>>, SealError> {
        let Some(key_store) = self.key_store() else {
            return Ok(cells.into_iter().map(in_clear).collect());
        };
        let clear = cells.iter().filter(|cell| !cell.value.is_null());
        let keys = key_store
            .keys_or_new(clear.map(|cell| cell.subject).collect())
            .await?;
        let seal = |cell: Cell| {
            if cell.value.is_null() {
                return Ok(None);
            }
            let location = AssociatedData::Cell(&cell.associated_data);
            let key = key_for(&keys, cell.subject).map_err(|fault| fault.at(&location))?;
            let sealed = key.map(|key| key.seal(cell.subject, &location, &cell.value));
            sealed.transpose().map_err(|fault| fault.at(&location))
        };
        cells.into_iter().map(seal).collect()
    }

    /// Returns whether a subject was erased. One that is not known was not.
    ///
    /// # Errors
    /// [`SealError`] if the database does not answer.
    pub async fn is_erased(&self, subject: Uuid) -> Result<bool, SealError> {
        let Some(key_store) = self.key_store() else {
            return Ok(false);
        };
        let keys = key_store.keys([subject].into()).await?;
        Ok(matches!(keys.get(&subject), Some(FoundKey::Erased)))
    }

    /// Opens many cells, with one query for all missing keys. The cells of erased subjects are null.
    ///
    /// # Errors
    /// [`SealError`] naming the first cell that can't be opened.
    pub async fn open_many(&self, cells: Vec<SealedCell>) -> Result<Vec<Value>, SealError> {
        self.open_each(cells).await?.into_iter().collect()
    }

    /// The same, with an outcome for each cell.
    ///
    /// # Errors
    /// [`SealError`] if no cell can be opened: the database does not answer, or a master key is missing.
    pub async fn open_each(
        &self,
        cells: Vec<SealedCell>,
    ) -> Result<Vec<Result<Value, SealError>>, SealError> {
        let Some(key_store) = self.key_store() else {
            return Ok(cells.iter().map(from_clear).collect());
        };
        let sealed = cells.iter().filter(|cell| cell.sealed.is_some());
        let keys = key_store
            .keys(sealed.map(|cell| cell.subject).collect())
            .await?;
        let open = |cell: SealedCell| {
            let Some(sealed) = cell.sealed else {
                return Ok(Value::Null);
            };
            let location = AssociatedData::Cell(&cell.associated_data);
            let key = key_for(&keys, cell.subject).map_err(|fault| fault.at(&location))?;
            let opened = key.map_or(Ok(Value::Null), |key| {
                key.open(cell.subject, &location, &sealed)
            });
            opened.map_err(|fault| fault.at(&location))
        };
        let outcome = |opened: Result<Value, SealError>| match opened {
            Err(error) if !error.is_of_one_value() => Err(error),
            outcome => Ok(outcome),
        };
        cells.into_iter().map(open).map(outcome).collect()
    }
}

fn in_clear(cell: Cell) -> Option<String> {
    Some(cell.value)
        .filter(|value| !value.is_null())
        .map(|value| value.to_string())
}

fn from_clear(cell: &SealedCell) -> Result<Value, SealError> {
    let value = cell.sealed.as_deref().map(serde_json::from_str).transpose();
    let value = value
        .map_err(|_| SealFault::Unreadable.at(&AssociatedData::Cell(&cell.associated_data)))?;
    Ok(value.unwrap_or_default())
}
