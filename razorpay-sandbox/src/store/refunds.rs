//! Storage of refunds.

use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgExecutor};

/// A refund.
#[derive(Clone, FromRow)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) speed: String,
    pub(crate) notes: Value,
    pub(crate) receipt: Option<String>,
    pub(crate) request_hash: Vec<u8>,
    pub(crate) created_at: i64,
}

/// A query of [`Refund`]s `from` a table or a change, as `r`.
macro_rules! select {
    ($from:literal) => {
        concat!(
            "select r.id, r.payment_id, r.amount, p.currency, r.status, r.speed, r.notes, r.receipt,
                    r.request_hash, extract(epoch from r.created_at)::bigint as created_at
             from razorpay_sandbox_payments p join ",
            $from,
        )
    };
}

/// A checked request.
pub(crate) struct NewRefund {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) amount: i64,
    pub(crate) status: &'static str,
    pub(crate) speed: String,
    pub(crate) notes: Value,
    pub(crate) receipt: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) request_hash: Vec<u8>,
}

impl Refund {
    /// Returns the entity of the API and the webhooks.
    pub(crate) fn entity(&self) -> Value {
        json!({
            "id": self.id,
            "entity": "refund",
            "amount": self.amount,
            "currency": self.currency,
            "payment_id": self.payment_id,
            "notes": self.notes,
            "receipt": self.receipt,
            "acquirer_data": {"arn": null},
            "created_at": self.created_at,
            "batch_id": null,
            "status": self.status,
            "speed_processed": "normal",
            "speed_requested": self.speed,
        })
    }

    /// Returns a copy with an earlier status, for a webhook about that moment.
    pub(crate) fn with_status(&self, status: &str) -> Self {
        Self {
            status: status.to_owned(),
            ..self.clone()
        }
    }
}

pub(crate) async fn add(db: &mut PgConnection, refund: NewRefund) -> Result<Refund, sqlx::Error> {
    let sql = "
        insert into razorpay_sandbox_refunds
          (id, payment_id, amount, status, speed, notes, receipt, idempotency_key, request_hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(sql)
        .bind(&refund.id)
        .bind(refund.payment_id)
        .bind(refund.amount)
        .bind(refund.status)
        .bind(refund.speed)
        .bind(refund.notes)
        .bind(refund.receipt)
        .bind(refund.idempotency_key)
        .bind(refund.request_hash)
        .execute(&mut *db)
        .await?;
    find(db, &refund.id).await?.ok_or(sqlx::Error::RowNotFound)
}

pub(crate) async fn find(db: impl PgExecutor<'_>, id: &str) -> Result<Option<Refund>, sqlx::Error> {
    let sql = select!("razorpay_sandbox_refunds r on r.payment_id = p.id where r.id = $1");
    sqlx::query_as(sql).bind(id).fetch_optional(db).await
}

/// Returns the refund of an idempotency key.
pub(crate) async fn by_key(
    db: &mut PgConnection,
    key: &str,
) -> Result<Option<Refund>, sqlx::Error> {
    let sql =
        select!("razorpay_sandbox_refunds r on r.payment_id = p.id where r.idempotency_key = $1");
    sqlx::query_as(sql).bind(key).fetch_optional(db).await
}

/// Returns the refunds of a payment, the newest first.
pub(crate) async fn of_payment(
    db: impl PgExecutor<'_>,
    payment: &str,
    count: i64,
    skip: i64,
) -> Result<Vec<Refund>, sqlx::Error> {
    let sql = select!(
        "razorpay_sandbox_refunds r on r.payment_id = p.id
         where r.payment_id = $1
         order by r.created_at desc, r.id
         limit $2 offset $3"
    );
    sqlx::query_as(sql)
        .bind(payment)
        .bind(count)
        .bind(skip)
        .fetch_all(db)
        .await
}

/// Finishes a pending refund.
pub(crate) async fn end(
    db: &mut PgConnection,
    id: &str,
    status: &str,
) -> Result<bool, sqlx::Error> {
    let sql =
        "update razorpay_sandbox_refunds set status = $2 where id = $1 and status = 'pending'";
    let ended = sqlx::query(sql).bind(id).bind(status).execute(db).await?;
    Ok(ended.rows_affected() == 1)
}
