//! What goes wrong when a read model is asked.

/// A read model could not answer: a fault of ours, never the caller's.
#[derive(Debug, thiserror::Error)]
#[error("{doing} failed")]
pub struct ReadError {
    /// What was being done.
    pub doing: &'static str,
    /// What the database said; a row that can't be read is a [`sqlx::Error::Decode`].
    #[source]
    pub source: sqlx::Error,
}

impl ReadError {
    pub(crate) fn doing(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self { doing, source }
    }
}

/// A column holds what its domain type does not allow. Names the column and never its content,
/// which may be somebody's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the column {column} of a read model is unreadable")]
pub(crate) struct Corrupt {
    pub(crate) column: &'static str,
}

impl From<Corrupt> for sqlx::Error {
    fn from(corrupt: Corrupt) -> Self {
        Self::Decode(Box::new(corrupt))
    }
}
