//! Role of an account.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text is not a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the role is not known")]
pub struct UnknownRole;

/// The roles of one account.
pub type Roles = BTreeSet<Role>;

/// A role in which an account may act. The HTTP layer decides what each may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// A patient, or a person who books for one.
    Patient,
    /// A doctor, who treats patients.
    Doctor,
    /// Works at the front desk.
    Receptionist,
    /// Administers the clinics.
    Admin,
    /// Reads everything and changes nothing.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [
        Self::Patient,
        Self::Doctor,
        Self::Receptionist,
        Self::Admin,
        Self::Auditor,
    ];

    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "PATIENT",
            Self::Doctor => "DOCTOR",
            Self::Receptionist => "RECEPTIONIST",
            Self::Admin => "ADMIN",
            Self::Auditor => "AUDITOR",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == name)
            .ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_and_stored_under_its_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }

    #[test]
    fn a_role_that_does_not_exist_is_refused() {
        assert_eq!("admin".parse::<Role>(), Err(UnknownRole));
    }
}
