//! PostgreSQL's binary COPY format: rows as the server reads them, without quoting or parsing.
//!
//! ```text
//! signature, flags, extension | fields of a row (2), each: length (4) or -1 for null, bytes | ... | -1
//! ```
//! Numbers are big-endian. Source: the pages of the PostgreSQL manual on COPY ("Binary Format"), and the
//! types' own `_recv` functions, for what a field is made of.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::value::RawValue;
use sqlx::PgConnection;
use uuid::Uuid;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// No flags, no extension.
const NOTHING_ELSE: [u8; 8] = [0; 8];
const END: i16 = -1;
/// `jsonb` is sent as text behind the number of that form.
const JSONB_FORM: u8 = 1;
/// A range that includes its lower bound and not its upper one.
const FROM_INCLUDED: u8 = 0x02;
/// The first of January 2000, in seconds after 1970.
const YEAR_2000: i64 = 946_684_800;

/// Rows of one table on their way.
pub(super) struct Rows {
    bytes: Vec<u8>,
    empty: bool,
}

/// One row, field by field, in the order of the statement's columns.
pub(super) struct Row<'r> {
    bytes: &'r mut Vec<u8>,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self {
            bytes: [SIGNATURE, &NOTHING_ELSE].concat(),
            empty: true,
        }
    }

    /// Begins a row of so many fields.
    pub(super) fn row(&mut self, fields: i16) -> Row<'_> {
        self.empty = false;
        self.bytes.extend_from_slice(&fields.to_be_bytes());
        Row {
            bytes: &mut self.bytes,
        }
    }

    /// Sends them with a `copy … from stdin (format binary)`.
    pub(super) async fn send(
        mut self,
        connection: &mut PgConnection,
        statement: &str,
    ) -> Result<(), sqlx::Error> {
        if self.empty {
            return Ok(());
        }
        self.bytes.extend_from_slice(&END.to_be_bytes());
        let mut copy = connection.copy_in_raw(statement).await?;
        copy.send(self.bytes).await?;
        copy.finish().await.map(|_| ())
    }
}

impl Row<'_> {
    pub(super) fn text(self, text: &str) -> Self {
        self.field(text.as_bytes())
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        self.field(bytes)
    }

    pub(super) fn smallint(self, number: i16) -> Self {
        self.field(&number.to_be_bytes())
    }

    pub(super) fn bigint(self, number: i64) -> Self {
        self.field(&number.to_be_bytes())
    }

    pub(super) fn uuid(self, id: Uuid) -> Self {
        self.field(id.as_bytes())
    }

    pub(super) fn jsonb(mut self, json: &RawValue) -> Self {
        self.length(1 + json.get().len());
        self.bytes.push(JSONB_FORM);
        self.bytes.extend_from_slice(json.get().as_bytes());
        self
    }

    pub(super) fn time(self, at: DateTime<Utc>) -> Self {
        self.field(&micros(at).to_be_bytes())
    }

    /// A `tstzrange` from one moment to just before another.
    pub(super) fn stretch(mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        self.length(1 + 2 * (4 + 8));
        self.bytes.push(FROM_INCLUDED);
        self.time(from).time(to)
    }

    pub(super) fn null(self) -> Self {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        self
    }

    /// A field that may be null.
    pub(super) fn or_null<T>(self, value: Option<T>, field: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => field(self, value),
            None => self.null(),
        }
    }

    fn field(mut self, bytes: &[u8]) -> Self {
        self.length(bytes.len());
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// The server refuses what is too long for it, long before the number is.
    fn length(&mut self, length: usize) {
        let length = i32::try_from(length).unwrap_or(i32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
    }
}

/// Microseconds since the first of January 2000, as PostgreSQL counts.
fn micros(at: DateTime<Utc>) -> i64 {
    let since = at - (DateTime::UNIX_EPOCH + TimeDelta::seconds(YEAR_2000));
    since.num_microseconds().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;

    use super::*;

    fn one(fill: impl for<'r> FnOnce(Row<'r>) -> Row<'r>) -> Vec<u8> {
        let mut rows = Rows::new();
        fill(rows.row(1));
        rows.bytes[SIGNATURE.len() + NOTHING_ELSE.len()..].to_vec()
    }

    #[test]
    fn a_field_stands_behind_its_length() {
        assert_eq!(one(|row| row.text("ab")), b"\0\x01\0\0\0\x02ab");
        assert_eq!(one(|row| row.smallint(7)), b"\0\x01\0\0\0\x02\0\x07");
        let null = one(|row| row.or_null(None, Row::bigint));
        assert_eq!(null, b"\0\x01\xff\xff\xff\xff");
    }

    #[test]
    fn json_is_text_behind_the_number_of_its_form() {
        let json = to_raw_value(&[1]).unwrap();
        assert_eq!(one(|row| row.jsonb(&json)), b"\0\x01\0\0\0\x04\x01[1]");
    }

    #[test]
    fn a_stretch_holds_both_bounds_behind_what_it_includes() {
        let from = DateTime::UNIX_EPOCH + TimeDelta::seconds(YEAR_2000);
        let bytes = one(|row| row.stretch(from, from + TimeDelta::microseconds(5)));
        let expected = [
            &b"\0\x01\0\0\0\x19\x02"[..],
            b"\0\0\0\x08\0\0\0\0\0\0\0\0",
            b"\0\0\0\x08\0\0\0\0\0\0\0\x05",
        ];
        assert_eq!(bytes, expected.concat());
    }

    #[test]
    fn times_before_2000_are_negative() {
        let year = one(|row| row.time(DateTime::UNIX_EPOCH));
        let micros = -(YEAR_2000 * 1_000_000);
        assert_eq!(year[6..], micros.to_be_bytes());
    }
}
