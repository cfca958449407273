//! Reason of an action, as free text.

use serde::{Deserialize, Serialize};

use super::text::{self, InvalidText, redacted_debug, text_value};

/// Free text. It may name persons and illnesses, so it is used in `phi` only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 500;

    /// Trims and checks the text.
    ///
    /// # Errors
    /// [`InvalidText`] when it is empty, too long, or contains a control character.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        text::many_lines(raw, Self::MAX_CHARS).map(Self)
    }
}

text_value!(Reason, InvalidText);
redacted_debug!(Reason);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_hides_from_debug_output() {
        let reason = Reason::parse("Chest pain").unwrap();
        assert_eq!(format!("{reason:?}"), "Reason(…)");
    }

    #[test]
    fn a_stored_reason_is_checked_like_any_other() {
        assert!(serde_json::from_str::<Reason>("\" \"").is_err());
    }
}
