//! Birth date of a person.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::redacted_debug;

/// Reason to refuse a birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidBirthDate {
    /// Before 1900, which is a typing error.
    #[error("a birth date lies in 1900 or later")]
    TooLongAgo,
    /// After today.
    #[error("a birth date does not lie in the future")]
    InTheFuture,
}

/// A birth date from 1900 on, without a time and without a zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "NaiveDate", into = "NaiveDate")]
pub struct BirthDate(NaiveDate);

impl BirthDate {
    /// The earliest year accepted.
    pub const FIRST_YEAR: i32 = 1900;

    /// Checks a date that is entered on the date `today`.
    ///
    /// # Errors
    /// [`InvalidBirthDate`] when it lies before 1900 or after `today`.
    pub fn parse(date: NaiveDate, today: NaiveDate) -> Result<Self, InvalidBirthDate> {
        if date > today {
            return Err(InvalidBirthDate::InTheFuture);
        }
        Self::try_from(date)
    }

    /// Returns the calendar date.
    pub const fn date(&self) -> NaiveDate {
        self.0
    }

    /// Returns the age on a day, in full years; nothing before the birth. A person who was born on 29 February is a year
    /// older on 1 March of other years.
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        day.years_since(self.0)
    }
}

/// Reads a stored date, which was checked against the date of its entry.
impl TryFrom<NaiveDate> for BirthDate {
    type Error = InvalidBirthDate;

    fn try_from(date: NaiveDate) -> Result<Self, InvalidBirthDate> {
        if date.year() < Self::FIRST_YEAR {
            return Err(InvalidBirthDate::TooLongAgo);
        }
        Ok(Self(date))
    }
}

impl From<BirthDate> for NaiveDate {
    fn from(born: BirthDate) -> Self {
        born.0
    }
}

redacted_debug!(BirthDate);

#[cfg(test)]
mod tests {
    use super::*;

    fn date(raw: &str) -> NaiveDate {
        raw.parse().unwrap()
    }

    #[test]
    fn a_birth_date_may_be_today() {
        let today = date("2026-03-01");
        assert_eq!(BirthDate::parse(today, today).unwrap().date(), today);
    }

    #[test]
    fn a_birth_date_is_not_in_the_future() {
        let tomorrow = BirthDate::parse(date("2026-03-02"), date("2026-03-01"));
        assert_eq!(tomorrow, Err(InvalidBirthDate::InTheFuture));
    }

    #[test]
    fn a_birth_date_before_1900_is_refused() {
        let long_ago = BirthDate::parse(date("1899-12-31"), date("2026-03-01"));
        assert_eq!(long_ago, Err(InvalidBirthDate::TooLongAgo));
        assert!(serde_json::from_str::<BirthDate>("\"1899-12-31\"").is_err());
    }

    #[test]
    fn an_age_changes_on_the_birthday() {
        let born = BirthDate::try_from(date("2008-02-29")).unwrap();
        for (day, age) in [
            ("2008-02-28", None),
            ("2008-02-29", Some(0)),
            ("2026-02-28", Some(17)),
            ("2026-03-01", Some(18)),
        ] {
            assert_eq!(born.age_on(date(day)), age, "{day}");
        }
    }

    #[test]
    fn a_birth_date_hides_from_debug_output() {
        let born = BirthDate::try_from(date("1984-05-06")).unwrap();
        assert_eq!(format!("{born:?}"), "BirthDate(…)");
    }
}
