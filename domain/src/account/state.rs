//! State of an account.

use serde::{Deserialize, Serialize};

use super::event::AccountEvent;
use super::person::Person;
use crate::values::{AccountId, ClinicScope, Role, Roles, SubjectId};

/// An account, with what its rules and sign-in need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Account {
    /// Nothing has happened yet.
    #[default]
    Unregistered,
    /// The account may sign in.
    Enabled(RegisteredAccount),
    /// The account may not sign in for now.
    Disabled(RegisteredAccount),
    /// The person was erased: the account has ended.
    Erased(RegisteredAccount),
}

/// An account after its registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredAccount {
    /// The account.
    pub account: AccountId,
    /// Roles of the account.
    pub roles: Roles,
    /// Clinics at which it may act.
    pub clinics: ClinicScope,
    /// The person whom it belongs to.
    pub person: Person,
}

impl RegisteredAccount {
    /// Returns the subject whose key seals the personal data in its events.
    pub const fn subject(&self) -> SubjectId {
        self.person.subject(self.account)
    }
}

impl Account {
    /// Returns the registered account, enabled or not.
    pub const fn registered(&self) -> Option<&RegisteredAccount> {
        match self {
            Self::Unregistered => None,
            Self::Enabled(account) | Self::Disabled(account) | Self::Erased(account) => {
                Some(account)
            }
        }
    }

    /// Returns the roles of the account.
    pub fn roles(&self) -> Option<&Roles> {
        self.registered().map(|account| &account.roles)
    }

    /// True if the account has this role.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles().is_some_and(|roles| roles.contains(&role))
    }

    /// Returns the clinics at which the account may act.
    pub fn clinics(&self) -> Option<&ClinicScope> {
        self.registered().map(|account| &account.clinics)
    }

    /// Returns the person whom the account belongs to.
    pub fn person(&self) -> Option<Person> {
        self.registered().map(|account| account.person)
    }

    /// True if the account may not sign in: it is disabled, or its person was erased.
    pub const fn is_disabled(&self) -> bool {
        matches!(self, Self::Disabled(_) | Self::Erased(_))
    }

    /// True if the person of the account was erased.
    pub const fn is_erased(&self) -> bool {
        matches!(self, Self::Erased(_))
    }
}

/// Returns the account after one more event. An event that can't follow changes nothing.
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
        (Account::Enabled(account) | Account::Disabled(account), AccountEvent::Erased(_)) => {
            Account::Erased(account)
        }
        (state, AccountEvent::AddressChanged(_))
        | (
            state @ Account::Unregistered,
            AccountEvent::Disabled(_) | AccountEvent::Enabled(_) | AccountEvent::Erased(_),
        )
        | (state @ Account::Enabled(_), AccountEvent::Registered(_) | AccountEvent::Enabled(_))
        | (state @ Account::Disabled(_), AccountEvent::Registered(_) | AccountEvent::Disabled(_))
        | (
            state @ Account::Erased(_),
            AccountEvent::Registered(_)
            | AccountEvent::Disabled(_)
            | AccountEvent::Enabled(_)
            | AccountEvent::Erased(_),
        ) => state,
    }
}
