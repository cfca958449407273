//! The interface of read models that can be rebuilt.

use crate::Subscriber;

/// A subscriber that can be rebuilt from the log: it has no effects except on its tables.
pub trait ReadModel: Subscriber {
    /// All tables that it writes.
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
    /// A table without personal data. `key` is its primary key, in the order of its columns.
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

    /// The name, the same in every schema.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The columns of its primary key.
    #[must_use]
    pub const fn key(&self) -> &'static [&'static str] {
        self.key
    }

    /// The column that the sealed cell of a row is bound to; `None` without a sealed cell.
    #[must_use]
    pub const fn sealed(&self) -> Option<&'static str> {
        self.sealed
    }
}

/// The associated data of the `phi` of a row: it opens in no other row and no other table. It does not include
/// the schema, so a copy can replace the live table.
#[must_use]
pub fn associated_data_of_row(table: &str, key: &impl ToString) -> Vec<String> {
    vec!["read model".to_owned(), table.to_owned(), key.to_string()]
}
