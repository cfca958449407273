//! The actor of a command.

use serde::{Deserialize, Serialize};

use super::{AccountId, Role};

/// The actor of a command and of its events.
///
/// Stored as `{"kind": "system"}` or `{"kind": "account", "account": "…", "role": "ADMIN"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Actor {
    /// The program itself: a timer, an import, the first start.
    System,
    /// A signed-in account.
    Account {
        /// The account.
        account: AccountId,
        /// The role in which it acted; an account may have several.
        role: Role,
    },
}

impl Actor {
    /// A signed-in account.
    pub const fn account(account: AccountId, role: Role) -> Self {
        Self::Account { account, role }
    }

    /// Returns the account, unless the program acted by itself.
    pub const fn account_id(&self) -> Option<AccountId> {
        match self {
            Self::System => None,
            Self::Account { account, .. } => Some(*account),
        }
    }

    /// Returns the role, unless the program acted by itself.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::System => None,
            Self::Account { role, .. } => Some(*role),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_system_acts_without_an_account_and_without_a_role() {
        assert_eq!(to_value(Actor::System).unwrap(), json!({"kind": "system"}));
        assert_eq!(Actor::System.account_id(), None);
        assert_eq!(Actor::System.role(), None);
    }

    #[test]
    fn an_account_acts_in_a_role() {
        let account = AccountId::from_uuid(Uuid::nil());
        let actor = Actor::account(account, Role::Admin);
        let stored = json!({"kind": "account", "account": Uuid::nil(), "role": "ADMIN"});
        assert_eq!(to_value(actor).unwrap(), stored);
        assert_eq!(from_value::<Actor>(stored).unwrap(), actor);
        assert_eq!(
            (actor.account_id(), actor.role()),
            (Some(account), Some(Role::Admin))
        );
    }
}
