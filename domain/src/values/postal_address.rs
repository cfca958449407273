//! Postal address of a person.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::City;
use super::text::{self, InvalidText, redacted_debug, text_value};

/// A line of an address, or the name of a region.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressLine(String);

impl AddressLine {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 120;

    /// Trims the text, brings it into normal form and checks it.
    ///
    /// # Errors
    /// [`InvalidText`], as for a name.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        text::name(raw, Self::MAX_CHARS).map(Self)
    }
}

text_value!(AddressLine, InvalidText);
redacted_debug!(AddressLine);

/// The text is no postal code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a postal code is 2 to 12 letters, digits, spaces and dashes")]
pub struct InvalidPostalCode;

/// A postal code of any country, in upper case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostalCode(String);

impl PostalCode {
    /// Trims the text and checks it.
    ///
    /// # Errors
    /// [`InvalidPostalCode`] unless it is 2 to 12 ASCII letters, digits, spaces and dashes, with a letter or a digit.
    pub fn parse(raw: &str) -> Result<Self, InvalidPostalCode> {
        let code = raw.trim();
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ' || byte == b'-';
        let is_code = (2..=12).contains(&code.len())
            && code.bytes().all(known)
            && code.bytes().any(|byte| byte.is_ascii_alphanumeric());
        if is_code {
            Ok(Self(code.to_ascii_uppercase()))
        } else {
            Err(InvalidPostalCode)
        }
    }
}

text_value!(PostalCode, InvalidPostalCode);
redacted_debug!(PostalCode);

/// The text is no country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a country is two letters, as in ISO 3166-1")]
pub struct InvalidCountry;

/// A country by its code of two letters (ISO 3166-1), in upper case. That there is such a country is not checked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(String);

impl CountryCode {
    /// Trims the text and checks it.
    ///
    /// # Errors
    /// [`InvalidCountry`] unless it is two ASCII letters.
    pub fn parse(raw: &str) -> Result<Self, InvalidCountry> {
        let code = raw.trim();
        if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Ok(Self(code.to_ascii_uppercase()))
        } else {
            Err(InvalidCountry)
        }
    }
}

text_value!(CountryCode, InvalidCountry);
redacted_debug!(CountryCode);

/// Reason to refuse the lines of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an address has 1 to {} lines", AddressLines::MAX)]
pub struct InvalidAddressLines;

/// The lines of an address before the town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<AddressLine>", into = "Vec<AddressLine>")]
pub struct AddressLines(Vec<AddressLine>);

impl AddressLines {
    /// The most lines.
    pub const MAX: usize = 3;
}

impl TryFrom<Vec<AddressLine>> for AddressLines {
    type Error = InvalidAddressLines;

    fn try_from(lines: Vec<AddressLine>) -> Result<Self, InvalidAddressLines> {
        if (1..=Self::MAX).contains(&lines.len()) {
            Ok(Self(lines))
        } else {
            Err(InvalidAddressLines)
        }
    }
}

impl From<AddressLines> for Vec<AddressLine> {
    fn from(lines: AddressLines) -> Self {
        lines.0
    }
}

/// A postal address, as in FHIR R4.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostalAddress {
    /// House, street and the like.
    pub lines: AddressLines,
    /// Town.
    pub city: City,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AddressLine>,
    /// Postal code; some countries have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<PostalCode>,
    /// Country.
    pub country: CountryCode,
}

redacted_debug!(PostalAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kept_in_upper_case() {
        assert_eq!(
            PostalCode::parse(" sw1a 1aa ").unwrap().as_str(),
            "SW1A 1AA"
        );
        assert_eq!(CountryCode::parse("in").unwrap().as_str(), "IN");
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for raw in ["", "1", " - ", "1234567890123", "५६००१", "56\n01", "a_b"] {
            assert_eq!(PostalCode::parse(raw), Err(InvalidPostalCode), "{raw:?}");
        }
        for raw in ["", "I", "IND", "1N", "भा", "I N"] {
            assert_eq!(CountryCode::parse(raw), Err(InvalidCountry), "{raw:?}");
        }
    }

    #[test]
    fn an_address_has_one_to_three_lines() {
        let lines =
            |count| AddressLines::try_from(vec![AddressLine::parse("14 MG Road").unwrap(); count]);
        assert!(lines(1).is_ok() && lines(3).is_ok());
        assert_eq!(
            (lines(0), lines(4)),
            (Err(InvalidAddressLines), Err(InvalidAddressLines))
        );
    }

    #[test]
    fn a_line_is_of_any_script_and_hides_nothing() {
        assert_eq!(
            AddressLine::parse(" १४, महात्मा गांधी मार्ग ")
                .unwrap()
                .as_str(),
            "१४, महात्मा गांधी मार्ग"
        );
        for raw in ["", " ", "a\u{202e}b", "a\nb", &"x".repeat(121)] {
            assert!(AddressLine::parse(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn an_address_hides_from_debug_output() {
        let shown = format!("{:?}", AddressLine::parse("14 MG Road").unwrap());
        assert_eq!(shown, "AddressLine(…)");
    }
}
