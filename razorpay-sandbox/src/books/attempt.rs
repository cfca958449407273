//! An attempt to pay, with the end that it is told to have.

use serde::Deserialize;

use super::events::{Event, tell};
use super::payments::{self, NewPayment};
use super::{Payment, WebhookPlan, orders};
use crate::answer::Trouble;
use crate::ids;
use crate::state::State;

/// When a payment that failed comes nevertheless, unless it is said, in milliseconds.
const LATE_MS: u32 = 200;

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The money comes: what is authorised is captured at once.
    Captured,
    /// The money is reserved until somebody captures it.
    Authorized,
    /// It fails.
    Failed,
    /// It fails, and after a while the money comes all the same.
    LateCapture,
}

/// An attempt to make.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttemptPlan {
    /// How it ends.
    pub(crate) outcome: Outcome,
    /// How its webhooks travel.
    #[serde(default)]
    pub(crate) webhook: WebhookPlan,
    /// When a late capture comes, in milliseconds.
    #[serde(default, alias = "lateMs")]
    pub(crate) late_ms: Option<u32>,
    /// Another amount than the order's, which a real gateway would not take.
    #[serde(default)]
    pub(crate) amount: Option<i64>,
    /// Another currency than the order's, which a real gateway would not take.
    #[serde(default)]
    pub(crate) currency: Option<String>,
}

impl AttemptPlan {
    /// An attempt that ends so, with webhooks at once.
    pub(crate) fn ending(outcome: Outcome) -> Self {
        Self {
            outcome,
            webhook: WebhookPlan::default(),
            late_ms: None,
            amount: None,
            currency: None,
        }
    }
}

/// Makes an attempt.
pub(crate) async fn make(
    state: &State,
    order: &str,
    plan: &AttemptPlan,
) -> Result<Payment, Trouble> {
    let mut books = state.pool.begin().await?;
    let Some(order) = orders::lock(&mut books, order).await? else {
        return Err(Trouble::unknown_id());
    };
    if order.is_paid() && plan.outcome != Outcome::LateCapture {
        return Err(Trouble::refused("Payment already done for this order."));
    }
    let amount = plan.amount.unwrap_or(order.amount);
    if amount < 1 {
        return Err(Trouble::field("amount", "The amount must be at least 1."));
    }
    let late = plan.late_ms.unwrap_or(LATE_MS);
    let late = (plan.outcome == Outcome::LateCapture).then_some(i64::from(late));
    let new = NewPayment {
        id: ids::new("pay_")?,
        order_id: &order.id,
        amount,
        currency: plan.currency.as_deref().unwrap_or(&order.currency),
        status: match plan.outcome {
            Outcome::Captured => "captured",
            Outcome::Authorized => "authorized",
            Outcome::Failed | Outcome::LateCapture => "failed",
        },
        late_ms: late,
        webhook: plan.webhook,
    };
    let payment = payments::add(&mut books, new).await?;
    let attempted = orders::attempted(&mut books, &order.id).await?;
    let events = match plan.outcome {
        Outcome::Captured => {
            let paid = orders::paid(&mut books, &attempted.id).await?;
            vec![
                Event::payment("payment.authorized", &payment.with_status("authorized")),
                Event::payment("payment.captured", &payment),
                Event::order_paid(&paid, &payment),
            ]
        }
        Outcome::Authorized => vec![Event::payment("payment.authorized", &payment)],
        Outcome::Failed | Outcome::LateCapture => vec![Event::payment("payment.failed", &payment)],
    };
    tell(&mut books, &events, plan.webhook).await?;
    books.commit().await?;
    state.news.notify_one();
    Ok(payment)
}
