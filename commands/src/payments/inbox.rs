//! What the gateway tells: kept first, worked on afterwards.
//!
//! Whoever takes a delivery only keeps it ([`Inbox::keep`]). A timer that is set with it does the rest
//! ([`Inbox::apply`]), as often as it takes: mark and effect are one append, under the delivery's digest.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::GatewayOrderId;
use tracing::instrument;
use uuid::Uuid;

use super::{Noted, Payments};
use crate::ports::{
    Delivery, DeliveryDigest, DeliveryOutcome, GatewayFact, GatewayInbox, GatewayNews,
    InboxWaiting, KeptDelivery, Verdict,
};
use crate::reactions::TimerOutcome;
use crate::{Context, Fault};

/// How long news wait for what they are about: they can overtake the append of their order, and a refund the
/// capture that it gives back.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// The pauses in which they are tried again; each is as long as the delivery has waited, between these two.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(1);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// Of the kind of news, in the gateway's words, no more is kept.
const LONGEST_KIND: usize = 64;

/// The gateway's news, on their way into the log.
#[derive(Clone)]
pub struct Inbox {
    payments: Payments,
    kept: Arc<dyn GatewayInbox>,
    /// The account at the gateway whose news are applied; all are, if none is set.
    account: Option<String>,
    tally: Arc<Tally>,
}

/// What this process has counted since its start.
#[derive(Default)]
struct Tally {
    kept: AtomicU64,
    repeated: AtomicU64,
    forged: AtomicU64,
    outcomes: [AtomicU64; DeliveryOutcome::ALL.len()],
}

/// What a process has counted of deliveries since its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxFigures {
    /// Those that were new.
    pub kept: u64,
    /// Those that had come before.
    pub repeated: u64,
    /// Those that the gateway did not sign.
    pub forged: u64,
    /// What became of those that this process worked on.
    pub outcomes: Vec<(DeliveryOutcome, u64)>,
}

/// What came of taking a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is kept now, or was before. Whoever brought it may forget it.
    Kept,
    /// The gateway did not sign it.
    NotSigned,
}

impl Inbox {
    /// An inbox that applies the news of an account, or of any.
    #[must_use]
    pub fn new(payments: Payments, kept: Arc<dyn GatewayInbox>, account: Option<String>) -> Self {
        Self {
            payments,
            kept,
            account,
            tally: Arc::default(),
        }
    }

    /// What this process has counted.
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

    /// What waits, on all nodes.
    pub async fn waiting(&self) -> Result<InboxWaiting, Fault> {
        self.kept.waiting().await
    }

    /// Keeps a delivery if the gateway signed it. Nothing of it is read before that, and nothing is done with
    /// it yet.
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

    /// Applies a delivery, and writes down what became of it. Tells when to try again, if what it is about may
    /// only not be known yet.
    ///
    /// # Errors
    /// Something outside the rules failed; it is tried again.
    #[instrument(name = "command.payment.work_on_delivery", skip_all)]
    pub async fn apply(&self, digest: &DeliveryDigest) -> Result<TimerOutcome, Fault> {
        let waits = |delivery: &KeptDelivery| delivery.outcome.is_none();
        let Some(delivery) = self.kept.find(digest).await?.filter(waits) else {
            return Ok(TimerOutcome::Done);
        };
        let now = self.payments.commands.clock.now();
        let news = delivery.body.as_deref();
        let news = news.and_then(|body| self.payments.gateway.read(body).ok());
        let outcome = match &news {
            None => DeliveryOutcome::Unreadable,
            Some(news) => self.apply_event(news, digest, now).await?,
        };
        if is_perhaps_early(outcome) {
            let waited = now - delivery.received_at;
            if waited < PATIENCE {
                return Ok(TimerOutcome::At(
                    now + waited.clamp(SHORTEST_PAUSE, LONGEST_PAUSE),
                ));
            }
        }
        let verdict = Verdict {
            outcome,
            kind: news.as_ref().map(kind),
            order: news.as_ref().and_then(order).cloned(),
            at: now,
        };
        self.kept.settle(digest, &verdict).await?;
        self.count(outcome);
        tell(digest, &verdict);
        Ok(TimerOutcome::Done)
    }

    async fn apply_event(
        &self,
        news: &GatewayNews,
        digest: &DeliveryDigest,
        now: DateTime<Utc>,
    ) -> Result<DeliveryOutcome, Fault> {
        if let (Some(ours), Some(theirs)) = (&self.account, &news.account)
            && ours != theirs
        {
            return Ok(DeliveryOutcome::OtherAccount);
        }
        let causation = Uuid::new_v5(&Uuid::NAMESPACE_OID, digest.as_bytes());
        let context = Context::system(now, causation);
        let noted = self
            .payments
            .note(news, Some(*digest.as_bytes()), &context)
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

/// Whether the same news may be taken later.
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

/// What somebody should look at is in the log.
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
                "News of the payment gateway were not applied."
            );
        }
    }
}

fn kind(news: &GatewayNews) -> String {
    let printable = news
        .kind
        .chars()
        .filter(|character| !character.is_control());
    printable.take(LONGEST_KIND).collect()
}

fn order(news: &GatewayNews) -> Option<&GatewayOrderId> {
    match &news.fact {
        GatewayFact::Attempt(attempt) => Some(&attempt.order),
        GatewayFact::Refund { order, .. } => Some(order),
        GatewayFact::Other => None,
    }
}
