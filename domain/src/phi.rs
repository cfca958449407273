//! Protected health information (PHI) and other personal data of an event.
//!
//! The store seals exactly the object under `phi` with the key of the event's `subject`. Destroying
//! that key (crypto-shredding) makes the object read as `null`, which is [`Phi::Erased`]: the event
//! stays without the personal data. The type makes every reader handle that case.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Personal data that may have been erased.
///
/// Serialises as the bare object, or as `null` once erased. A *missing* field is an error, since it
/// was not erased on purpose. Its [`Debug`](fmt::Debug) never shows the content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phi<T> {
    /// The content is readable.
    Clear(T),
    /// The key was destroyed; the content can't be recovered.
    Erased,
    /// The content is stored and can't be opened: its key was lost, or the stored value damaged. A read model shows it
    /// so; no event has it.
    Unreadable,
}

impl<T> Phi<T> {
    /// Returns the content, if it can be read.
    pub const fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear(content) => Some(content),
            Self::Erased | Self::Unreadable => None,
        }
    }

    /// Returns the content by value, if it can be read.
    pub fn into_clear(self) -> Option<T> {
        match self {
            Self::Clear(content) => Some(content),
            Self::Erased | Self::Unreadable => None,
        }
    }

    /// True if the content was erased.
    pub const fn is_erased(&self) -> bool {
        matches!(self, Self::Erased)
    }

    /// True if the content is stored and can't be opened.
    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable)
    }

    /// Borrows the content.
    pub const fn as_ref(&self) -> Phi<&T> {
        match self {
            Self::Clear(content) => Phi::Clear(content),
            Self::Erased => Phi::Erased,
            Self::Unreadable => Phi::Unreadable,
        }
    }

    /// Maps the content to other personal data.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Phi<U> {
        match self {
            Self::Clear(content) => Phi::Clear(change(content)),
            Self::Erased => Phi::Erased,
            Self::Unreadable => Phi::Unreadable,
        }
    }

    /// Joins it with a later content about the same person: if either was erased, so was the other.
    #[must_use]
    pub fn merge<U>(self, later: Phi<U>, joined: impl FnOnce(T, U) -> T) -> Self {
        match (self, later) {
            (Self::Clear(before), Phi::Clear(later)) => Self::Clear(joined(before, later)),
            (Self::Erased, _) | (_, Phi::Erased) => Self::Erased,
            (Self::Unreadable, _) | (_, Phi::Unreadable) => Self::Unreadable,
        }
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear(_) => "Phi(…)",
            Self::Erased => "Phi(erased)",
            Self::Unreadable => "Phi(unreadable)",
        })
    }
}

impl<T: Serialize> Serialize for Phi<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear(content) => content.serialize(serializer),
            Self::Erased | Self::Unreadable => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Phi<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not through `Option`: serde fills a missing `Option` field with `None`.
        deserializer.deserialize_any(ObjectOrNull(PhantomData))
    }
}

struct ObjectOrNull<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectOrNull<T> {
    type Value = Phi<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or null where it was erased")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Phi::Erased)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Phi::Erased)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Phi::Clear)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Name {
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        phi: Phi<Name>,
    }

    fn asha() -> Phi<Name> {
        Phi::Clear(Name {
            name: "Asha".into(),
        })
    }

    #[test]
    fn clear_content_is_stored_as_the_bare_object() {
        let stored = to_value(Holder { phi: asha() }).unwrap();
        assert_eq!(stored, json!({"phi": {"name": "Asha"}}));
        assert_eq!(from_value::<Holder>(stored).unwrap().phi, asha());
    }

    #[test]
    fn erased_content_is_stored_as_null() {
        let stored = to_value(Holder { phi: Phi::Erased }).unwrap();
        assert_eq!(stored, json!({"phi": null}));
        assert!(from_value::<Holder>(stored).unwrap().phi.is_erased());
    }

    #[test]
    fn forgotten_content_is_not_taken_for_erased_content() {
        assert!(from_value::<Holder>(json!({})).is_err());
    }

    #[test]
    fn debug_output_never_shows_the_content() {
        assert_eq!(
            format!("{:?}", Holder { phi: asha() }),
            "Holder { phi: Phi(…) }"
        );
    }

    #[test]
    fn erased_content_stays_erased_through_every_reading() {
        let erased = Phi::<Name>::Erased;
        assert_eq!(erased.clear(), None);
        assert_eq!(erased.as_ref().map(|name| name.name.len()), Phi::Erased);
        assert_eq!(erased.into_clear(), None);
    }

    #[test]
    fn clear_content_can_be_looked_at_mapped_and_taken() {
        assert_eq!(asha().clear().unwrap().name, "Asha");
        assert_eq!(asha().as_ref().map(|name| name.name.len()), Phi::Clear(4));
        assert_eq!(asha().into_clear().unwrap().name, "Asha");
    }
}
