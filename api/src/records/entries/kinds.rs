//! Kinds of entries in a query.

use projections::chart::EntryKind;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{Deserialize, Deserializer, IntoDeserializer};

/// Kinds, separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds(pub Vec<EntryKind>);

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(query: D) -> Result<Self, D::Error> {
        let text = String::deserialize(query)?;
        let kind = |word: &str| {
            let word: StrDeserializer<'_, Error> = word.into_deserializer();
            EntryKind::deserialize(word)
        };
        let kinds = text.split(',').map(kind).collect::<Result<_, Error>>();
        kinds.map(Self).map_err(serde::de::Error::custom)
    }
}
