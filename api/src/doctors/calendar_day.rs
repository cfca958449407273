//! Days in query strings.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de};

/// Reads a day as RFC 3339 writes it, with a year of four digits: chrono and PostgreSQL each know
/// years that the other does not.
pub fn calendar_day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let raw = String::deserialize(from)?;
    parse(&raw).ok_or_else(|| de::Error::custom("a day is YYYY-MM-DD"))
}

fn parse(raw: &str) -> Option<NaiveDate> {
    let four_digits =
        raw.len() == "YYYY-MM-DD".len() && raw.starts_with(|c: char| c.is_ascii_digit());
    NaiveDate::parse_from_str(raw, "%Y-%m-%d")
        .ok()
        .filter(|_| four_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        assert_eq!(parse("2028-02-29"), NaiveDate::from_ymd_opt(2028, 2, 29));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for raw in [
            "",
            "2027-02-29",
            "2027-2-9",
            "20270209",
            "2027-02-09T00:00",
            " 027-02-09",
        ] {
            assert_eq!(parse(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_year_has_four_digits_and_no_sign() {
        for raw in ["12027-02-09", "+12027-02-09", "-001-02-09", "+027-02-09"] {
            assert_eq!(parse(raw), None, "{raw}");
        }
    }
}
