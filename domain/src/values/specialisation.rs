//! Specialisation of a doctor.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::{public_display, text_value};

/// The text is not a specialisation's slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a specialisation is 2 to 40 of a-z, 0-9 and dash, starting with a letter")]
pub struct InvalidSpecialisation;

/// A slug such as `cardiology`; clients translate it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Specialisation(String);

impl Specialisation {
    /// Checks the slug. Nothing is corrected, since a slug is picked from a list and never typed.
    ///
    /// # Errors
    /// [`InvalidSpecialisation`] when it does not match `[a-z][a-z0-9-]{1,39}`.
    pub fn parse(raw: &str) -> Result<Self, InvalidSpecialisation> {
        let is_slug = (2..=40).contains(&raw.len())
            && raw.starts_with(|c: char| c.is_ascii_lowercase())
            && raw
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        if is_slug {
            Ok(Self(raw.to_owned()))
        } else {
            Err(InvalidSpecialisation)
        }
    }
}

text_value!(Specialisation, InvalidSpecialisation);
public_display!(Specialisation);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_accepted_as_it_is() {
        assert_eq!(
            Specialisation::parse("ear-nose-throat").unwrap().as_str(),
            "ear-nose-throat"
        );
    }

    #[test]
    fn what_is_no_slug_is_refused() {
        let too_long = "a".repeat(41);
        for raw in [
            "",
            "a",
            "Cardiology",
            "1st",
            "-x",
            "ear nose",
            too_long.as_str(),
        ] {
            assert_eq!(
                Specialisation::parse(raw),
                Err(InvalidSpecialisation),
                "{raw}"
            );
        }
    }
}
