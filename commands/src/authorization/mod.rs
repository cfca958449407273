//! Authorization: may a caller take an action on a resource?
//!
//! [`table`] says which role may take which action, by the relation of the caller to the resource. Handlers, commands
//! and queries ask it and nothing else; `docs/permissions.md` is printed from it.

mod page;
mod proxy;
mod relation;
mod rows;
mod second_factor;
mod table;
#[cfg(test)]
mod tests;

use domain::Role;

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

/// Returns the role in which the caller may take the action on the resource: the first one of the table's row.
///
/// # Errors
/// See [`Denial`].
pub fn authorize(caller: &Caller, action: Action, resource: &Resource) -> Result<Role, Denial> {
    let rule = action.rule();
    if let Some(role) = rule.permitted_role(caller, resource) {
        return Ok(role);
    }
    let hides = |grant: &Grant| caller.is(grant.role) && grant.relations != [Relation::Group];
    let known = || {
        let reading = rule.reading().map(Action::rule);
        reading.is_some_and(|reading| reading.permitted_role(caller, resource).is_some())
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
