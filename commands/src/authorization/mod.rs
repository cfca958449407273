//! Authorization: may a caller take an action on a resource?
//!
//! [`table`] says which role may take which action, by the relation of the caller to the resource. Handlers, commands
//! and queries ask it and nothing else; `docs/permissions.md` is printed from it.

mod clinical;
#[cfg(test)]
mod clinical_tests;
mod page;
mod proxy;
mod relation;
mod rows;
mod second_factor;
mod table;
#[cfg(test)]
mod tests;

use domain::Role;

pub use clinical::{
    CareWindow, ClinicalAccess, ClinicalFacts, ClinicalPolicy, EmergencyAccess, EntryAttributes,
    PatientConsent, TreatmentVisit,
};
pub use page::PermissionsPage;
pub(crate) use proxy::authorize_or_proxy;
pub use relation::{Relation, Resource, ResourceClinics};
pub use rows::VisibleRows;
pub use second_factor::{NotAdmitted, SecondFactorPolicy, admit, is_staff};
pub use table::{Action, ActionRule, Grant, TABLE, permit};

use crate::{Caller, CommandError};

/// The refusal of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The caller may not: none of the roles is for it, it is the group's, or the caller may read the resource and
    /// no more.
    Forbidden,
    /// The caller has none of the relations to this resource. For such a caller it does not exist.
    NotFound,
}

/// A type that names an action, for signatures.
pub trait Permit: 'static {
    /// The action.
    const ACTION: Action;
}

/// The role in which a caller takes an action, and the relation that allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorized {
    /// The role.
    pub role: Role,
    /// The relation to the resource.
    pub relation: Relation,
}

/// Returns the role in which the caller may take the action on the resource: the first one of the table's row.
///
/// # Errors
/// See [`Denial`].
pub fn authorize(caller: &Caller, action: Action, resource: &Resource) -> Result<Role, Denial> {
    authorized(caller, action, resource).map(|authorized| authorized.role)
}

/// Returns the role and the relation in which the caller may take the action on the resource: the first ones of the
/// table's row.
///
/// # Errors
/// See [`Denial`].
pub fn authorized(
    caller: &Caller,
    action: Action,
    resource: &Resource,
) -> Result<Authorized, Denial> {
    let rule = action.rule();
    if let Some(authorized) = rule.permitted(caller, resource) {
        return Ok(authorized);
    }
    let hides = |grant: &Grant| caller.is(grant.role) && grant.relations != [Relation::Group];
    let known = || {
        let reading = rule.reading().map(Action::rule);
        reading.is_some_and(|reading| reading.permitted(caller, resource).is_some())
    };
    if rule.grants.iter().any(hides) && !known() {
        Err(Denial::NotFound)
    } else {
        Err(Denial::Forbidden)
    }
}

impl<R> From<Denial> for CommandError<R> {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Forbidden => Self::Forbidden,
            Denial::NotFound => Self::NotFound,
        }
    }
}
