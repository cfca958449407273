//! Sets a timer for every hold and takes it back when the hold is settled.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::appointment::AppointmentEvent;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

use super::timers::{self, NewTimer};

/// The timers' kind.
pub(super) const HOLD: &str = "hold";

/// Follows appointments.
pub(super) struct HoldTimers;

#[async_trait]
impl Subscriber for HoldTimers {
    fn name(&self) -> &'static str {
        "hold-timers"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        AppointmentEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let due = fold(events)?;
        let (mut held, mut settled) = (Vec::new(), Vec::new());
        for (key, due_at) in due {
            match due_at {
                Some(due_at) => held.push(NewTimer {
                    kind: HOLD,
                    key,
                    due_at,
                }),
                None => settled.push(key),
            }
        }
        timers::set(&mut *connection, &held).await?;
        sqlx::query!(
            "delete from timers where kind = $1 and key = any ($2)",
            HOLD,
            &settled
        )
        .execute(&mut *connection)
        .await?;
        Ok(())
    }
}

/// Returns, for each appointment of the batch, the end of its hold, or none.
fn fold(
    events: &[RecordedEvent],
) -> Result<BTreeMap<String, Option<DateTime<Utc>>>, SubscriberError> {
    let mut due = BTreeMap::new();
    for event in events {
        let at = match event
            .decode()
            .map_err(|error| SubscriberError::unreadable(event, error))?
        {
            AppointmentEvent::Booked(booked) => Some(booked.hold_until),
            AppointmentEvent::Rescheduled(moved) => moved.hold_until,
            AppointmentEvent::Confirmed(_)
            | AppointmentEvent::Reinstated(_)
            | AppointmentEvent::FeePaid(_)
            | AppointmentEvent::Cancelled(_)
            | AppointmentEvent::HoldExpired(_)
            | AppointmentEvent::Arrived(_)
            | AppointmentEvent::Started(_)
            | AppointmentEvent::Completed(_)
            | AppointmentEvent::NoShow(_) => None,
        };
        due.insert(event.aggregate_id.clone(), at);
    }
    Ok(due)
}
