//! Numbers that are asked for at the moment of a scrape. Without a database there are fewer, not none.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use commands::ports::AccessLogFigures;
use event_store::{HorizonHolder, LogStatus, StoreStats};
use prometheus::Error;
use prometheus::proto::MetricFamily;
use sqlx::PgPool;

use super::samples::Samples;
use crate::app::App;

/// Time for which a scrape waits for the database.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Samples the numbers that are not counted. Remembers since when it has seen the transaction that holds the horizon back.
#[derive(Default)]
pub struct Sampler {
    holder: Mutex<Option<(u32, Instant)>>,
    /// Held by the probe that asks: anybody may probe, and many at once cost no more than one.
    probing: tokio::sync::Mutex<()>,
}

/// The state of the log when it was asked.
pub struct Surveyed {
    /// As the database says.
    pub log: LogStatus,
    /// The time for which the horizon has been held, as far as it is known; zero if it is free.
    pub horizon_age: Duration,
}

impl Sampler {
    /// Asks for the state of the log; none if the database does not answer in time.
    pub async fn survey(&self, app: &App, patience: Duration) -> Option<Surveyed> {
        let store = app.commands.store();
        let survey = tokio::time::timeout(patience, store.log_status(&app.progress)).await;
        let log = survey.ok()?.ok()?;
        let horizon_age = self.age(log.horizon.as_ref(), Instant::now());
        Some(Surveyed { log, horizon_age })
    }

    /// The same, one after the other.
    pub async fn probe(&self, app: &App, patience: Duration) -> Option<Surveyed> {
        let begun = Instant::now();
        let turn = tokio::time::timeout(patience, self.probing.lock()).await;
        let _turn = turn.ok()?;
        let left = patience.saturating_sub(begun.elapsed());
        self.survey(app, left).await
    }

    /// The families of this moment.
    pub async fn sample(&self, app: &App) -> Result<Vec<MetricFamily>, Error> {
        let survey = self.survey(app, PATIENCE).await;
        let samples = Samples::new();
        samples.gauge(
            "caresync_database_up",
            "Whether the database answered this scrape. If not, what needs it is absent.",
            if survey.is_some() { 1.0 } else { 0.0 },
        )?;
        if let Some(survey) = survey {
            log(&samples, &survey)?;
        }
        inbox(&samples, app).await?;
        pool(&samples, &app.pool)?;
        blocked(&samples, app)?;
        access_log(&samples, &app.access_log.figures())?;
        write_side(&samples, &app.commands.store().stats())?;
        Ok(samples.gather())
    }

    /// Returns the time for which the horizon has been held, as the database says; else since a scrape first saw it.
    fn age(&self, holder: Option<&HorizonHolder>, now: Instant) -> Duration {
        let mut seen = self.holder.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(holder) = holder else {
            *seen = None;
            return Duration::ZERO;
        };
        let since = match *seen {
            Some((transaction, since)) if transaction == holder.transaction => since,
            _ => now,
        };
        *seen = Some((holder.transaction, since));
        holder.age.unwrap_or_else(|| now.duration_since(since))
    }
}

fn blocked(samples: &Samples, app: &App) -> Result<(), Error> {
    samples.gauge(
        "caresync_blocked_clients",
        "Clients that are blocked now, by all nodes and by admins.",
        float(app.blocked.count(app.clock.now()) as u64),
    )
}

fn access_log(samples: &Samples, figures: &AccessLogFigures) -> Result<(), Error> {
    samples.counter(
        "caresync_access_log_rows_total",
        "Rows written to the access log.",
        figures.rows,
    )?;
    samples.counter(
        "caresync_access_log_batches_total",
        "Statements that wrote them; rows by batches is how many shared one.",
        figures.batches,
    )?;
    samples.gauge(
        "caresync_access_log_requests_waiting",
        "Requests that wait for the next statement.",
        float(figures.waiting as u64),
    )
}

fn log(samples: &Samples, survey: &Surveyed) -> Result<(), Error> {
    samples.gauge(
        "caresync_log_head_position",
        "The number of the newest event; numbers have gaps.",
        float(survey.log.head_position.unsigned_abs()),
    )?;
    samples.gauge(
        "caresync_log_horizon_age_seconds",
        "How long the oldest writing transaction of the cluster has been running, which no reader passes.",
        survey.horizon_age.as_secs_f64(),
    )?;
    if let Some(pid) = survey.log.horizon.and_then(|holder| holder.pid) {
        samples.gauge(
            "caresync_log_horizon_holder_pid",
            "The PostgreSQL process of the oldest writing transaction; absent if there is none.",
            f64::from(pid),
        )?;
    }
    let lags = &survey.log.lags;
    let events: Vec<_> = lags
        .iter()
        .map(|lag| (lag.name, float(lag.events)))
        .collect();
    samples.labelled(
        "caresync_subscriber_lag_events",
        "Events that a subscriber has not taken yet, counted up to 100,000.",
        "subscriber",
        &events,
    )?;
    let ages: Vec<_> = lags
        .iter()
        .map(|lag| (lag.name, lag.age.as_secs_f64()))
        .collect();
    samples.labelled(
        "caresync_subscriber_lag_seconds",
        "How long the oldest event that a subscriber has not taken has been in the log.",
        "subscriber",
        &ages,
    )?;
    let parked: Vec<_> = lags
        .iter()
        .map(|lag| (lag.name, float(lag.parked)))
        .collect();
    samples.labelled(
        "caresync_subscriber_parked_aggregates",
        "Aggregates with an event that a subscriber could not take; `caresync dead-letters` lists them.",
        "subscriber",
        &parked,
    )
}

async fn inbox(samples: &Samples, app: &App) -> Result<(), Error> {
    let waiting = tokio::time::timeout(PATIENCE, app.inbox.waiting()).await;
    if let Ok(Ok(waiting)) = waiting {
        let age = waiting.since.map(|since| app.clock.now() - since);
        let age = age.and_then(|age| age.to_std().ok()).unwrap_or_default();
        samples.gauge(
            "caresync_gateway_news_waiting",
            "Webhooks of the payment gateway that are not processed yet, on all nodes.",
            float(waiting.count),
        )?;
        samples.gauge(
            "caresync_gateway_news_waiting_seconds",
            "How long the oldest of them has waited.",
            age.as_secs_f64(),
        )?;
    }
    let figures = app.inbox.figures();
    let received = [
        ("kept", figures.kept),
        ("repeated", figures.repeated),
        ("forged", figures.forged),
    ];
    samples.counters(
        "caresync_gateway_deliveries_total",
        "What came as news of the payment gateway; `forged` if the gateway did not sign it.",
        "taken",
        &received,
    )?;
    let outcomes: Vec<_> = figures
        .outcomes
        .iter()
        .map(|(outcome, count)| (outcome.as_str(), *count))
        .collect();
    samples.counters(
        "caresync_gateway_news_total",
        "News of the payment gateway that this node worked on, by what became of them.",
        "outcome",
        &outcomes,
    )
}

fn pool(samples: &Samples, pool: &PgPool) -> Result<(), Error> {
    let (open, idle) = (pool.size(), pool.num_idle());
    let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(open);
    samples.labelled(
        "caresync_database_pool_connections",
        "Open connections of the pool; the two write lanes have their own besides.",
        "state",
        &[("idle", idle.into()), ("in_use", (open - idle).into())],
    )?;
    samples.gauge(
        "caresync_database_pool_connections_max",
        "Connections that the pool may open.",
        pool.options().get_max_connections().into(),
    )
}

fn write_side(samples: &Samples, figures: &StoreStats) -> Result<(), Error> {
    let counters = [
        (
            "caresync_append_commands_total",
            "Commands written to the log, those that a constraint refused among them.",
            figures.commands,
        ),
        (
            "caresync_append_batches_total",
            "Statements that wrote them; commands by batches is how many shared one.",
            figures.batches,
        ),
        (
            "caresync_append_second_rounds_total",
            "Batches that a constraint refused, and that went in again command by command.",
            figures.second_rounds,
        ),
        (
            "caresync_append_retries_total",
            "Batches that were tried again after a deadlock or a long wait.",
            figures.retries,
        ),
        (
            "caresync_task_restarts_total",
            "Tasks of the event store that were started again after a panic.",
            figures.task_restarts,
        ),
        (
            "caresync_aggregate_cache_hits_total",
            "Loads of aggregates that the cache answered.",
            figures.cache_hits,
        ),
        (
            "caresync_aggregate_cache_misses_total",
            "Loads of aggregates that the cache did not answer.",
            figures.cache_misses,
        ),
    ];
    for (name, help, count) in counters {
        samples.counter(name, help, count)?;
    }
    let gauges = [
        (
            "caresync_append_commands_waiting",
            "Commands that wait to be written.",
            figures.waiting as u64,
        ),
        (
            "caresync_aggregate_cache_entries",
            "Aggregates in the cache.",
            figures.cached as u64,
        ),
        (
            "caresync_aggregate_cache_bytes",
            "What the cached aggregates weigh.",
            figures.cached_bytes,
        ),
    ];
    for (name, help, value) in gauges {
        samples.gauge(name, help, float(value))?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus knows floats only")]
fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(transaction: u32, age: Option<u64>) -> HorizonHolder {
        HorizonHolder {
            transaction,
            pid: Some(1),
            age: age.map(Duration::from_secs),
        }
    }

    #[test]
    fn the_database_knows_best_how_long_the_horizon_has_been_held() {
        let sampler = Sampler::default();
        let told = sampler.age(Some(&holder(7, Some(40))), Instant::now());
        assert_eq!(told, Duration::from_secs(40));
    }

    #[test]
    fn where_the_database_does_not_tell_the_age_counts_from_the_first_scrape() {
        let (sampler, start) = (Sampler::default(), Instant::now());
        let later = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(sampler.age(Some(&holder(7, None)), start), Duration::ZERO);
        assert_eq!(
            sampler.age(Some(&holder(7, None)), later(5)),
            Duration::from_secs(5)
        );
        assert_eq!(
            sampler.age(Some(&holder(8, None)), later(6)),
            Duration::ZERO
        );
        assert_eq!(sampler.age(None, later(7)), Duration::ZERO);
        assert_eq!(
            sampler.age(Some(&holder(8, None)), later(9)),
            Duration::ZERO
        );
    }
}
