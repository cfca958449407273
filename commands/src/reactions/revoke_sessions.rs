//! Ends the sessions of an account that was disabled.

use std::sync::Arc;

use async_trait::async_trait;
use domain::account::{AccountDisabled, AccountEvent};
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
        vec!["account.disabled"]
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
            if let AccountEvent::Disabled(AccountDisabled { account, at, .. }) = decoded {
                let revoked = self.sessions.revoke_account(account, at).await;
                revoked.map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
            }
        }
        Ok(())
    }
}
