//! Carries out erasures that were approved or ordered.

use std::sync::Arc;

use async_trait::async_trait;
use domain::SubjectId;
use domain::erasure::ErasureEvent;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

use super::payment_timers::uuid;
use super::timers::{self, NewTimer, Running, TimerHandler, TimerOutcome};
use crate::erasures::Erasures;
use crate::{CommandError, Context, Fault};

/// The timers' kind.
const ERASURE: &str = "erasure";

/// Follows approvals, and sets a timer for each. Timer and checkpoint are written together, so that none is lost.
pub(super) struct ApprovedErasures;

#[async_trait]
impl Subscriber for ApprovedErasures {
    fn name(&self) -> &'static str {
        "approved-erasures"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["erasure.approved", "erasure.ordered"]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let mut due = Vec::new();
        for event in events {
            let decoded = event.decode::<ErasureEvent>();
            let decoded = decoded.map_err(|error| SubscriberError::unreadable(event, error))?;
            let due_at = match &decoded {
                ErasureEvent::Approved(approved) => approved.at,
                ErasureEvent::Ordered(ordered) => ordered.at,
                ErasureEvent::Requested(_)
                | ErasureEvent::Withdrawn(_)
                | ErasureEvent::Refused(_)
                | ErasureEvent::HoldPlaced(_)
                | ErasureEvent::HoldLifted(_)
                | ErasureEvent::CarriedOut(_) => continue,
            };
            due.push(NewTimer {
                kind: ERASURE,
                key: decoded.person().to_string(),
                due_at,
            });
        }
        timers::set(connection, &due).await?;
        Ok(())
    }
}

/// Carries out erasures, again and again until each is certified.
pub(super) struct ErasureTimer {
    pub(super) erasures: Erasures,
}

impl TimerHandler for ErasureTimer {
    fn kind(&self) -> &'static str {
        ERASURE
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        Box::pin(async move {
            let person = SubjectId::from_uuid(uuid(&key)?);
            let context = Context::system(self.erasures.now(), person.as_uuid());
            match self.erasures.carry_out(person, &context).await {
                Ok(_) => Ok(TimerOutcome::Done),
                Err(CommandError::Fault(fault)) => Err(fault),
                Err(error) => Err(Fault::new("carrying out an erasure", error)),
            }
        })
    }
}
