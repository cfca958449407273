//! Disputes: banks demand captured money back.

use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool};

use super::events::{Event, store_webhooks};
use super::{Payment, WebhookPlan, orders, payments};
use crate::ids;
use crate::response::ApiError;
use crate::state::State;

/// A dispute.
#[derive(Clone, FromRow)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) amount: i64,
    pub(crate) amount_deducted: i64,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) created_at: i64,
}

/// A query of [`Dispute`]s.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select d.id, d.payment_id, d.amount, d.amount_deducted, p.currency, d.status,
                    extract(epoch from d.created_at)::bigint as created_at
             from razorpay_sandbox_disputes d
             join razorpay_sandbox_payments p on p.id = d.payment_id ",
            $rest,
        )
    };
}

impl Dispute {
    /// Returns the entity of the webhooks.
    pub(crate) fn entity(&self) -> Value {
        json!({
            "id": self.id,
            "entity": "dispute",
            "payment_id": self.payment_id,
            "amount": self.amount,
            "currency": self.currency,
            "amount_deducted": self.amount_deducted,
            "reason_code": "chargeback",
            "reason_description": null,
            "respond_by": self.created_at + 7 * 24 * 60 * 60,
            "status": self.status,
            "phase": "chargeback",
            "created_at": self.created_at,
        })
    }
}

/// Progress of a dispute.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    UnderReview,
    ActionRequired,
    Won,
    Lost,
    Closed,
}

impl Stage {
    /// Returns the status that it leaves. A dispute for which more evidence is wanted is open again.
    const fn status(self) -> &'static str {
        match self {
            Self::UnderReview => "under_review",
            Self::ActionRequired => "open",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Closed => "closed",
        }
    }

    const fn event(self) -> &'static str {
        match self {
            Self::UnderReview => "payment.dispute.under_review",
            Self::ActionRequired => "payment.dispute.action_required",
            Self::Won => "payment.dispute.won",
            Self::Lost => "payment.dispute.lost",
            Self::Closed => "payment.dispute.closed",
        }
    }
}

/// Opens a dispute about some or all of a captured payment.
pub(crate) async fn open(
    state: &State,
    payment: &str,
    amount: Option<i64>,
    webhook: WebhookPlan,
) -> Result<Dispute, ApiError> {
    let mut tx = state.pool.begin().await?;
    let payment = locked(&mut tx, payment).await?;
    if !matches!(&*payment.status, "captured" | "refunded") {
        return Err(ApiError::refused("Only captured payments are disputed."));
    }
    let amount = amount.unwrap_or(payment.amount);
    if !(1..=payment.amount).contains(&amount) {
        return Err(ApiError::field(
            "amount",
            "At most the amount of the payment.",
        ));
    }
    let id = ids::new("disp_")?;
    let sql = "insert into razorpay_sandbox_disputes (id, payment_id, amount) values ($1, $2, $3)";
    sqlx::query(sql)
        .bind(&id)
        .bind(&payment.id)
        .bind(amount)
        .execute(&mut *tx)
        .await?;
    let dispute = find(&mut *tx, &id).await?;
    let event = Event::dispute("payment.dispute.created", &dispute, &payment);
    store_webhooks(&mut tx, &[event], webhook).await?;
    tx.commit().await?;
    state.wake_sender.notify_one();
    Ok(dispute)
}

/// Moves an open dispute on. A lost one deducts its amount.
pub(crate) async fn advance(
    state: &State,
    id: &str,
    to: Stage,
    webhook: WebhookPlan,
) -> Result<Dispute, ApiError> {
    let found = find(&state.pool, id).await?;
    let mut tx = state.pool.begin().await?;
    let payment = locked(&mut tx, &found.payment_id).await?;
    let sql = "
        update razorpay_sandbox_disputes
        set status = $2, amount_deducted = case $2 when 'lost' then amount else 0 end
        where id = $1 and status in ('open', 'under_review')";
    let changed = sqlx::query(sql)
        .bind(id)
        .bind(to.status())
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Err(ApiError::refused("The dispute is over."));
    }
    let dispute = find(&mut *tx, id).await?;
    let event = Event::dispute(to.event(), &dispute, &payment);
    store_webhooks(&mut tx, &[event], webhook).await?;
    tx.commit().await?;
    state.wake_sender.notify_one();
    Ok(dispute)
}

/// Returns disputes with their payments, the newest first.
pub(crate) async fn list(
    db: &PgPool,
    from: i64,
    count: i64,
    skip: i64,
) -> Result<Vec<(Dispute, Payment)>, ApiError> {
    let sql = select!(
        "where d.created_at >= to_timestamp($1)
         order by d.created_at desc, d.id
         limit $2 offset $3"
    );
    let found: Vec<Dispute> = sqlx::query_as(sql)
        .bind(from)
        .bind(count)
        .bind(skip)
        .fetch_all(db)
        .await?;
    let mut listed = Vec::with_capacity(found.len());
    for dispute in found {
        let payment = payments::find(db, &dispute.payment_id).await?;
        listed.push((dispute, payment.ok_or_else(ApiError::unknown_id)?));
    }
    Ok(listed)
}

/// Disputes about a payment, summed up.
#[derive(FromRow)]
pub(crate) struct Standing {
    /// True while one is open: nothing is refunded.
    pub(crate) is_open: bool,
    /// Amount deducted by lost ones.
    pub(crate) lost: i64,
}

pub(crate) async fn standing(
    db: &mut PgConnection,
    payment: &str,
) -> Result<Standing, sqlx::Error> {
    let sql = "
        select
          coalesce(bool_or(status in ('open', 'under_review')), false) as is_open,
          coalesce(sum(amount_deducted), 0)::bigint as lost
        from razorpay_sandbox_disputes
        where payment_id = $1";
    sqlx::query_as(sql).bind(payment).fetch_one(db).await
}

async fn find(db: impl PgExecutor<'_>, id: &str) -> Result<Dispute, ApiError> {
    let sql = select!("where d.id = $1");
    let found = sqlx::query_as(sql).bind(id).fetch_optional(db).await?;
    found.ok_or_else(ApiError::unknown_id)
}

/// Returns a payment, with its order locked.
async fn locked(db: &mut PgConnection, id: &str) -> Result<Payment, ApiError> {
    let found = payments::find(&mut *db, id).await?;
    let found = found.ok_or_else(ApiError::unknown_id)?;
    orders::lock(&mut *db, &found.order_id).await?;
    let payment = payments::find(&mut *db, id).await?;
    payment.ok_or_else(ApiError::unknown_id)
}
