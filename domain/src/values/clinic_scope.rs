//! Clinics at which an account may act.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ClinicId;

/// All clinics of the group, or some of them.
///
/// Stored as `{"kind": "all"}` or `{"kind": "only", "clinics": ["…"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "clinics", rename_all = "camelCase")]
pub enum ClinicScope {
    /// Every clinic, including later ones.
    All,
    /// These clinics only; the list may be empty.
    Only(BTreeSet<ClinicId>),
}

impl ClinicScope {
    /// True if the account may act at this clinic.
    pub fn covers(&self, clinic: ClinicId) -> bool {
        match self {
            Self::All => true,
            Self::Only(clinics) => clinics.contains(&clinic),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};
    use uuid::Uuid;

    use super::*;

    fn clinic(number: u128) -> ClinicId {
        ClinicId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn the_whole_group_covers_every_clinic() {
        assert!(ClinicScope::All.covers(clinic(1)));
        assert_eq!(to_value(ClinicScope::All).unwrap(), json!({"kind": "all"}));
        assert_eq!(
            from_value::<ClinicScope>(json!({"kind": "all"})).unwrap(),
            ClinicScope::All
        );
    }

    #[test]
    fn named_clinics_cover_themselves_only() {
        let scope = ClinicScope::Only([clinic(1)].into());
        assert!(scope.covers(clinic(1)));
        assert!(!scope.covers(clinic(2)));
        let stored = to_value(&scope).unwrap();
        assert_eq!(stored, json!({"kind": "only", "clinics": [clinic(1)]}));
        assert_eq!(from_value::<ClinicScope>(stored).unwrap(), scope);
    }
}
