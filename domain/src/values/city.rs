//! Town of a clinic.

use serde::Serialize;

use super::text::{name_value, public_display};

/// The town of a clinic, as patients know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct City(String);

impl City {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 120;
}

name_value!(City);
public_display!(City);
