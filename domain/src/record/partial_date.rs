//! Dates of which only the month or the year may be known.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::values::text::{redacted_debug, text_value};

/// Reason to refuse a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidPartialDate {
    /// Not of the form of a date, or not on the calendar.
    #[error("a date is YYYY, YYYY-MM or YYYY-MM-DD")]
    Malformed,
    /// Before 1900, which is a typing error.
    #[error("a date lies in 1900 or later")]
    TooLongAgo,
}

/// A date in the past, as exact as it is known: a year, a month or a day. Its JSON is that of a FHIR `date`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate(String);

impl PartialDate {
    const FIRST_YEAR: &'static str = "1900";

    /// Checks the form.
    ///
    /// # Errors
    /// [`InvalidPartialDate`].
    pub fn parse(raw: &str) -> Result<Self, InvalidPartialDate> {
        first_day(raw).ok_or(InvalidPartialDate::Malformed)?;
        if raw < Self::FIRST_YEAR {
            return Err(InvalidPartialDate::TooLongAgo);
        }
        Ok(Self(raw.to_owned()))
    }

    /// True if the whole of it lies behind a day.
    pub fn is_after(&self, day: NaiveDate) -> bool {
        first_day(&self.0).is_some_and(|first| first > day)
    }
}

/// Returns the first day of a year, a month or a day.
fn first_day(raw: &str) -> Option<NaiveDate> {
    let is_plain = raw
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let in_full = match raw.len() {
        4 => format!("{raw}-01-01"),
        7 => format!("{raw}-01"),
        10 => raw.to_owned(),
        _ => return None,
    };
    let day = NaiveDate::parse_from_str(&in_full, "%Y-%m-%d").ok()?;
    (is_plain && day.to_string() == in_full).then_some(day)
}

text_value!(PartialDate, InvalidPartialDate);
redacted_debug!(PartialDate);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_fixtures::date;

    #[test]
    fn a_date_is_as_exact_as_it_is_known() {
        for raw in ["1998", "2019-04", "2024-02-29"] {
            assert_eq!(PartialDate::parse(raw).unwrap().as_str(), raw);
        }
        for raw in [
            "98",
            "2019-4",
            "2019-13",
            "2023-02-29",
            "+2019",
            "2019-04-05T",
            "-201-01-01",
        ] {
            let read = PartialDate::parse(raw);
            assert_eq!(read, Err(InvalidPartialDate::Malformed), "{raw}");
        }
        let read = PartialDate::parse("1899-12");
        assert_eq!(read, Err(InvalidPartialDate::TooLongAgo));
    }

    #[test]
    fn a_month_that_has_begun_is_not_after_today() {
        let today = date("2026-03-15");
        for (raw, is_after) in [
            ("2026", false),
            ("2026-03", false),
            ("2026-03-15", false),
            ("2026-03-16", true),
            ("2026-04", true),
            ("2027", true),
        ] {
            assert_eq!(
                PartialDate::parse(raw).unwrap().is_after(today),
                is_after,
                "{raw}"
            );
        }
    }
}
