//! Payments: attempts to pay an order.

use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgExecutor};

use super::WebhookPlan;

/// An attempt to pay an order.
#[derive(Clone, FromRow)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) order_id: String,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) error_code: Option<String>,
    pub(crate) webhook: Json<WebhookPlan>,
    /// True if its capture pays the order.
    pub(crate) pays_order: bool,
    pub(crate) created_at: i64,
}

/// The columns of a [`Payment`].
macro_rules! columns {
    () => {
        "id, order_id, amount, amount_refunded, currency, status, error_code, webhook, \
         pays_order, extract(epoch from created_at)::bigint as created_at"
    };
}

/// A new attempt.
pub(crate) struct NewPayment<'a> {
    pub(crate) id: String,
    pub(crate) order_id: &'a str,
    pub(crate) amount: i64,
    pub(crate) currency: &'a str,
    pub(crate) status: &'static str,
    /// True if its capture pays the order.
    pub(crate) pays_order: bool,
    /// Delay of its late capture, in milliseconds from now.
    pub(crate) late_ms: Option<i64>,
    pub(crate) webhook: WebhookPlan,
}

impl Payment {
    /// Returns the entity of the API and the webhooks.
    pub(crate) fn entity(&self) -> Value {
        let failed = self.status == "failed";
        let said = |words: &'static str| failed.then_some(words);
        json!({
            "id": self.id,
            "entity": "payment",
            "amount": self.amount,
            "currency": self.currency,
            "base_amount": self.amount,
            "status": self.status,
            "order_id": self.order_id,
            "invoice_id": null,
            "international": false,
            "method": "upi",
            "amount_refunded": self.amount_refunded,
            "refund_status": match self.amount_refunded {
                0 => None,
                all if all == self.amount => Some("full"),
                _ => Some("partial"),
            },
            "captured": matches!(&*self.status, "captured" | "refunded"),
            "description": null,
            "card_id": null,
            "bank": null,
            "wallet": null,
            "vpa": "sandbox@nomoney",
            "email": "sandbox@example.com",
            "contact": "+910000000000",
            // An empty list, and not an object, as in the real API.
            "notes": [],
            "fee": 0,
            "tax": 0,
            "error_code": self.error_code,
            "error_description": said("The sandbox was told to let this payment fail."),
            "error_source": said("customer"),
            "error_step": said("payment_authentication"),
            "error_reason": said("payment_failed"),
            "acquirer_data": {},
            "created_at": self.created_at,
        })
    }

    /// Returns a copy with an earlier status, for a webhook about that moment.
    pub(crate) fn with_status(&self, status: &str) -> Self {
        let error_code = self.error_code.clone().filter(|_| status == "failed");
        Self {
            status: status.to_owned(),
            error_code,
            ..self.clone()
        }
    }

    /// Returns the amount that was not refunded.
    pub(crate) fn left(&self) -> i64 {
        self.amount - self.amount_refunded
    }
}

pub(crate) async fn add(
    db: &mut PgConnection,
    payment: NewPayment<'_>,
) -> Result<Payment, sqlx::Error> {
    let error_code = (payment.status == "failed").then_some("BAD_REQUEST_ERROR");
    sqlx::query_as(concat!(
        "insert into razorpay_sandbox_payments
           (id, order_id, amount, currency, status, error_code, late_at, webhook, pays_order)
         values
           ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 millisecond', $8, $9)
         returning ",
        columns!(),
    ))
    .bind(payment.id)
    .bind(payment.order_id)
    .bind(payment.amount)
    .bind(payment.currency)
    .bind(payment.status)
    .bind(error_code)
    .bind(payment.late_ms)
    .bind(Json(payment.webhook))
    .bind(payment.pays_order)
    .fetch_one(db)
    .await
}

pub(crate) async fn find(
    db: impl PgExecutor<'_>,
    id: &str,
) -> Result<Option<Payment>, sqlx::Error> {
    let sql = concat!(
        "select ",
        columns!(),
        " from razorpay_sandbox_payments where id = $1"
    );
    sqlx::query_as(sql).bind(id).fetch_optional(db).await
}

/// Returns those of an order, the newest first.
pub(crate) async fn of_order(
    db: impl PgExecutor<'_>,
    order: &str,
) -> Result<Vec<Payment>, sqlx::Error> {
    let sql = concat!(
        "select ",
        columns!(),
        " from razorpay_sandbox_payments where order_id = $1
          order by razorpay_sandbox_payments.created_at desc, id"
    );
    sqlx::query_as(sql).bind(order).fetch_all(db).await
}

/// Returns failed payments with a late capture that is due, each with its order.
pub(crate) async fn late(db: impl PgExecutor<'_>) -> Result<Vec<(String, String)>, sqlx::Error> {
    let sql = "
        select id, order_id from razorpay_sandbox_payments
        where late_at <= clock_timestamp()
        order by late_at
        limit 10";
    sqlx::query_as(sql).fetch_all(db).await
}

/// Records the capture, unless it was captured before, and clears the failure.
pub(crate) async fn captured(
    db: &mut PgConnection,
    id: &str,
) -> Result<Option<Payment>, sqlx::Error> {
    let sql = concat!(
        "update razorpay_sandbox_payments
         set status = 'captured', error_code = null, late_at = null
         where id = $1 and (status = 'authorized' or late_at is not null)
         returning ",
        columns!(),
    );
    sqlx::query_as(sql).bind(id).fetch_optional(db).await
}

/// Adds to the refunded amount, or subtracts if the amount is negative.
pub(crate) async fn given_back(
    db: &mut PgConnection,
    id: &str,
    amount: i64,
) -> Result<Payment, sqlx::Error> {
    let sql = concat!(
        "update razorpay_sandbox_payments
         set amount_refunded = amount_refunded + $2,
             status = case amount_refunded + $2 when amount then 'refunded' else 'captured' end
         where id = $1
         returning ",
        columns!(),
    );
    sqlx::query_as(sql)
        .bind(id)
        .bind(amount)
        .fetch_one(db)
        .await
}
