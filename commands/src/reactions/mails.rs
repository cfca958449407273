//! Sends the mails that wait in the outbox.

use std::sync::Arc;

use uuid::Uuid;

use super::payment_timers::uuid;
use super::timers::{Running, TimerHandler, TimerOutcome};
use crate::Fault;
use crate::ports::{Clock, MailError, MailFailure, MailOutbox, Mailer};

/// The timers' kind. One is set together with each mail, under its id.
pub const MAIL: &str = "mail";

/// Everything that sending needs.
#[derive(Clone)]
pub struct Mails {
    /// Carries mails.
    pub mailer: Arc<dyn Mailer>,
    /// Keeps them until then.
    pub outbox: Arc<dyn MailOutbox>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Mails {
    /// Sends a mail, unless it was sent, or it is too late. A node that dies in between leaves the mail to the next
    /// one, which may send it a second time, with the same id.
    ///
    /// # Errors
    /// A fault: it is tried again, each time after a longer pause.
    pub async fn send(&self, id: Uuid) -> Result<(), Fault> {
        let Some(queued) = self.outbox.find(id).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let (Some(mail), true) = (queued.mail, now < queued.give_up_at) else {
            return self.give_up(id, MailFailure::GaveUp).await;
        };
        match self.mailer.send(&mail).await {
            Ok(()) => self.outbox.sent(id).await,
            Err(MailError::Permanent(failure)) => {
                tracing::warn!(
                    mail.id = %id,
                    mail.kind = mail.message.kind(),
                    mail.failure = ?failure,
                    "A mail was refused for good."
                );
                self.give_up(id, failure).await
            }
            Err(MailError::Away(fault)) => Err(fault),
        }
    }

    async fn give_up(&self, id: Uuid, failure: MailFailure) -> Result<(), Fault> {
        self.outbox.failed(id, failure, self.clock.now()).await
    }
}

/// Sends mails.
pub(super) struct MailTimer(pub(super) Mails);

impl TimerHandler for MailTimer {
    fn kind(&self) -> &'static str {
        MAIL
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        Box::pin(async move {
            self.0.send(uuid(&key)?).await?;
            Ok(TimerOutcome::Done)
        })
    }
}
