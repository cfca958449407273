//! Inbox of the gateway: deliveries are stored first and applied afterwards.
//!
//! The endpoint only stores a delivery ([`Inbox::keep`]). A timer that is set with it does the rest
//! ([`Inbox::apply`]), as often as it takes: mark and effect are one append, under the delivery's digest.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::GatewayOrderId;
use tracing::instrument;
use uuid::Uuid;

use super::{Noted, Payments};
use crate::ports::{
    Delivery, DeliveryDigest, DeliveryOutcome, GatewayEvent, GatewayFact, GatewayInbox,
    InboxWaiting, KeptDelivery, Verdict,
};
use crate::{Context, Fault};

/// The longest time that an event waits for its order: it can overtake the append of its order, and a refund
/// the capture that it refunds.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// The pauses between attempts; each is as long as the delivery has waited, between these two.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(1);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// The longest kind that is stored, in characters.
const LONGEST_KIND: usize = 64;

/// The events of the gateway, on their way into the log.
#[derive(Clone)]
pub struct Inbox {
    payments: Payments,
    kept: Arc<dyn GatewayInbox>,
    /// The account at the gateway whose events are applied; all are, if none is set.
    account: Option<String>,
    tally: Arc<Tally>,
}

/// Counts of this process since its start.
#[derive(Default)]
struct Tally {
    kept: AtomicU64,
    repeated: AtomicU64,
    forged: AtomicU64,
    outcomes: [AtomicU64; DeliveryOutcome::ALL.len()],
}

/// Counts of deliveries of a process since its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxFigures {
    /// Those that were new.
    pub kept: u64,
    /// Those that had come before.
    pub repeated: u64,
    /// Those that the gateway did not sign.
    pub forged: u64,
    /// The outcomes of those that this process applied.
    pub outcomes: Vec<(DeliveryOutcome, u64)>,
}

/// The outcome of taking a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is stored now, or was before. The sender may forget it.
    Kept,
    /// The gateway did not sign it.
    NotSigned,
}

impl Inbox {
    /// An inbox that applies the events of an account, or of any.
    #[must_use]
    pub fn new(payments: Payments, kept: Arc<dyn GatewayInbox>, account: Option<String>) -> Self {
        Self {
            payments,
            kept,
            account,
            tally: Arc::default(),
        }
    }

    /// The counts of this process.
    #[must_use]
    pub fn figures(&self) -> InboxFigures {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let outcomes = DeliveryOutcome::ALL.into_iter().zip(&self.tally.outcomes);
        InboxFigures {
            kept: read(&self.tally.kept),
            repeated: read(&self.tally.repeated),
            forged: read(&self.tally.forged),
            outcomes: outcomes
                .map(|(outcome, count)| (outcome, read(count)))
                .collect(),
        }
    }

    /// The waiting deliveries, on all nodes.
    pub async fn waiting(&self) -> Result<InboxWaiting, Fault> {
        self.kept.waiting().await
    }

    /// Stores a delivery if the gateway signed it. Nothing of it is read before that, and it is not applied
    /// yet.
    #[instrument(name = "command.payment.keep_delivery", skip_all)]
    pub async fn keep(
        &self,
        event_id: &[u8],
        body: &[u8],
        signature: Option<&str>,
    ) -> Result<Taken, Fault> {
        let signed =
            signature.is_some_and(|signature| self.payments.gateway.signed(body, signature));
        if !signed {
            self.tally.forged.fetch_add(1, Ordering::Relaxed);
            return Ok(Taken::NotSigned);
        }
        let now = self.payments.commands.clock.now();
        let delivery = Delivery::new(event_id, body.to_vec(), now);
        let new = self.kept.keep(&delivery).await?;
        let count = if new {
            &self.tally.kept
        } else {
            &self.tally.repeated
        };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(Taken::Kept)
    }

    /// Applies a delivery and stores the outcome. Returns when to try again if its order may not be known yet.
    ///
    /// # Errors
    /// A fault; the delivery is tried again.
    #[instrument(name = "command.payment.work_on_delivery", skip_all)]
    pub async fn apply(&self, digest: &DeliveryDigest) -> Result<Option<DateTime<Utc>>, Fault> {
        let waits = |delivery: &KeptDelivery| delivery.outcome.is_none();
        let Some(delivery) = self.kept.find(digest).await?.filter(waits) else {
            return Ok(None);
        };
        let now = self.payments.commands.clock.now();
        let body = delivery.body.as_deref();
        let event = body.and_then(|body| self.payments.gateway.read(body).ok());
        let outcome = match &event {
            None => DeliveryOutcome::Unreadable,
            Some(event) => self.apply_event(event, digest, now).await?,
        };
        if is_perhaps_early(outcome) {
            let waited = now - delivery.received_at;
            if waited < PATIENCE {
                return Ok(Some(now + waited.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)));
            }
        }
        let verdict = Verdict {
            outcome,
            kind: event.as_ref().map(kind),
            order: event.as_ref().and_then(order).cloned(),
            at: now,
        };
        self.kept.settle(digest, &verdict).await?;
        self.count(outcome);
        tell(digest, &verdict);
        Ok(None)
    }

    async fn apply_event(
        &self,
        event: &GatewayEvent,
        digest: &DeliveryDigest,
        now: DateTime<Utc>,
    ) -> Result<DeliveryOutcome, Fault> {
        if let (Some(ours), Some(theirs)) = (&self.account, &event.account)
            && ours != theirs
        {
            return Ok(DeliveryOutcome::OtherAccount);
        }
        let causation = Uuid::new_v5(&Uuid::NAMESPACE_OID, digest.as_bytes());
        let context = Context::system(now, causation);
        let noted = self
            .payments
            .note(event, Some(*digest.as_bytes()), &context)
            .await?;
        Ok(match noted {
            Noted::Applied(_) => DeliveryOutcome::Applied,
            Noted::NothingNew => DeliveryOutcome::NothingNew,
            Noted::UnknownOrder => DeliveryOutcome::UnknownOrder,
            Noted::OtherKind => DeliveryOutcome::OtherKind,
            Noted::Refused => DeliveryOutcome::Refused,
        })
    }

    fn count(&self, outcome: DeliveryOutcome) {
        let counts = DeliveryOutcome::ALL.iter().zip(&self.tally.outcomes);
        for (_, count) in counts.filter(|(known, _)| **known == outcome) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Returns whether the same event may be applied later.
fn is_perhaps_early(outcome: DeliveryOutcome) -> bool {
    match outcome {
        DeliveryOutcome::UnknownOrder | DeliveryOutcome::Refused => true,
        DeliveryOutcome::Applied
        | DeliveryOutcome::NothingNew
        | DeliveryOutcome::OtherAccount
        | DeliveryOutcome::OtherKind
        | DeliveryOutcome::Unreadable => false,
    }
}

/// Logs an outcome that an operator should look at.
fn tell(digest: &DeliveryDigest, verdict: &Verdict) {
    match verdict.outcome {
        DeliveryOutcome::Applied
        | DeliveryOutcome::NothingNew
        | DeliveryOutcome::OtherKind
        | DeliveryOutcome::OtherAccount => {}
        DeliveryOutcome::UnknownOrder | DeliveryOutcome::Unreadable | DeliveryOutcome::Refused => {
            tracing::warn!(
                delivery.digest = %digest,
                delivery.outcome = verdict.outcome.as_str(),
                delivery.kind = verdict.kind,
                gateway.order = verdict.order.as_ref().map(GatewayOrderId::as_str),
                "An event of the payment gateway was not applied."
            );
        }
    }
}

fn kind(event: &GatewayEvent) -> String {
    let printable = event
        .kind
        .chars()
        .filter(|character| !character.is_control());
    printable.take(LONGEST_KIND).collect()
}

fn order(event: &GatewayEvent) -> Option<&GatewayOrderId> {
    match &event.fact {
        GatewayFact::Attempt(attempt) => Some(&attempt.order),
        GatewayFact::Refund { order, .. } | GatewayFact::Dispute { order, .. } => Some(order),
        GatewayFact::Other => None,
    }
}
