//! Ends the sessions of an account that was disabled or whose person was erased.

use std::sync::Arc;

use async_trait::async_trait;
use domain::account::{AccountDisabled, AccountErased, AccountEvent};
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

use crate::ports::SessionStore;

/// Follows accounts.
pub(super) struct RevokeSessions {
    sessions: Arc<dyn SessionStore>,
}

impl RevokeSessions {
    pub(super) fn new(sessions: Arc<dyn SessionStore>) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl Subscriber for RevokeSessions {
    fn name(&self) -> &'static str {
        "revoke-sessions"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["account.disabled", "account.erased"]
    }

    /// Revoking twice changes nothing, so it may happen outside the checkpoint's transaction.
    async fn apply(
        &self,
        events: &[RecordedEvent],
        _: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        for event in events {
            let decoded = event
                .decode()
                .map_err(|error| SubscriberError::unreadable(event, error))?;
            let ended = match decoded {
                AccountEvent::Disabled(AccountDisabled { account, at, .. }) => {
                    self.sessions.revoke_account(account, at).await
                }
                AccountEvent::Erased(AccountErased { account, at, .. }) => {
                    self.sessions.erase_account(account, at).await
                }
                AccountEvent::Registered(_)
                | AccountEvent::Enabled(_)
                | AccountEvent::AddressChanged(_) => Ok(()),
            };
            ended.map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
        }
        Ok(())
    }
}
