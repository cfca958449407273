//! Name of a person.

use serde::{Deserialize, Serialize};

use super::text::{self, InvalidText, redacted_debug, text_value};

/// A person's full name, as the person writes it; never split into parts, since many people have
/// only one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

impl PersonName {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 120;

    /// Trims and checks the text.
    ///
    /// # Errors
    /// [`InvalidText`] when it is empty, too long, or contains a control character.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        text::one_line(raw, Self::MAX_CHARS).map(Self)
    }
}

text_value!(PersonName, InvalidText);
redacted_debug!(PersonName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_hides_from_debug_output() {
        let name = PersonName::parse("Asha Rao").unwrap();
        assert_eq!(format!("{name:?}"), "PersonName(…)");
    }

    #[test]
    fn a_stored_name_is_checked_like_any_other() {
        assert!(serde_json::from_str::<PersonName>("\" \"").is_err());
    }
}
