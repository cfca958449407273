//! Name of a holiday.

use serde::{Deserialize, Serialize};

use super::text::{self, InvalidText, public_display, text_value};

/// The public name of a day on which a clinic is closed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HolidayName(String);

impl HolidayName {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 80;

    /// Trims and checks the text.
    ///
    /// # Errors
    /// [`InvalidText`] when it is empty, too long, or contains a control character.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        text::one_line(raw, Self::MAX_CHARS).map(Self)
    }
}

text_value!(HolidayName, InvalidText);
public_display!(HolidayName);
