//! Invites accounts that were registered without a password.

use std::sync::Arc;

use async_trait::async_trait;
use domain::AccountId;
use domain::account::AccountEvent;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

use super::payment_timers::uuid;
use super::timers::{self, NewTimer, Running, TimerHandler, TimerOutcome};
use crate::Fault;
use crate::identity::{Identity, InvitationError, MailedCodeError};

/// The timers' kind.
const INVITATION: &str = "invitation";

/// Follows accounts, and sets a timer for each invitation.
pub(super) struct Invitations;

#[async_trait]
impl Subscriber for Invitations {
    fn name(&self) -> &'static str {
        "invitations"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["account.registered"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let mut invitations = Vec::new();
        for event in events {
            let decoded = event.decode::<AccountEvent>();
            let decoded = decoded.map_err(|error| SubscriberError::unreadable(event, error))?;
            if let AccountEvent::Registered(registered) = decoded
                && registered.invited
            {
                invitations.push(NewTimer {
                    kind: INVITATION,
                    key: registered.account.to_string(),
                    due_at: registered.at,
                });
            }
        }
        timers::set(connection, &invitations).await?;
        Ok(())
    }
}

/// Queues the mails of invitations.
pub(super) struct InvitationTimer(pub(super) Identity);

impl TimerHandler for InvitationTimer {
    fn kind(&self) -> &'static str {
        INVITATION
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        Box::pin(async move {
            let account = AccountId::from_uuid(uuid(&key)?);
            match self.0.invite(account).await {
                // Without mail an admin invites again once there is one.
                Ok(())
                | Err(
                    InvitationError::NotFound
                    | InvitationError::Accepted
                    | InvitationError::Code(MailedCodeError::NotConfigured),
                ) => Ok(TimerOutcome::Done),
                Err(InvitationError::Code(MailedCodeError::Fault(fault))) => Err(fault),
                Err(error) => Err(Fault::new("inviting an account", error)),
            }
        })
    }
}
