//! Rules of short texts: trimmed, not empty, of limited length, without control characters.
//!
//! The macros implement the conversions that all text values share; the rules of each value are in
//! its `parse`. Names have stricter rules, see [`name`].

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

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
    /// It contains a character that can't be seen or that changes the direction of the text around it.
    #[error("the text contains an invisible or direction-changing character")]
    HiddenCharacter,
    /// Nothing in it could be read aloud.
    #[error("the text contains no letter and no digit")]
    NoLetter,
}

/// Returns a trimmed text of one line.
pub(crate) fn one_line(raw: &str, max: usize) -> Result<String, InvalidText> {
    checked(raw, max, char::is_control)
}

/// Returns a trimmed name of one line, in Unicode's normal form C: a name that is typed on two systems is one
/// text. It has a letter or a digit, and no character that hides in it.
pub(crate) fn name(raw: &str, max: usize) -> Result<String, InvalidText> {
    let composed: String = raw.nfc().collect();
    let name = one_line(&composed, max)?;
    if name.chars().any(is_hidden) {
        return Err(InvalidText::HiddenCharacter);
    }
    if !name.chars().any(is_letter_or_digit) {
        return Err(InvalidText::NoLetter);
    }
    Ok(name)
}

/// True for line separators, for characters of private use, and for format characters, among them U+200B and the
/// overrides and isolates of direction (Unicode Standard Annex 9).
///
/// Joiners (U+200C, U+200D) are part of names in Persian and in scripts of India, and the marks U+200E and U+200F
/// order names of two scripts without reordering letters.
fn is_hidden(c: char) -> bool {
    const FILLERS: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];
    let category = c.general_category();
    if category == GeneralCategory::Format {
        return !('\u{200c}'..='\u{200f}').contains(&c);
    }
    matches!(
        category,
        GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
    ) || FILLERS.contains(&c)
}

fn is_letter_or_digit(c: char) -> bool {
    matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number
    )
}

/// Returns a trimmed text that may have several lines.
pub(crate) fn many_lines(raw: &str, max: usize) -> Result<String, InvalidText> {
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

/// `Deserialize` of a value whose `parse` has become stricter: it reads what was stored under earlier rules, by
/// `from_stored`. Input is read by `parse`.
macro_rules! stored_text {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(stored: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(stored)?;
                Self::from_stored(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// `parse` and the conversions of a name: strict for input, by the first rules for what is stored.
macro_rules! name_value {
    ($name:ident) => {
        impl $name {
            /// Trims the text, brings it into normal form and checks it.
            ///
            /// # Errors
            /// [`InvalidText`] when it is empty, too long, has no letter and no digit, or contains a control
            /// character or a hidden one.
            pub fn parse(raw: &str) -> Result<Self, $crate::values::text::InvalidText> {
                $crate::values::text::name(raw, Self::MAX_CHARS).map(Self)
            }

            fn from_stored(text: &str) -> Result<Self, $crate::values::text::InvalidText> {
                $crate::values::text::one_line(text, Self::MAX_CHARS).map(Self)
            }
        }

        $crate::values::text::text_value!($name, $crate::values::text::InvalidText);
        $crate::values::text::stored_text!($name);
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

pub(crate) use {name_value, public_display, redacted_debug, stored_text, text_value};

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
    fn a_name_has_a_letter_or_a_digit() {
        for raw in ["Asha", "आशा", "श्री", "24/7", "李", "Ⅳ"] {
            assert_eq!(name(raw, 20).as_deref(), Ok(raw));
        }
        for raw in ["-", "\u{301}\u{302}", "\u{93e}\u{93f}", "…", "\u{2800}"] {
            assert_eq!(name(raw, 20), Err(InvalidText::NoLetter), "{raw:?}");
        }
    }

    #[test]
    fn a_name_hides_nothing() {
        let hidden = [
            '\u{200b}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{202e}',
            '\u{202a}',
            '\u{2066}',
            '\u{2069}',
            '\u{2028}',
            '\u{e000}',
            '\u{e0041}',
            '\u{3164}',
            '\u{ffa0}',
        ];
        for c in hidden {
            let raw = format!("As{c}ha");
            assert_eq!(name(&raw, 20), Err(InvalidText::HiddenCharacter), "{c:?}");
        }
    }

    #[test]
    fn joiners_and_marks_of_direction_belong_to_names() {
        for raw in [
            "علی\u{200c}رضا",
            "ක්\u{200d}රි",
            "Asha\u{200f}",
            "葛\u{e0100}城",
        ] {
            assert_eq!(name(raw, 20).as_deref(), Ok(raw));
        }
    }

    #[test]
    fn a_name_typed_on_two_systems_is_one_text() {
        assert_eq!(name("Jose\u{301}", 4).as_deref(), Ok("Jos\u{e9}"));
        assert_eq!(name("Jos\u{e9}", 4).as_deref(), Ok("Jos\u{e9}"));
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
