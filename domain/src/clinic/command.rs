//! What can be asked of a clinic.

use chrono::{DateTime, Utc};

use crate::values::{Actor, City, ClinicId, ClinicName, ClinicZone, Currency};

/// A request to a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClinicCommand {
    /// Open a new clinic.
    Open(OpenClinic),
    /// Give it another name, or another town's name.
    Rename(RenameClinic),
}

/// Opens a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenClinic {
    /// The id that it will have.
    pub clinic: ClinicId,
    /// Its public name.
    pub name: ClinicName,
    /// The wall clock that its opening hours are read on.
    pub zone: ClinicZone,
    /// Where it stands.
    pub city: City,
    /// What it charges in.
    pub currency: Currency,
    /// Who opens it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Renames a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameClinic {
    /// Its public name from now on.
    pub name: ClinicName,
    /// Where it stands, as it is called from now on.
    pub city: City,
    /// Who renames it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
