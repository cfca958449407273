//! The lag of the readers of the log, and the transaction that holds them back.

use event_store::Cursor;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::schemas;
use crate::metrics::Surveyed;

/// The position of a subscriber.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriberState {
    /// Its name.
    name: &'static str,
    /// The last event that it took or passed over.
    #[schema(value_type = schemas::LogPosition)]
    position: Cursor,
    /// Set if it has come to the head.
    caught_up: bool,
    /// Events that it has not taken yet, counted up to 100,000; absent if they could not be counted in
    /// time.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag_events: Option<u64>,
    /// The age of the oldest of them in the log, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag_seconds: Option<f64>,
    /// Aggregates that it leaves out because it could not take an event of theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    parked_aggregates: Option<u64>,
}

/// The oldest transaction of the whole database cluster that is still writing. No reader gets past it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Horizon {
    /// The time for which it has been running, in seconds; zero if there is none.
    age_seconds: f64,
    /// The server process that it runs in; absent if there is none, or if it was prepared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<i32>,
}

impl Horizon {
    /// As it was surveyed.
    pub(super) fn from_survey(surveyed: &Surveyed) -> Self {
        Self {
            age_seconds: surveyed.horizon_age.as_secs_f64(),
            pid: surveyed.log.horizon.and_then(|holder| holder.pid),
        }
    }
}

/// Each subscriber beside the log's head, with its lag where that is known.
pub(super) fn states(
    subscribers: &[(&'static str, Cursor)],
    head: Option<Cursor>,
    surveyed: Option<&Surveyed>,
) -> Vec<SubscriberState> {
    let lags = surveyed
        .map(|surveyed| &*surveyed.log.lags)
        .unwrap_or_default();
    let state = |&(name, position): &(&'static str, Cursor)| {
        let lag = lags.iter().find(|lag| lag.name == name);
        SubscriberState {
            name,
            position,
            caught_up: head.is_some_and(|head| position >= head),
            lag_events: lag.map(|lag| lag.events),
            lag_seconds: lag.map(|lag| lag.age.as_secs_f64()),
            parked_aggregates: lag.map(|lag| lag.parked),
        }
    };
    subscribers.iter().map(state).collect()
}
