//! Orders.

use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgExecutor};

use super::WebhookPlan;

/// An order.
#[derive(FromRow)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) amount_paid: i64,
    pub(crate) currency: String,
    pub(crate) receipt: Option<String>,
    pub(crate) notes: Value,
    pub(crate) status: String,
    pub(crate) attempts: i32,
    pub(crate) refunds_end: String,
    pub(crate) refunds_left: Option<i32>,
    pub(crate) refunds_webhook: Json<WebhookPlan>,
    pub(crate) created_at: i64,
}

/// The columns of an [`Order`].
macro_rules! columns {
    () => {
        "id, amount, amount_paid, currency, receipt, notes, status, attempts, refunds_end, refunds_left, \
         refunds_webhook, extract(epoch from created_at)::bigint as created_at"
    };
}

/// A checked request.
pub(crate) struct NewOrder {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) receipt: Option<String>,
    /// True if the same receipt may return an existing order.
    pub(crate) unique_receipt: bool,
    pub(crate) notes: Value,
}

impl Order {
    /// Returns the entity of the API.
    pub(crate) fn entity(&self) -> Value {
        json!({
            "id": self.id,
            "entity": "order",
            "amount": self.amount,
            "amount_paid": self.amount_paid,
            "amount_due": self.amount - self.amount_paid,
            "currency": self.currency,
            "receipt": self.receipt,
            "offer_id": null,
            "status": self.status,
            "attempts": self.attempts,
            "notes": self.notes,
            "created_at": self.created_at,
        })
    }

    pub(crate) fn is_paid(&self) -> bool {
        self.status == "paid"
    }
}

/// Stores an order; `None` if its unique receipt is in use.
pub(crate) async fn add(
    db: impl PgExecutor<'_>,
    order: &NewOrder,
) -> Result<Option<Order>, sqlx::Error> {
    sqlx::query_as(concat!(
        "insert into razorpay_sandbox_orders (id, amount, currency, receipt, unique_receipt, notes)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (receipt) where unique_receipt do nothing
         returning ",
        columns!(),
    ))
    .bind(&order.id)
    .bind(order.amount)
    .bind(&order.currency)
    .bind(&order.receipt)
    .bind(order.unique_receipt)
    .bind(&order.notes)
    .fetch_optional(db)
    .await
}

/// Returns the order with a unique receipt.
pub(crate) async fn with_receipt(
    db: impl PgExecutor<'_>,
    receipt: &str,
) -> Result<Option<Order>, sqlx::Error> {
    let sql = concat!(
        "select ",
        columns!(),
        " from razorpay_sandbox_orders where unique_receipt and receipt = $1"
    );
    sqlx::query_as(sql).bind(receipt).fetch_optional(db).await
}

pub(crate) async fn find(db: impl PgExecutor<'_>, id: &str) -> Result<Option<Order>, sqlx::Error> {
    let sql = concat!(
        "select ",
        columns!(),
        " from razorpay_sandbox_orders where id = $1"
    );
    sqlx::query_as(sql).bind(id).fetch_optional(db).await
}

/// Locks the order until the transaction ends.
pub(crate) async fn lock(db: &mut PgConnection, id: &str) -> Result<Option<Order>, sqlx::Error> {
    let sql = concat!(
        "select ",
        columns!(),
        " from razorpay_sandbox_orders where id = $1 for update"
    );
    sqlx::query_as(sql).bind(id).fetch_optional(db).await
}

/// Records an attempt. A paid order stays paid.
pub(crate) async fn attempted(db: &mut PgConnection, id: &str) -> Result<Order, sqlx::Error> {
    let sql = concat!(
        "update razorpay_sandbox_orders
         set attempts = attempts + 1, status = case status when 'paid' then status else 'attempted' end
         where id = $1
         returning ",
        columns!(),
    );
    sqlx::query_as(sql).bind(id).fetch_one(db).await
}

/// Records the payment.
pub(crate) async fn paid(db: &mut PgConnection, id: &str) -> Result<Order, sqlx::Error> {
    let sql = concat!(
        "update razorpay_sandbox_orders set status = 'paid', amount_paid = amount where id = $1 returning ",
        columns!(),
    );
    sqlx::query_as(sql).bind(id).fetch_one(db).await
}

/// Sets the outcome of the order's next refunds.
pub(crate) async fn set_refunds(
    db: impl PgExecutor<'_>,
    id: &str,
    end: &str,
    times: Option<i32>,
    webhook: WebhookPlan,
) -> Result<bool, sqlx::Error> {
    let sql = "
        update razorpay_sandbox_orders
        set refunds_end = $2, refunds_left = $3, refunds_webhook = $4
        where id = $1";
    let set = sqlx::query(sql)
        .bind(id)
        .bind(end)
        .bind(times)
        .bind(Json(webhook))
        .execute(db)
        .await?;
    Ok(set.rows_affected() == 1)
}

/// Returns the outcome of the order's next refund, and counts it.
pub(crate) async fn next_refund_ends(
    db: &mut PgConnection,
    order: &Order,
) -> Result<&'static str, sqlx::Error> {
    let end = match (&*order.refunds_end, order.refunds_left) {
        (_, Some(..=0)) => "processed",
        ("pending", _) => "pending",
        ("failed", _) => "failed",
        _ => "processed",
    };
    let sql = "
        update razorpay_sandbox_orders set refunds_left = refunds_left - 1
        where id = $1 and refunds_left > 0";
    sqlx::query(sql).bind(&order.id).execute(db).await?;
    Ok(end)
}
