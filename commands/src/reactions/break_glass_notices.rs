//! Tells patients and admins of emergency accesses to charts.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::BreakGlassId;
use domain::break_glass::{BreakGlass, BreakGlassEvent};
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;
use uuid::Uuid;

use super::mails::Mails;
use super::payment_timers::uuid;
use super::timers::{self, NewTimer, Running, TimerHandler, TimerOutcome};
use crate::ports::{Mail, MailMessage, NewMail, NoticeAddresses, NoticeRecipients};
use crate::{Commands, Fault};

/// The timers' kind.
const NOTICE: &str = "break-glass-notice";
/// Namespace of the mails' ids: a notice that is queued again is the same mail.
const MAILS: Uuid = Uuid::from_u128(0x7d0e_49b2_5f3c_4c8e_9b71_2f6f_0a84_c613);
/// The time after which a notice is not sent any more.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(1);

/// Follows emergency accesses, and sets a timer for the notices of each.
pub(super) struct BreakGlassNotices;

#[async_trait]
impl Subscriber for BreakGlassNotices {
    fn name(&self) -> &'static str {
        "break-glass-notices"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["break_glass.opened"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let mut notices = Vec::new();
        for event in events {
            let decoded = event.decode::<BreakGlassEvent>();
            let decoded = decoded.map_err(|error| SubscriberError::unreadable(event, error))?;
            if let BreakGlassEvent::Opened(opened) = decoded {
                notices.push(NewTimer {
                    kind: NOTICE,
                    key: opened.break_glass.to_string(),
                    due_at: opened.at,
                });
            }
        }
        timers::set(connection, &notices).await?;
        Ok(())
    }
}

/// Everything that notices need.
#[derive(Clone)]
pub struct Notices {
    /// Mail.
    pub mails: Mails,
    /// Finds the recipients.
    pub recipients: Arc<dyn NoticeRecipients>,
}

/// Queues the mails of a notice. Without mail there is none; the review list has the access in any case.
pub(super) struct NoticeTimer {
    pub(super) commands: Commands,
    pub(super) notices: Option<Notices>,
}

impl TimerHandler for NoticeTimer {
    fn kind(&self) -> &'static str {
        NOTICE
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        Box::pin(async move {
            let access = BreakGlassId::from_uuid(uuid(&key)?);
            if let Some(notices) = &self.notices {
                notices.send(&self.commands, access).await?;
            }
            Ok(TimerOutcome::Done)
        })
    }
}

impl Notices {
    async fn send(&self, commands: &Commands, access: BreakGlassId) -> Result<(), Fault> {
        let loaded = commands.load::<BreakGlass>(access).await;
        let loaded = loaded.map_err(Fault::doing("reading an emergency access"))?;
        let Some(opened) = loaded.opened() else {
            return Ok(());
        };
        let NoticeAddresses { patient, admins } =
            self.recipients.find(opened.patient, opened.clinic).await?;
        let at = self.mails.clock.now();
        let to_patient = patient.into_iter().map(|to| (to, MailMessage::ChartOpened));
        let to_admins = admins
            .into_iter()
            .map(|to| (to, MailMessage::ChartOpenedToReview));
        let mails = to_patient.chain(to_admins).map(|(to, message)| NewMail {
            mail: Mail {
                id: mail_id(access, to.as_str(), message.kind()),
                to,
                message,
                at,
            },
            give_up_at: at + GIVE_UP_AFTER,
        });
        self.mails.outbox.queue(&mails.collect::<Vec<_>>()).await
    }
}

fn mail_id(access: BreakGlassId, to: &str, kind: &str) -> Uuid {
    Uuid::new_v5(&MAILS, format!("{access} {kind} {to}").as_bytes())
}
