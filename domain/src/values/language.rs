//! A language that a consultation can be held in.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::{public_display, text_value};

/// The text is not a language tag of the accepted form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a language is a tag such as hi, yue or pt-BR")]
pub struct InvalidLanguage;

/// A language tag (BCP 47): the primary subtag, and a region where it matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// Checks the tag; the case matters.
    ///
    /// # Errors
    /// [`InvalidLanguage`] unless it is two or three lower-case letters, optionally a dash and a
    /// region of two upper-case letters or three digits.
    pub fn parse(raw: &str) -> Result<Self, InvalidLanguage> {
        let is_tag = match raw.split_once('-') {
            Some((primary, region)) => is_primary(primary) && is_region(region),
            None => is_primary(raw),
        };
        if is_tag {
            Ok(Self(raw.to_owned()))
        } else {
            Err(InvalidLanguage)
        }
    }
}

fn is_primary(subtag: &str) -> bool {
    (2..=3).contains(&subtag.len()) && subtag.bytes().all(|c| c.is_ascii_lowercase())
}

fn is_region(subtag: &str) -> bool {
    (subtag.len() == 2 && subtag.bytes().all(|c| c.is_ascii_uppercase()))
        || (subtag.len() == 3 && subtag.bytes().all(|c| c.is_ascii_digit()))
}

text_value!(Language, InvalidLanguage);
public_display!(Language);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_may_name_a_region() {
        for raw in ["hi", "yue", "pt-BR", "es-419"] {
            assert_eq!(Language::parse(raw).unwrap().as_str(), raw);
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for raw in [
            "",
            "h",
            "HI",
            "hindi",
            "pt-br",
            "pt-",
            "pt-BRA",
            "zh-Hant-TW",
        ] {
            assert_eq!(Language::parse(raw), Err(InvalidLanguage), "{raw}");
        }
    }
}
