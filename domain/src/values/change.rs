//! Change of one optional field in a partial change.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Change of an optional field: kept, removed or set.
///
/// In JSON a field that is kept is absent, one that is removed is `null`, and one that is set has its value
/// (RFC 7396). So a field of this type needs `#[serde(default, skip_serializing_if = "Change::is_kept")]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Stays as it is.
    #[default]
    Keep,
    /// Has no value any more.
    Remove,
    /// Has this value.
    Set(T),
}

impl<T> Change<T> {
    /// True if the field stays as it is.
    pub const fn is_kept(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns the field after the change.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Remove => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Returns the same change of another form of the value.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Remove => Change::Remove,
            Self::Set(value) => Change::Set(form(value)),
        }
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Remove => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(value.map_or(Self::Remove, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Card {
        #[serde(default, skip_serializing_if = "Change::is_kept")]
        number: Change<u8>,
    }

    #[test]
    fn absent_is_kept_null_is_removed_and_a_value_is_set() {
        for (json, number) in [
            (json!({}), Change::Keep),
            (json!({"number": null}), Change::Remove),
            (json!({"number": 7}), Change::Set(7)),
        ] {
            let card = Card { number };
            assert_eq!(to_value(&card).unwrap(), json);
            assert_eq!(from_value::<Card>(json).unwrap(), card);
        }
    }

    #[test]
    fn a_change_is_applied_to_what_was_there() {
        for before in [None, Some(1)] {
            assert_eq!(Change::Keep.apply(before), before);
            assert_eq!(Change::Remove.apply(before), None);
            assert_eq!(Change::Set(2).apply(before), Some(2));
        }
    }
}
