//! Days in query strings and in paths, and what forbids to say anything of one.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDate;
use domain::{MAX_DAYS_AHEAD, NotPlannable};
use serde::{Deserialize, Deserializer, de};

use super::problem::{Flaw, Problem};
use super::problem_type::ProblemType;

/// Reads a day as RFC 3339 writes it, with a year of four digits: chrono and PostgreSQL each know
/// years that the other does not.
pub fn calendar_day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let raw = String::deserialize(from)?;
    parse(&raw).ok_or_else(|| de::Error::custom("a day is YYYY-MM-DD"))
}

/// The same where it may be left out.
pub fn perhaps_calendar_day<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<NaiveDate>, D::Error> {
    calendar_day(from).map(Some)
}

/// The same where it may be null or, with `default`, absent.
pub fn calendar_day_if_any<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<NaiveDate>, D::Error> {
    #[derive(Deserialize)]
    struct Present(#[serde(deserialize_with = "calendar_day")] NaiveDate);

    let present = Option::<Present>::deserialize(from)?;
    Ok(present.map(|present| present.0))
}

/// A day from the path segment `{date}`.
pub struct Date(pub NaiveDate);

impl FromRequest for Date {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let date = parse(request.match_info().query("date")).map(Self);
        ready(date.ok_or_else(|| Problem::malformed(vec![Flaw::at("date", "a day is YYYY-MM-DD")])))
    }
}

/// 422: the wish names a day of which nothing can be said any more, or yet.
pub fn not_plannable(refusal: NotPlannable) -> Problem {
    match refusal {
        NotPlannable::InPast => ProblemType::DateInPast.into(),
        NotPlannable::TooFarAhead => Problem::titled(
            ProblemType::DateTooFarAhead,
            format!("A day lies at most {MAX_DAYS_AHEAD} days ahead."),
        ),
    }
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
