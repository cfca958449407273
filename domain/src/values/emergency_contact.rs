//! Person to call in an emergency.

use serde::{Deserialize, Serialize};

use super::text::redacted_debug;
use super::{PersonName, PhoneNumber};

/// A person to call in an emergency.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyContact {
    /// Name.
    pub name: PersonName,
    /// Phone number.
    pub phone: PhoneNumber,
    /// Relationship to the patient.
    pub relationship: Relationship,
}

/// Relationship of an emergency contact to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Relationship {
    /// Wife, husband or partner.
    Partner,
    /// Mother or father.
    Parent,
    /// Daughter or son.
    Child,
    /// Sister or brother.
    Sibling,
    /// Guardian.
    Guardian,
    /// Another relative.
    Relative,
    /// Friend.
    Friend,
    /// Any other.
    Other,
}

impl Relationship {
    /// All relationships.
    pub const ALL: [Self; 8] = [
        Self::Partner,
        Self::Parent,
        Self::Child,
        Self::Sibling,
        Self::Guardian,
        Self::Relative,
        Self::Friend,
        Self::Other,
    ];
}

redacted_debug!(EmergencyContact);
