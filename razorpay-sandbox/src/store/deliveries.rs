//! Webhook deliveries.

use std::time::Duration;

use sqlx::{FromRow, PgConnection, PgExecutor};

/// A delivery that is due.
#[derive(Clone, FromRow)]
pub(crate) struct Delivery {
    pub(crate) event_id: String,
    pub(crate) copy: i32,
    pub(crate) body: String,
    /// Number of the attempt, from 1.
    pub(crate) attempts: i32,
}

/// A delivery to store.
pub(crate) struct NewDelivery {
    pub(crate) event_id: String,
    pub(crate) event: &'static str,
    pub(crate) body: String,
    pub(crate) state: &'static str,
    pub(crate) in_ms: i64,
    /// The event that must be delivered before.
    pub(crate) behind: Option<String>,
    /// Number of deliveries of the same event.
    pub(crate) copies: i32,
}

pub(crate) async fn add(db: &mut PgConnection, new: &NewDelivery) -> Result<(), sqlx::Error> {
    let sql = "
        insert into razorpay_sandbox_deliveries (event_id, copy, event, body, state, behind, due_at)
        select $1, copy, $2, $3, $4, $7, clock_timestamp() + $5 * interval '1 millisecond'
        from generate_series(1, $6) copy";
    sqlx::query(sql)
        .bind(&new.event_id)
        .bind(new.event)
        .bind(&new.body)
        .bind(new.state)
        .bind(new.in_ms)
        .bind(new.copies)
        .bind(&new.behind)
        .execute(db)
        .await?;
    Ok(())
}

/// Leases deliveries that are due.
pub(crate) async fn lease(
    db: impl PgExecutor<'_>,
    count: i64,
    lease: Duration,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let sql = "
        update razorpay_sandbox_deliveries d
        set due_at = clock_timestamp() + $2 * interval '1 millisecond', attempts = d.attempts + 1
        from (
          select event_id, copy from razorpay_sandbox_deliveries later
          where state = 'waiting' and due_at <= clock_timestamp()
            and not exists (
              select from razorpay_sandbox_deliveries first
              where first.event_id = later.behind and first.state = 'waiting'
            )
          order by due_at
          limit $1
          for update skip locked
        ) due
        where d.event_id = due.event_id and d.copy = due.copy
        returning d.event_id, d.copy, d.body, d.attempts";
    sqlx::query_as(sql)
        .bind(count)
        .bind(milliseconds(lease))
        .fetch_all(db)
        .await
}

/// Records that the receiver accepted it.
pub(crate) async fn delivered(
    db: impl PgExecutor<'_>,
    delivery: &Delivery,
) -> Result<(), sqlx::Error> {
    let sql = "
        update razorpay_sandbox_deliveries set state = 'delivered'
        where event_id = $1 and copy = $2 and state = 'waiting'";
    sqlx::query(sql)
        .bind(&delivery.event_id)
        .bind(delivery.copy)
        .execute(db)
        .await?;
    Ok(())
}

/// Schedules the next attempt after a pause, for a day.
pub(crate) async fn reschedule(
    db: impl PgExecutor<'_>,
    delivery: &Delivery,
    pause: Duration,
) -> Result<(), sqlx::Error> {
    let sql = "
        update razorpay_sandbox_deliveries
        set due_at = clock_timestamp() + $3 * interval '1 millisecond',
            state = case when created_at < clock_timestamp() - interval '1 day' then 'given_up' else state end
        where event_id = $1 and copy = $2 and state = 'waiting'";
    sqlx::query(sql)
        .bind(&delivery.event_id)
        .bind(delivery.copy)
        .bind(milliseconds(pause))
        .execute(db)
        .await?;
    Ok(())
}

/// Returns the number of deliveries in each state.
pub(crate) async fn count(db: impl PgExecutor<'_>) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let sql = "select state, count(*) from razorpay_sandbox_deliveries group by state";
    sqlx::query_as(sql).fetch_all(db).await
}

/// Removes old deliveries.
pub(crate) async fn remove_old(db: impl PgExecutor<'_>) -> Result<(), sqlx::Error> {
    let sql = "
        delete from razorpay_sandbox_deliveries
        where created_at < clock_timestamp() - interval '7 days'";
    sqlx::query(sql).execute(db).await?;
    Ok(())
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
