//! Name of a holiday.

use serde::Serialize;

use super::text::{name_value, public_display};

/// The public name of a day on which a clinic is closed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct HolidayName(String);

impl HolidayName {
    /// The longest accepted, in characters.
    pub const MAX_CHARS: usize = 80;
}

name_value!(HolidayName);
public_display!(HolidayName);
