//! Brings webhooks: at least once, with growing pauses, for a day.
//!
//! A delivery is leased in the books while it is on its way. If the program dies, the lease runs out and
//! another one takes it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;
use ureq::Agent;

use crate::answer::Trouble;
use crate::books::{Delivery, deliveries, late};
use crate::options::SandboxPace;
use crate::sign;
use crate::state::State;

/// Deliveries on their way at once, at most.
const AT_ONCE: usize = 16;
/// The pause after the books could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// Looks for what is due and does it.
pub(crate) struct Courier {
    state: Arc<State>,
    pace: SandboxPace,
    agent: Agent,
}

impl Courier {
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

    /// Never ends.
    pub(crate) async fn run(self) {
        let courier = Arc::new(self);
        let mut on_their_way = JoinSet::new();
        loop {
            let free = AT_ONCE - on_their_way.len();
            let taken = match courier.look(free).await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "The sandbox could not look for what is due.");
                    sleep(PAUSE).await;
                    continue;
                }
            };
            let nothing = taken.is_empty();
            for delivery in taken {
                on_their_way.spawn(courier.clone().bring(delivery));
            }
            if nothing || on_their_way.len() == AT_ONCE {
                tokio::select! {
                    Some(_) = on_their_way.join_next() => {}
                    () = courier.state.news.notified() => {}
                    () = sleep(courier.pace.look) => {}
                }
            }
            while on_their_way.try_join_next().is_some() {}
        }
    }

    /// Lets late payments come, and takes what is to be delivered.
    async fn look(&self, free: usize) -> Result<Vec<Delivery>, Trouble> {
        late::settle(&self.state).await?;
        if self.state.webhook_url.is_none() {
            return Ok(Vec::new());
        }
        let lease = self.pace.answer + Duration::from_secs(1);
        let free = i64::try_from(free).unwrap_or(i64::MAX);
        Ok(deliveries::take(&self.state.pool, free, lease).await?)
    }

    async fn bring(self: Arc<Self>, delivery: Delivery) {
        let (courier, sent) = (self.clone(), delivery.clone());
        let answered = tokio::task::spawn_blocking(move || courier.send(&sent)).await;
        let noted = if answered.unwrap_or(false) {
            deliveries::arrived(&self.state.pool, &delivery).await
        } else {
            let doublings = u32::try_from(delivery.attempts - 1).unwrap_or(0);
            let pause = self.pace.first_pause * 2_u32.saturating_pow(doublings.min(20));
            let pause = pause.min(self.pace.longest_pause);
            deliveries::put_off(&self.state.pool, &delivery, pause).await
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "The sandbox could not note what came of a webhook; it goes out again.");
        }
    }

    /// Whether it was taken: any 2xx in time. Redirects are not followed.
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
