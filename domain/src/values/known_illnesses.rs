//! Illnesses that a person is known to have.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::{self, InvalidText, redacted_debug, text_value};

/// An illness or an allergy, in a person's own words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Illness(String);

impl Illness {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 200;

    /// Trims the text, brings it into normal form and checks it.
    ///
    /// # Errors
    /// [`InvalidText`], as for a name.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        text::name(raw, Self::MAX_CHARS).map(Self)
    }
}

text_value!(Illness, InvalidText);
redacted_debug!(Illness);

/// Reason to refuse a list of illnesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidIllnesses {
    /// Too many.
    #[error("at most {} illnesses are listed", KnownIllnesses::MAX)]
    TooMany,
    /// One of them stands there twice.
    #[error("an illness is listed once")]
    Twice,
}

/// Illnesses of a person. An empty list says that none is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Illness>", into = "Vec<Illness>")]
pub struct KnownIllnesses(Vec<Illness>);

impl KnownIllnesses {
    /// The most that are listed.
    pub const MAX: usize = 50;

    /// Returns them in the order in which they were given.
    pub fn as_slice(&self) -> &[Illness] {
        &self.0
    }
}

impl TryFrom<Vec<Illness>> for KnownIllnesses {
    type Error = InvalidIllnesses;

    fn try_from(illnesses: Vec<Illness>) -> Result<Self, InvalidIllnesses> {
        if illnesses.len() > Self::MAX {
            return Err(InvalidIllnesses::TooMany);
        }
        let different: BTreeSet<_> = illnesses
            .iter()
            .map(|illness| illness.as_str().to_lowercase())
            .collect();
        if different.len() < illnesses.len() {
            return Err(InvalidIllnesses::Twice);
        }
        Ok(Self(illnesses))
    }
}

impl From<KnownIllnesses> for Vec<Illness> {
    fn from(illnesses: KnownIllnesses) -> Self {
        illnesses.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(texts: &[&str]) -> Result<KnownIllnesses, InvalidIllnesses> {
        let illnesses = texts.iter().map(|text| Illness::parse(text).unwrap());
        KnownIllnesses::try_from(illnesses.collect::<Vec<_>>())
    }

    #[test]
    fn each_is_listed_once() {
        assert!(listed(&["Asthma", "மூச்சுத்திணறல்"]).is_ok());
        assert!(listed(&[]).is_ok());
        assert_eq!(
            listed(&["Asthma", " asthma "]),
            Err(InvalidIllnesses::Twice)
        );
    }

    #[test]
    fn there_are_at_most_fifty() {
        let texts: Vec<String> = (0..=KnownIllnesses::MAX)
            .map(|n| format!("Illness {n}"))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert!(listed(&texts[1..]).is_ok());
        assert_eq!(listed(&texts), Err(InvalidIllnesses::TooMany));
    }
}
