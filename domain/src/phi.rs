//! The one place of an event that may identify a person or speak of their health.
//!
//! The store seals exactly the object under `phi` with the key of the event's `subject`. Once that
//! key is destroyed the object reads as `null`, which is [`Phi::Erased`]: the fact stays, the
//! person is gone. Every reader therefore says what it does without the content; nothing here lets
//! it forget to.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Personal or health data that may have been erased.
///
/// Serialises as the bare object, or as `null` once erased. A field that is *missing* is an error:
/// erasure is something that was done, never something that was forgotten. Its
/// [`Debug`](fmt::Debug) never shows the content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phi<T> {
    /// The content is readable.
    Clear(T),
    /// The key was destroyed; the content can't be had again.
    Erased,
}

impl<T> Phi<T> {
    /// The content, unless it was erased.
    pub const fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear(content) => Some(content),
            Self::Erased => None,
        }
    }

    /// The content by value, unless it was erased.
    pub fn into_clear(self) -> Option<T> {
        match self {
            Self::Clear(content) => Some(content),
            Self::Erased => None,
        }
    }

    /// Whether the content is gone for good.
    pub const fn is_erased(&self) -> bool {
        matches!(self, Self::Erased)
    }

    /// Borrows the content, to look at it without taking it.
    pub const fn as_ref(&self) -> Phi<&T> {
        match self {
            Self::Clear(content) => Phi::Clear(content),
            Self::Erased => Phi::Erased,
        }
    }

    /// Turns the content into something else that is just as personal.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Phi<U> {
        match self {
            Self::Clear(content) => Phi::Clear(change(content)),
            Self::Erased => Phi::Erased,
        }
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear(_) => "Phi(…)",
            Self::Erased => "Phi(erased)",
        })
    }
}

impl<T: Serialize> Serialize for Phi<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear(content) => content.serialize(serializer),
            Self::Erased => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Phi<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not by way of `Option`: serde fills a missing `Option` field with `None`.
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
