//! Rules of short texts: trimmed, not empty, of limited length, without control characters.
//!
//! The macros implement the conversions that all text values share; the rules of each value are in
//! its `parse`.

use thiserror::Error;

/// Reason to refuse a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidText {
    /// Nothing is left after trimming.
    #[error("the text is empty")]
    Empty,
    /// Longer than this many characters.
    #[error("the text is longer than {max} characters")]
    TooLong {
        /// The longest that is accepted, in characters.
        max: usize,
    },
    /// It contains a control character, which is not typed by accident.
    #[error("the text contains a control character")]
    ControlCharacter,
}

/// Returns a trimmed text of one line.
pub(super) fn one_line(raw: &str, max: usize) -> Result<String, InvalidText> {
    checked(raw, max, char::is_control)
}

/// Returns a trimmed text that may have several lines.
pub(super) fn many_lines(raw: &str, max: usize) -> Result<String, InvalidText> {
    checked(raw, max, |c| c.is_control() && c != '\n' && c != '\t')
}

fn checked(raw: &str, max: usize, forbidden: fn(char) -> bool) -> Result<String, InvalidText> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(InvalidText::Empty);
    }
    if text.chars().count() > max {
        return Err(InvalidText::TooLong { max });
    }
    if text.chars().any(forbidden) {
        return Err(InvalidText::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// `as_str` and the conversions of a newtype over `String` that has a `parse(&str)`.
macro_rules! text_value {
    ($name:ident, $error:ty) => {
        impl $name {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(raw: String) -> Result<Self, $error> {
                Self::parse(&raw)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(raw: &str) -> Result<Self, $error> {
                Self::parse(raw)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

/// A `Debug` that names the type and hides the personal data.
macro_rules! redacted_debug {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

/// A `Display` for texts that are not personal data.
macro_rules! public_display {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(super) use {public_display, redacted_debug, text_value};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed() {
        assert_eq!(one_line("  Asha Rao \n", 20).unwrap(), "Asha Rao");
    }

    #[test]
    fn a_text_of_spaces_is_empty() {
        assert_eq!(one_line(" \t ", 20), Err(InvalidText::Empty));
    }

    #[test]
    fn a_text_is_measured_in_characters_and_not_in_bytes() {
        assert!(one_line("éééé", 4).is_ok());
        assert_eq!(one_line("ééééé", 4), Err(InvalidText::TooLong { max: 4 }));
    }

    #[test]
    fn a_line_break_is_for_texts_of_many_lines_only() {
        assert_eq!(one_line("a\nb", 20), Err(InvalidText::ControlCharacter));
        assert_eq!(many_lines("a\nb", 20).unwrap(), "a\nb");
        assert_eq!(
            many_lines("a\u{0}b", 20),
            Err(InvalidText::ControlCharacter)
        );
    }
}
