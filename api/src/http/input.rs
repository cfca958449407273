//! Values of a request, read by the rules of today.
//!
//! `Deserialize` of a name or an address reads what is stored, by the rules that it was stored under. A request
//! names one of these functions where such a value comes in.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};

/// Reads a value with `deserialize_with`.
pub fn parsed<'de, D, T>(request: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(request)?;
    text.parse().map_err(D::Error::custom)
}

/// Reads a value that may be null or, with `default`, absent.
pub fn parsed_if_any<'de, D, T>(request: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Option::<String>::deserialize(request)?;
    let value = text.map(|text| text.parse());
    value.transpose().map_err(D::Error::custom)
}
