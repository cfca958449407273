//! What can happen to a clinic. Nothing here is about a person, so nothing is sealed.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

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

impl ClinicEvent {
    /// The stored names of all events of a clinic.
    pub const TYPES: &[&str] = &["clinic.opened", "clinic.renamed"];
}

impl DomainEvent for ClinicEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "clinic.opened",
            Self::Renamed(_) => "clinic.renamed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

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
