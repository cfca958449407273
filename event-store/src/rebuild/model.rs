//! What a read model says of its tables, so that they can be made again and compared.

use crate::Subscriber;

/// A subscriber whose rows can all be made again from the log: it has no effect but on these tables.
pub trait ReadModel: Subscriber {
    /// Every table that it writes, and no other.
    fn tables(&self) -> &'static [ReadModelTable];
}

/// A table of a read model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadModelTable {
    name: &'static str,
    key: &'static [&'static str],
    sealed: Option<&'static str>,
}

impl ReadModelTable {
    /// A table with nothing personal. `key` is its primary key, in the order of its columns.
    #[must_use]
    pub const fn new(name: &'static str, key: &'static [&'static str]) -> Self {
        Self {
            name,
            key,
            sealed: None,
        }
    }

    /// A table whose column `phi` is sealed for the `subject` of its row, and bound to the row's `key`.
    #[must_use]
    pub const fn personal(name: &'static str, key: &'static [&'static str; 1]) -> Self {
        Self {
            name,
            key,
            sealed: Some(key[0]),
        }
    }

    /// Its name, the same in every schema.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The columns of its primary key.
    #[must_use]
    pub const fn key(&self) -> &'static [&'static str] {
        self.key
    }

    /// The column that what is sealed in a row is bound to; `None` if nothing is.
    #[must_use]
    pub const fn sealed(&self) -> Option<&'static str> {
        self.sealed
    }
}

/// What the `phi` of a row is bound to: it opens in no other row and no other table. Which of two
/// schemas the table is in makes no difference, so a read model can take another one's place.
#[must_use]
pub fn words_of_row(table: &str, key: &impl ToString) -> Vec<String> {
    vec!["read model".to_owned(), table.to_owned(), key.to_string()]
}
