//! Attempts to pay, with a planned outcome.

use serde::Deserialize;
use sqlx::PgConnection;

use super::events::{Event, store_webhooks};
use super::payments::{self, NewPayment};
use super::{Payment, WebhookPlan, orders};
use crate::ids;
use crate::response::ApiError;
use crate::state::State;

/// Default delay of a late capture, in milliseconds.
const LATE_MS: u32 = 200;

/// Outcome of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Captured: the authorised amount is captured at once.
    Captured,
    /// Authorised: the money is reserved until it is captured.
    Authorized,
    /// Failed.
    Failed,
    /// Failed, and captured after a while.
    LateCapture,
}

/// Plan of an attempt.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttemptPlan {
    /// Its outcome.
    pub(crate) outcome: Outcome,
    /// Delivery of its webhooks.
    #[serde(default)]
    pub(crate) webhook: WebhookPlan,
    /// Delay of a late capture, in milliseconds.
    #[serde(default, alias = "lateMs")]
    pub(crate) late_ms: Option<u32>,
    /// An amount other than the order's.
    #[serde(default)]
    pub(crate) amount: Option<i64>,
    /// A currency other than the order's, which a real gateway would refuse.
    #[serde(default)]
    pub(crate) currency: Option<String>,
    /// True: a capture pays the order, as if an offer or a fee explained the difference. By default it does if
    /// the amount is the order's.
    #[serde(default, alias = "paysOrder")]
    pub(crate) pays_order: Option<bool>,
}

impl AttemptPlan {
    /// Returns an attempt with this outcome, and webhooks without delay.
    pub(crate) fn ending(outcome: Outcome) -> Self {
        Self {
            outcome,
            webhook: WebhookPlan::default(),
            late_ms: None,
            amount: None,
            currency: None,
            pays_order: None,
        }
    }
}

/// Makes an attempt.
pub(crate) async fn make(
    state: &State,
    order: &str,
    plan: &AttemptPlan,
) -> Result<Payment, ApiError> {
    let mut tx = state.pool.begin().await?;
    let Some(order) = orders::lock(&mut tx, order).await? else {
        return Err(ApiError::unknown_id());
    };
    if order.is_paid() && plan.outcome != Outcome::LateCapture {
        return Err(ApiError::refused("Payment already done for this order."));
    }
    let amount = plan.amount.unwrap_or(order.amount);
    if amount < 1 {
        return Err(ApiError::field("amount", "The amount must be at least 1."));
    }
    let currency = plan.currency.as_deref().unwrap_or(&order.currency);
    let equal = (amount, currency) == (order.amount, &*order.currency);
    let late = plan.late_ms.unwrap_or(LATE_MS);
    let late = (plan.outcome == Outcome::LateCapture).then_some(i64::from(late));
    let new = NewPayment {
        id: ids::new("pay_")?,
        order_id: &order.id,
        amount,
        currency,
        pays_order: plan.pays_order.unwrap_or(equal),
        status: match plan.outcome {
            Outcome::Captured => "captured",
            Outcome::Authorized => "authorized",
            Outcome::Failed | Outcome::LateCapture => "failed",
        },
        late_ms: late,
        webhook: plan.webhook,
    };
    let payment = payments::add(&mut tx, new).await?;
    orders::attempted(&mut tx, &order.id).await?;
    let events = match plan.outcome {
        Outcome::Captured => {
            let authorized = payment.with_status("authorized");
            let mut events = vec![Event::payment("payment.authorized", &authorized)];
            events.extend(captured_events(&mut tx, &payment).await?);
            events
        }
        Outcome::Authorized => vec![Event::payment("payment.authorized", &payment)],
        Outcome::Failed | Outcome::LateCapture => vec![Event::payment("payment.failed", &payment)],
    };
    store_webhooks(&mut tx, &events, plan.webhook).await?;
    tx.commit().await?;
    state.wake_sender.notify_one();
    Ok(payment)
}

/// Returns the webhooks of a capture, and records that the order is paid if the capture pays it.
pub(crate) async fn captured_events(
    db: &mut PgConnection,
    payment: &Payment,
) -> Result<Vec<Event>, ApiError> {
    let mut events = vec![Event::payment("payment.captured", payment)];
    if payment.pays_order {
        let paid = orders::paid(db, &payment.order_id).await?;
        events.push(Event::order_paid(&paid, payment));
    }
    Ok(events)
}
