//! Public name of a clinic.

use serde::Serialize;

use super::text::{name_value, public_display};

/// A clinic's public name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct ClinicName(String);

impl ClinicName {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 120;
}

name_value!(ClinicName);
public_display!(ClinicName);
