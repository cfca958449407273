//! Runs what is due: leases a timer, does what it stands for, deletes it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::AppointmentId;
use domain::appointment::AppointmentRefusal;

use super::hold_timers::HOLD;
use crate::{CommandError, Commands, Context, Fault};

/// How long a lease lasts: longer than any timer takes, shorter than anyone waits.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// Timers per round.
const BATCH: i64 = 100;

/// Runs timers for ever, looking for due ones every `pause`.
pub async fn run_timers(commands: Commands, pause: Duration) {
    loop {
        match run_due(&commands).await {
            // A full batch: there may be more.
            Ok(ran) if ran >= BATCH => {}
            Ok(_) => tokio::time::sleep(pause).await,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "Timers could not be run."
                );
                tokio::time::sleep(pause).await;
            }
        }
    }
}

/// Runs a batch of timers that are due now. Returns how many there were.
async fn run_due(commands: &Commands) -> Result<i64, Fault> {
    let now = commands.clock.now();
    let keys = lease(commands, now).await?;
    let mut done = Vec::with_capacity(keys.len());
    for key in &keys {
        match expire(commands, key).await {
            Ok(()) => done.push(key.clone()),
            // The lease runs out and another round tries again.
            Err(error) => tracing::error!(
                timer.kind = HOLD,
                timer.key = key,
                error = &error as &dyn std::error::Error,
                "A timer could not be run."
            ),
        }
    }
    forget(commands, &done).await?;
    Ok(i64::try_from(keys.len()).unwrap_or(BATCH))
}

async fn expire(commands: &Commands, key: &str) -> Result<(), Fault> {
    let appointment = key.parse().map(AppointmentId::from_uuid);
    let appointment = appointment.map_err(Fault::doing("reading a timer's key"))?;
    let context = Context::system(commands.clock.now(), appointment.as_uuid());
    match commands.expire_hold(appointment, &context).await {
        Ok(_) => Ok(()),
        Err(CommandError::Refused(refusal)) => settled(refusal),
        Err(CommandError::Fault(fault)) => Err(fault),
        Err(error) => Err(Fault::new("expiring a hold", error)),
    }
}

/// A refusal means that there is nothing left to do, unless this node's clock is ahead.
fn settled(refusal: AppointmentRefusal) -> Result<(), Fault> {
    match refusal {
        AppointmentRefusal::HoldStillRunning => Err(Fault::new("expiring a hold", refusal)),
        _ => Ok(()),
    }
}

async fn lease(commands: &Commands, now: DateTime<Utc>) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar!(
        r#"
        update timers
        set taken_until = $2
        where (kind, key) in (
          select kind, key
          from timers
          where kind = $1
            and due_at <= $3
            and (taken_until is null or taken_until <= $3)
          order by due_at
          limit $4
          for update skip locked
        )
        returning key
        "#,
        HOLD,
        now + LEASE,
        now,
        BATCH
    )
    .fetch_all(commands.store.pool())
    .await
    .map_err(Fault::doing("leasing timers"))
}

async fn forget(commands: &Commands, keys: &[String]) -> Result<(), Fault> {
    sqlx::query!(
        "delete from timers where kind = $1 and key = any ($2)",
        HOLD,
        keys
    )
    .execute(commands.store.pool())
    .await
    .map_err(Fault::doing("forgetting timers that ran"))?;
    Ok(())
}
