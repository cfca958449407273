//! What can happen to a clinic. Nothing here is about a person, so nothing is sealed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::values::{Actor, City, ClinicId, ClinicName, ClinicZone, Currency};

/// A fact about a clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClinicEvent {
    /// The clinic was opened.
    #[serde(rename = "clinic.opened")]
    Opened(ClinicOpened),
    /// The clinic, or its town, is called something else.
    #[serde(rename = "clinic.renamed")]
    Renamed(ClinicRenamed),
}

event_types!(ClinicEvent {
    Opened => "clinic.opened",
    Renamed => "clinic.renamed",
});

/// The clinic was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicOpened {
    /// Which clinic.
    pub clinic: ClinicId,
    /// Its public name.
    pub name: ClinicName,
    /// The wall clock that its opening hours are read on.
    pub zone: ClinicZone,
    /// Where it stands.
    pub city: City,
    /// What it charges in.
    pub currency: Currency,
    /// Who opened it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The clinic, or its town, is called something else from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicRenamed {
    /// Which clinic.
    pub clinic: ClinicId,
    /// Its public name from now on.
    pub name: ClinicName,
    /// Where it stands, as it is called from now on.
    pub city: City,
    /// Who renamed it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
