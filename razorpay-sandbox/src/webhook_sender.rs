//! Sends webhooks: at least once, with growing pauses, for a day.
//!
//! A delivery is leased in the database while it is sent. If the program crashes, the lease expires
//! and another node sends it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;
use ureq::Agent;

use crate::options::SandboxPace;
use crate::response::ApiError;
use crate::sign;
use crate::state::State;
use crate::store::{Delivery, deliveries, late};

/// Most deliveries at a time.
const AT_ONCE: usize = 16;
/// Pause after a failed database query.
const PAUSE: Duration = Duration::from_secs(1);

/// Finds due work and does it.
pub(crate) struct WebhookSender {
    state: Arc<State>,
    pace: SandboxPace,
    agent: Agent,
}

impl WebhookSender {
    pub(crate) fn new(state: Arc<State>, pace: SandboxPace) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(pace.answer))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Self {
            state,
            pace,
            agent: agent.into(),
        }
    }

    /// Runs without end.
    pub(crate) async fn run(self) {
        let sender = Arc::new(self);
        let mut in_flight = JoinSet::new();
        loop {
            let free = AT_ONCE - in_flight.len();
            let taken = match sender.poll(free).await {
                Ok(taken) => taken,
                Err(error) => {
                    if !error.is_outage() {
                        tracing::warn!(%error, "The sandbox could not look for what is due.");
                    }
                    sleep(PAUSE).await;
                    continue;
                }
            };
            let nothing = taken.is_empty();
            for delivery in taken {
                in_flight.spawn(sender.clone().deliver(delivery));
            }
            if nothing || in_flight.len() == AT_ONCE {
                tokio::select! {
                    Some(_) = in_flight.join_next() => {}
                    () = sender.state.wake_sender.notified() => {}
                    () = sleep(sender.pace.look) => {}
                }
            }
            while in_flight.try_join_next().is_some() {}
        }
    }

    /// Captures late payments, and leases due deliveries.
    async fn poll(&self, free: usize) -> Result<Vec<Delivery>, ApiError> {
        late::capture_due(&self.state).await?;
        if self.state.webhook_url.is_none() {
            return Ok(Vec::new());
        }
        let lease = self.pace.answer + Duration::from_secs(1);
        let free = i64::try_from(free).unwrap_or(i64::MAX);
        Ok(deliveries::lease(&self.state.pool, free, lease).await?)
    }

    async fn deliver(self: Arc<Self>, delivery: Delivery) {
        let (sender, sent) = (self.clone(), delivery.clone());
        let answered = tokio::task::spawn_blocking(move || sender.send(&sent)).await;
        let recorded = if answered.unwrap_or(false) {
            deliveries::delivered(&self.state.pool, &delivery).await
        } else {
            let doublings = u32::try_from(delivery.attempts - 1).unwrap_or(0);
            let pause = self.pace.first_pause * 2_u32.saturating_pow(doublings.min(20));
            let pause = pause.min(self.pace.longest_pause);
            deliveries::reschedule(&self.state.pool, &delivery, pause).await
        };
        if let Err(error) = recorded {
            tracing::warn!(%error, "The sandbox could not record the outcome of a webhook; it goes out again.");
        }
    }

    /// Returns true if it was accepted: any 2xx in time. Redirects are not followed.
    fn send(&self, delivery: &Delivery) -> bool {
        let Some(url) = &self.state.webhook_url else {
            return false;
        };
        let body = delivery.body.as_bytes();
        let answer = self
            .agent
            .post(url)
            .header("Content-Type", "application/json")
            .header(
                "X-Razorpay-Signature",
                sign::sign(&self.state.keys.webhook_secret, body),
            )
            .header("x-razorpay-event-id", &delivery.event_id)
            .send(body);
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}
