//! Errors of queries on read models.

/// A read model could not answer: a fault of ours, never the caller's.
#[derive(Debug, thiserror::Error)]
#[error("{doing} failed")]
pub struct ReadError {
    /// The step that failed, as in "listing clinics".
    pub doing: &'static str,
    /// The database's error; a row that can't be read is a [`sqlx::Error::Decode`].
    #[source]
    pub source: sqlx::Error,
}

impl ReadError {
    pub(crate) fn doing(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self { doing, source }
    }
}

/// A column holds what its domain type does not allow. Names the column and never its content,
/// which may be a person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the column {column} of a read model is unreadable")]
pub(crate) struct InvalidRow {
    pub(crate) column: &'static str,
}

impl From<InvalidRow> for sqlx::Error {
    fn from(invalid: InvalidRow) -> Self {
        Self::Decode(Box::new(invalid))
    }
}
