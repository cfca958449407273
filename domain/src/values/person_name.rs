//! Name of a person.

use serde::Serialize;

use super::text::{name_value, redacted_debug};

/// A person's full name, as the person writes it; never split into parts, since many people have
/// only one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct PersonName(String);

impl PersonName {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 120;
}

name_value!(PersonName);
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
    fn a_name_that_was_stored_under_earlier_rules_is_read() {
        let earlier = "\u{200b}";
        assert!(PersonName::parse(earlier).is_err());
        let stored = serde_json::to_string(earlier).unwrap();
        let read: PersonName = serde_json::from_str(&stored).unwrap();
        assert_eq!(read.as_str(), earlier);
    }

    #[test]
    fn a_stored_name_is_checked_like_any_other() {
        assert!(serde_json::from_str::<PersonName>("\" \"").is_err());
    }
}
