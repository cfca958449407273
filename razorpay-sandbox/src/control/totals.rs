//! `GET /sandbox/books` and `GET /sandbox/deliveries`

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use serde::Serialize;
use sqlx::FromRow;

use crate::response::ApiError;
use crate::state::State;
use crate::store::deliveries::count;

/// Totals of all money.
#[derive(Serialize)]
pub(crate) struct Totals {
    /// By currency.
    currencies: BTreeMap<String, Total>,
    /// By order and currency, the oldest order first. Unpaid orders are included.
    orders: Vec<OrderTotal>,
}

/// Totals in minor units.
#[derive(Default, Clone, Copy, Serialize, FromRow)]
struct Total {
    /// Captured amount, including refunds.
    captured: i64,
    /// Refunded amount.
    refunded: i64,
    /// Amount of pending refunds.
    refunding: i64,
    /// Amount deducted by lost disputes.
    lost: i64,
}

#[derive(Serialize, FromRow)]
struct OrderTotal {
    id: String,
    receipt: Option<String>,
    status: String,
    currency: String,
    #[sqlx(flatten)]
    #[serde(flatten)]
    total: Total,
}

const BY_ORDER: &str = "
    select
      o.id, o.receipt, o.status,
      coalesce(p.currency, o.currency) as currency,
      coalesce(sum(p.amount) filter (where p.status in ('captured', 'refunded')), 0)::bigint as captured,
      coalesce(sum(r.refunded), 0)::bigint as refunded,
      coalesce(sum(r.refunding), 0)::bigint as refunding,
      coalesce(sum(d.lost), 0)::bigint as lost
    from razorpay_sandbox_orders o
    left join razorpay_sandbox_payments p on p.order_id = o.id
    left join lateral (
      select
        sum(amount) filter (where status = 'processed') as refunded,
        sum(amount) filter (where status = 'pending') as refunding
      from razorpay_sandbox_refunds
      where payment_id = p.id
    ) r on true
    left join lateral (
      select sum(amount_deducted) as lost
      from razorpay_sandbox_disputes
      where payment_id = p.id
    ) d on true
    group by o.id, coalesce(p.currency, o.currency)
    order by o.created_at, o.id";

/// Returns the totals.
pub(crate) async fn money(state: Data<State>) -> Result<Json<Totals>, ApiError> {
    let orders: Vec<OrderTotal> = sqlx::query_as(BY_ORDER).fetch_all(&state.pool).await?;
    let mut currencies = BTreeMap::<String, Total>::new();
    for order in &orders {
        let total = currencies.entry(order.currency.clone()).or_default();
        total.captured += order.total.captured;
        total.refunded += order.total.refunded;
        total.refunding += order.total.refunding;
        total.lost += order.total.lost;
    }
    Ok(Json(Totals { currencies, orders }))
}

/// Returns the number of webhooks in each state.
pub(crate) async fn deliveries(
    state: Data<State>,
) -> Result<Json<BTreeMap<String, i64>>, ApiError> {
    let found = count(&state.pool).await?;
    let states = ["waiting", "delivered", "dropped", "given_up"];
    let mut counts: BTreeMap<_, _> = states.map(|state| (state.to_owned(), 0)).into();
    counts.extend(found);
    Ok(Json(counts))
}
