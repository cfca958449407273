//! Town of a clinic.

use serde::{Deserialize, Serialize};

use super::text::{self, InvalidText, public_display, text_value};

/// The town of a clinic, as patients know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct City(String);

impl City {
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

text_value!(City, InvalidText);
public_display!(City);
