//! A fault: something outside the rules went wrong (a database, a disk, a peer). Not a refusal, not a conflict.

use std::error::Error;

/// A failed operation of an adapter, with its cause.
///
/// The text never repeats the cause; the code that logs it walks `source()` once, at the edge.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
pub struct Fault {
    doing: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl Fault {
    /// Wraps `source` with the operation, e.g. `"storing a credential"`.
    pub fn new(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            doing,
            source: source.into(),
        }
    }

    /// A closure for `map_err`.
    pub fn doing<E: Into<Box<dyn Error + Send + Sync>>>(
        doing: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::new(doing, source)
    }
}
