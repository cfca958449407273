//! Phone number of a person.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::{redacted_debug, text_value};

/// The text is not an international phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a phone number is a plus sign and 7 to 15 digits, starting with the country code")]
pub struct InvalidPhone;

/// A phone number as in ITU-T E.164: `+` and up to 15 digits, the country code first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Drops the spaces, dots, dashes and brackets that people write, and checks the rest.
    ///
    /// # Errors
    /// [`InvalidPhone`] when a plus sign, a country code or enough digits are missing, or anything
    /// else is there.
    pub fn parse(raw: &str) -> Result<Self, InvalidPhone> {
        let number: String = raw.chars().filter(|c| !" .-()".contains(*c)).collect();
        let digits = number.strip_prefix('+').ok_or(InvalidPhone)?;
        let is_number = (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0');
        if is_number {
            Ok(Self(number))
        } else {
            Err(InvalidPhone)
        }
    }
}

text_value!(PhoneNumber, InvalidPhone);
redacted_debug!(PhoneNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_without_its_punctuation() {
        assert_eq!(
            PhoneNumber::parse("+91 (80) 4000-1234").unwrap().as_str(),
            "+918040001234"
        );
    }

    #[test]
    fn what_cannot_be_dialled_from_abroad_is_refused() {
        for raw in [
            "",
            "080 4000 1234",
            "+0123456789",
            "+123456",
            "+1234567890123456",
            "+91 call me",
        ] {
            assert_eq!(PhoneNumber::parse(raw), Err(InvalidPhone), "{raw}");
        }
    }

    #[test]
    fn a_number_hides_from_debug_output() {
        let number = PhoneNumber::parse("+918040001234").unwrap();
        assert_eq!(format!("{number:?}"), "PhoneNumber(…)");
    }
}
