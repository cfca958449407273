//! A position in the log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A position of a reader, or of a command's last event: epoch, transaction, position.
///
/// The three together are the order of the log. A position alone is not: it is assigned before
/// the commit, so a slower transaction can still commit a lower one. Written as
/// `<epoch>-<transaction>-<position>`; clients treat it as opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    epoch: i16,
    transaction_id: u64,
    position: i64,
}

impl Cursor {
    /// Before the first event.
    pub const START: Self = Self {
        epoch: 0,
        transaction_id: 0,
        position: 0,
    };

    pub(crate) fn epoch(self) -> i16 {
        self.epoch
    }

    /// As text, because no driver type maps to the database's `xid8`.
    pub(crate) fn transaction_id(self) -> String {
        self.transaction_id.to_string()
    }

    pub(crate) fn position(self) -> i64 {
        self.position
    }

    /// Reads the columns of a row.
    pub(crate) fn from_row(
        epoch: i16,
        transaction_id: &str,
        position: i64,
    ) -> Result<Self, sqlx::Error> {
        let transaction_id = transaction_id.parse();
        let transaction_id = transaction_id.map_err(|_| sqlx::Error::Decode(CursorError.into()))?;
        Ok(Self {
            epoch,
            transaction_id,
            position,
        })
    }
}

/// Events after one cursor, up to another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CursorRange {
    /// Exclusive.
    pub(crate) after: Cursor,
    /// Inclusive.
    pub(crate) to: Cursor,
}

impl CursorRange {
    pub(crate) fn new(after: Cursor, to: Cursor) -> Self {
        Self { after, to }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}-{}",
            self.epoch, self.transaction_id, self.position
        )
    }
}

/// The text is not a cursor of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position of this log")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let (Some(epoch), Some(transaction), Some(position), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CursorError);
        };
        Ok(Self {
            epoch: digits(epoch)?,
            transaction_id: digits(transaction)?,
            position: digits(position)?,
        })
    }
}

/// Plain decimal digits only: `+1` and `01` would be second spellings of one position.
fn digits<N: FromStr>(text: &str) -> Result<N, CursorError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if !plain {
        return Err(CursorError);
    }
    text.parse().map_err(|_| CursorError)
}

impl TryFrom<String> for Cursor {
    type Error = CursorError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(epoch: i16, transaction_id: u64, position: i64) -> Cursor {
        Cursor {
            epoch,
            transaction_id,
            position,
        }
    }

    #[test]
    fn a_cursor_survives_its_text() {
        let at = cursor(3, 18_446_744_073_709_551_615, 9);
        assert_eq!(at.to_string().parse(), Ok(at));
    }

    #[test]
    fn the_order_is_epoch_then_transaction_then_position() {
        let ordered = [
            Cursor::START,
            cursor(1, 7, 9),
            cursor(1, 8, 2),
            cursor(2, 1, 3),
        ];
        assert!(ordered.is_sorted());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "1",
            "1-2",
            "1-2-3-4",
            "-1-2-3",
            "1-+2-3",
            "1-02-3",
            "a-b-c",
            "1-2-9223372036854775808",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
    }
}
