//! A code of the International Classification of Diseases, tenth revision (ICD-10).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::values::text::{redacted_debug, text_value};

/// The text does not have the form of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an ICD-10 code looks like J45 or E11.9")]
pub struct InvalidIcd10Code;

/// A code of ICD-10, or of its clinical modification ICD-10-CM. Its form is checked; the catalogue is not known, as
/// countries have their own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Icd10Code(String);

impl Icd10Code {
    /// Trims the text, brings it into capitals and checks its form: a letter, a digit, a digit or letter, and up to
    /// four more after a dot.
    ///
    /// # Errors
    /// [`InvalidIcd10Code`] for any other form.
    pub fn parse(raw: &str) -> Result<Self, InvalidIcd10Code> {
        let code = raw.trim().to_ascii_uppercase();
        let (category, detail) = code.split_once('.').unwrap_or((&code, "0"));
        let [letter, digit, last] = category.as_bytes() else {
            return Err(InvalidIcd10Code);
        };
        let is_category =
            letter.is_ascii_uppercase() && digit.is_ascii_digit() && last.is_ascii_alphanumeric();
        let is_detail =
            (1..=4).contains(&detail.len()) && detail.bytes().all(|c| c.is_ascii_alphanumeric());
        if is_category && is_detail {
            Ok(Self(code))
        } else {
            Err(InvalidIcd10Code)
        }
    }

    /// Returns its category: the three characters before the dot.
    pub fn category(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }
}

text_value!(Icd10Code, InvalidIcd10Code);
redacted_debug!(Icd10Code);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_category_with_or_without_detail() {
        for (raw, code) in [
            ("J45", "J45"),
            (" e11.9 ", "E11.9"),
            ("S52.521A", "S52.521A"),
            ("C7A.1", "C7A.1"),
            ("U07.1", "U07.1"),
        ] {
            assert_eq!(Icd10Code::parse(raw).unwrap().as_str(), code);
        }
        assert_eq!(Icd10Code::parse("E11.9").unwrap().category(), "E11");
    }

    #[test]
    fn what_has_another_form_is_refused() {
        for raw in [
            "",
            "J",
            "J4",
            "45J",
            "J45.",
            "J45.12345",
            "J45.1.2",
            "J45-1",
            "JJ5",
            "J45.é",
            "é45",
        ] {
            assert_eq!(Icd10Code::parse(raw), Err(InvalidIcd10Code), "{raw}");
        }
    }
}
