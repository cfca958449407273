//! Instants in requests.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Years of an instant in a request. Arithmetic fails near the ends of what chrono knows, PostgreSQL knows other years,
/// and RFC 3339 has four digits.
const YEARS: RangeInclusive<i32> = 1900..=2199;

/// Reads an instant as RFC 3339 writes it.
pub fn instant<'de, D: Deserializer<'de>>(request: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(request)?;
    let at = text
        .parse::<DateTime<Utc>>()
        .map_err(|_| D::Error::custom("a time has an offset, as in 2026-03-09T09:30:00+05:30"))?;
    if YEARS.contains(&at.year()) {
        Ok(at)
    } else {
        Err(D::Error::custom("a time is of the years 1900 to 2199"))
    }
}

/// The same where it may be null or, with `default`, absent.
pub fn instant_if_any<'de, D: Deserializer<'de>>(
    request: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(Deserialize)]
    struct Present(#[serde(deserialize_with = "instant")] DateTime<Utc>);

    let present = Option::<Present>::deserialize(request)?;
    Ok(present.map(|present| present.0))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn read(value: Value) -> Result<Option<DateTime<Utc>>, String> {
        #[derive(Deserialize)]
        struct Request {
            #[serde(default, deserialize_with = "instant_if_any")]
            at: Option<DateTime<Utc>>,
        }
        let request = from_value::<Request>(value);
        request
            .map(|request| request.at)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_instant_has_an_offset_and_a_year_of_four_digits_near_ours() {
        let at = |text: &str| read(json!({ "at": text }));
        let nine = "2026-03-09T04:00:00Z".parse().unwrap();
        assert_eq!(at("2026-03-09T09:30:00+05:30"), Ok(Some(nine)));
        for far in [
            "1899-12-31T23:59:59Z",
            "2200-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "+10000-01-01T00:00:00Z",
            "+262142-12-31T23:00:00Z",
            "-262143-01-01T00:00:00Z",
        ] {
            assert!(at(far).unwrap_err().contains("1900 to 2199"), "{far}");
        }
        for malformed in ["", "2026-03-09", "2026-03-09T09:30:00", "tomorrow"] {
            let told = at(malformed).unwrap_err();
            assert!(told.contains("an offset"), "{malformed}: {told}");
        }
        assert_eq!(read(json!({})), Ok(None));
        assert_eq!(read(json!({"at": null})), Ok(None));
    }
}
