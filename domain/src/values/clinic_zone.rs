//! Time zone of a clinic.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text is not a name of the IANA time zone database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a zone is a name of the IANA time zone database, such as Asia/Kolkata")]
pub struct InvalidZone;

/// A named time zone. Opening hours are local times, and only a name, not an offset, includes the
/// changes of the clocks.
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

    /// Returns the zone, to convert between local time and UTC.
    pub const fn tz(&self) -> Tz {
        self.0
    }

    /// Returns the local date at an instant.
    pub fn date_at(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// Returns the IANA name.
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
    fn an_unknown_zone_is_refused() {
        assert_eq!(ClinicZone::parse("Mars/Olympus"), Err(InvalidZone));
    }
}
