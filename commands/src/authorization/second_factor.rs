//! A second factor that clinics require of their staff: who needs one, and what may be done without it.

use std::collections::BTreeMap;

use domain::{ClinicId, ClinicScope, Role, Roles};

use super::Action;
use crate::Caller;

/// Clinics whose staff needs a second factor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecondFactorPolicy {
    /// The group's setting, for clinics without one of their own.
    pub group: bool,
    /// The clinics' own settings.
    pub own: BTreeMap<ClinicId, bool>,
}

impl SecondFactorPolicy {
    /// Returns whether any account can need one.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        self.group || self.own.values().any(|required| *required)
    }

    /// Returns whether an account of these roles needs one, which works at these clinics: any of them is enough. Staff of
    /// the whole group works at each clinic, and staff without a clinic has the group's setting.
    #[must_use]
    pub fn requires(&self, roles: &Roles, workplaces: &ClinicScope) -> bool {
        let clinic = |clinic: &ClinicId| self.own.get(clinic).copied().unwrap_or(self.group);
        let at_work = match workplaces {
            ClinicScope::All => self.is_in_force(),
            ClinicScope::Only(none) if none.is_empty() => self.group,
            ClinicScope::Only(clinics) => clinics.iter().any(clinic),
        };
        is_staff(roles) && at_work
    }
}

/// Returns whether an account works for the clinics.
#[must_use]
pub fn is_staff(roles: &Roles) -> bool {
    roles.iter().any(|role| *role != Role::Patient)
}

impl Action {
    /// Returns whether a member of staff may take it without the second factor that is required: what leads to one, and
    /// to the end of the session.
    #[must_use]
    pub const fn leads_to_second_factor(self) -> bool {
        matches!(self, Self::ManageSessions | Self::ManageOwnAccount)
    }
}

/// The reason for which a caller is not admitted to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// None of the caller's roles may take the action.
    Role,
    /// The caller has to set up a second factor first.
    SecondFactor,
}

/// Admits a caller to the endpoint of an action, before its resource is known. `lacks_second_factor` is true for a member
/// of staff who needs a second factor and has none.
///
/// # Errors
/// See [`NotAdmitted`].
pub fn admit(
    caller: &Caller,
    action: Action,
    lacks_second_factor: bool,
) -> Result<(), NotAdmitted> {
    if !action.rule().roles().any(|role| caller.is(role)) {
        Err(NotAdmitted::Role)
    } else if lacks_second_factor && !action.leads_to_second_factor() {
        Err(NotAdmitted::SecondFactor)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::AccountId;
    use uuid::Uuid;

    use super::super::TABLE;
    use super::*;

    fn clinic(number: u128) -> ClinicId {
        ClinicId::from_uuid(Uuid::from_u128(number))
    }

    fn at<const N: usize>(numbers: [u128; N]) -> ClinicScope {
        ClinicScope::Only(numbers.map(clinic).into())
    }

    fn policy<const N: usize>(group: bool, own: [(u128, bool); N]) -> SecondFactorPolicy {
        let own = own.map(|(number, required)| (clinic(number), required));
        SecondFactorPolicy {
            group,
            own: own.into(),
        }
    }

    #[test]
    fn one_clinic_that_requires_it_is_enough() {
        let own = policy(false, [(1, true), (2, false)]);
        let group = policy(true, [(1, false)]);
        let none = policy(false, [(1, false)]);
        // Workplaces, and whether it is required by each policy.
        let table = [
            (at([1]), [true, false, false]),
            (at([2]), [false, true, false]),
            (at([3]), [false, true, false]),
            (at([1, 2]), [true, true, false]),
            (at([2, 3]), [false, true, false]),
            (at([]), [false, true, false]),
            (ClinicScope::All, [true, true, false]),
        ];
        for (workplaces, required) in table {
            for (policy, required) in [&own, &group, &none].into_iter().zip(required) {
                for role in Role::ALL {
                    let expected = required && role != Role::Patient;
                    let found = policy.requires(&[role].into(), &workplaces);
                    assert_eq!(found, expected, "{policy:?} {role} {workplaces:?}");
                }
            }
        }
        assert_eq!(
            [own, group, none].map(|policy| policy.is_in_force()),
            [true, true, false]
        );
    }

    #[test]
    fn staff_who_are_patients_as_well_are_staff() {
        let roles = [Role::Patient, Role::Receptionist].into();
        assert!(policy(true, []).requires(&roles, &at([1])));
    }

    /// Each role by each action, with and without what is required.
    #[test]
    fn without_it_only_what_leads_to_it_is_allowed() {
        let mut allowed = BTreeSet::new();
        for rule in TABLE {
            for role in Role::ALL {
                let caller = Caller {
                    account: AccountId::from_uuid(Uuid::from_u128(1)),
                    roles: [role].into(),
                    clinics: ClinicScope::All,
                    patient: None,
                    doctor: None,
                };
                let with = admit(&caller, rule.action, false);
                let without = admit(&caller, rule.action, true);
                let granted = rule.relations(role).is_some();
                assert_eq!(with.is_ok(), granted, "{rule:?} {role}");
                match without {
                    Ok(()) => {
                        allowed.insert(rule.action);
                    }
                    Err(NotAdmitted::Role) => assert!(!granted),
                    Err(NotAdmitted::SecondFactor) => assert!(granted),
                }
            }
        }
        let own = [Action::ManageSessions, Action::ManageOwnAccount];
        assert_eq!(allowed, BTreeSet::from(own));
    }
}
