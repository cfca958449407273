//! The clock on the clinic's wall.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text is no name in the IANA time zone database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a zone is a name of the IANA time zone database, such as Asia/Kolkata")]
pub struct InvalidZone;

/// A named time zone: opening hours are said in local time, and only a name knows when the clocks
/// change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClinicZone(Tz);

impl ClinicZone {
    /// Looks a zone up by its IANA name.
    ///
    /// # Errors
    /// [`InvalidZone`] when the database has no such name.
    pub fn parse(name: &str) -> Result<Self, InvalidZone> {
        name.parse().map(Self).map_err(|_| InvalidZone)
    }

    /// The zone, to convert between local time and UTC.
    pub const fn tz(&self) -> Tz {
        self.0
    }

    /// What day the wall calendar shows at an instant.
    pub fn date_at(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for ClinicZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ClinicZone {
    type Err = InvalidZone;

    fn from_str(name: &str) -> Result<Self, InvalidZone> {
        Self::parse(name)
    }
}

impl TryFrom<String> for ClinicZone {
    type Error = InvalidZone;

    fn try_from(name: String) -> Result<Self, InvalidZone> {
        Self::parse(&name)
    }
}

impl From<ClinicZone> for String {
    fn from(zone: ClinicZone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_iana_name() {
        let zone = ClinicZone::parse("Asia/Kolkata").unwrap();
        assert_eq!(serde_json::to_string(&zone).unwrap(), "\"Asia/Kolkata\"");
    }

    #[test]
    fn a_zone_that_nobody_named_is_refused() {
        assert_eq!(ClinicZone::parse("Mars/Olympus"), Err(InvalidZone));
    }
}
