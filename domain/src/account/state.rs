//! What an account remembers of its history.

use serde::{Deserialize, Serialize};

use super::event::AccountEvent;
use super::person::Person;
use crate::values::{AccountId, ClinicScope, Role, Roles, SubjectId};

/// An account, as far as its rules, and the question who may sign in, care.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Account {
    /// Not there yet.
    #[default]
    Unregistered,
    /// May sign in.
    Enabled(RegisteredAccount),
    /// May not sign in for now.
    Disabled(RegisteredAccount),
}

/// An account that was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredAccount {
    /// Which account.
    pub account: AccountId,
    /// What it may act as.
    pub roles: Roles,
    /// Where it may act.
    pub clinics: ClinicScope,
    /// Whose it is.
    pub person: Person,
}

impl RegisteredAccount {
    /// Whose key seals what its events say about the person.
    pub const fn subject(&self) -> SubjectId {
        self.person.subject(self.account)
    }
}

impl Account {
    /// What was registered, whether it is enabled or not.
    pub const fn registered(&self) -> Option<&RegisteredAccount> {
        match self {
            Self::Unregistered => None,
            Self::Enabled(account) | Self::Disabled(account) => Some(account),
        }
    }

    /// What the account may act as.
    pub fn roles(&self) -> Option<&Roles> {
        self.registered().map(|account| &account.roles)
    }

    /// Whether the account may act in this role.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles().is_some_and(|roles| roles.contains(&role))
    }

    /// Where the account may act.
    pub fn clinics(&self) -> Option<&ClinicScope> {
        self.registered().map(|account| &account.clinics)
    }

    /// Whose account it is.
    pub fn person(&self) -> Option<Person> {
        self.registered().map(|account| account.person)
    }

    /// Whether it was shut.
    pub const fn is_disabled(&self) -> bool {
        matches!(self, Self::Disabled(_))
    }
}

/// The account after one more event. An event that can't follow leaves it as it is.
#[must_use]
pub fn evolve(state: Account, event: &AccountEvent) -> Account {
    match (state, event) {
        (Account::Unregistered, AccountEvent::Registered(registered)) => {
            Account::Enabled(RegisteredAccount {
                account: registered.account,
                roles: registered.roles.clone(),
                clinics: registered.clinics.clone(),
                person: registered.person,
            })
        }
        (Account::Enabled(account), AccountEvent::Disabled(_)) => Account::Disabled(account),
        (Account::Disabled(account), AccountEvent::Enabled(_)) => Account::Enabled(account),
        (state @ Account::Unregistered, AccountEvent::Disabled(_) | AccountEvent::Enabled(_))
        | (state @ Account::Enabled(_), AccountEvent::Registered(_) | AccountEvent::Enabled(_))
        | (state @ Account::Disabled(_), AccountEvent::Registered(_) | AccountEvent::Disabled(_)) => {
            state
        }
    }
}
