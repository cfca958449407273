//! Dead letters: a poison event parks its aggregate, and other aggregates go on.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Daemon, DaemonOptions, RetryOutcome, SubscribeError};
use futures::future::join_all;

use super::failing_subscriber::{FailingSubscriber, Failure, applied, parked, reached, run};
use super::fixture::{LettingEvent, Log, id, log};
use crate::support::eventually_within;

const STEPPED: [&str; 1] = ["letting.stepped"];

/// A timeout for slow machines.
const PATIENCE: Duration = Duration::from_mins(1);

/// More than the number of attempts.
const ALWAYS: u32 = u32::MAX;

async fn steps(log: &Log, letting: u128, count: usize) -> event_store::Cursor {
    let events = vec![LettingEvent::Stepped; count];
    log.append(letting, events).await.unwrap().cursor
}

#[tokio::test]
async fn a_subscriber_that_fails_three_times_recovers_and_nothing_is_parked() {
    for failure in [Failure::Raised, Failure::Unreadable] {
        let log = log().await;
        let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
        subscriber.fails_at(1, 2, failure, 3);
        let last = steps(&log, 1, 3).await;
        let daemon = run(&log.store, &subscriber);
        reached(&daemon, last).await;
        daemon.stop().await;
        assert_eq!(*subscriber.failed.lock().unwrap(), 3, "{failure:?}");
        assert_eq!(applied(&log.pool, 1).await, [1, 2, 3]);
        assert_eq!(log.store.dead_letters().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_poison_event_in_a_burst_parks_its_aggregate_from_there_on_and_others_go_on() {
    let log = log().await;
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    subscriber.fails_at(1, 3, Failure::Raised, ALWAYS);
    steps(&log, 2, 2).await;
    steps(&log, 1, 5).await;
    let daemon = run(&log.store, &subscriber);
    reached(&daemon, steps(&log, 2, 1).await).await;
    // Later events of the aggregate wait; other aggregates go on.
    steps(&log, 1, 2).await;
    reached(&daemon, steps(&log, 3, 2).await).await;

    assert_eq!(applied(&log.pool, 1).await, [1, 2]);
    assert_eq!(applied(&log.pool, 2).await, [1, 2, 3]);
    assert_eq!(applied(&log.pool, 3).await, [1, 2]);
    let letter = parked(&log.store).await;
    assert_eq!(
        (letter.aggregate_id, letter.sequence),
        (id(1).to_string(), 3)
    );
    assert_eq!((letter.attempts, &*letter.reason), (1, "SQLSTATE P0001"));
    let (version, state) = daemon.progress().state("failing").unwrap();
    assert_eq!((version, state.parked), (1, 1));
    daemon.stop().await;
}

#[tokio::test]
async fn the_reason_shows_no_content_of_the_event() {
    let log = log().await;
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    subscriber.fails_at(1, 1, Failure::Unreadable, ALWAYS);
    let last = steps(&log, 1, 1).await;
    let daemon = run(&log.store, &subscriber);
    reached(&daemon, last).await;
    daemon.stop().await;
    let letter = parked(&log.store).await;
    assert_eq!(letter.reason, "a value breaks a rule of its type");
}

#[tokio::test]
async fn a_transient_error_never_parks() {
    let log = log().await;
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    subscriber.fails_at(1, 1, Failure::Transient, 5);
    let last = steps(&log, 1, 2).await;
    let daemon = run(&log.store, &subscriber);
    reached(&daemon, last).await;
    daemon.stop().await;
    assert_eq!(*subscriber.failed.lock().unwrap(), 5);
    assert_eq!(applied(&log.pool, 1).await, [1, 2]);
    assert_eq!(log.store.dead_letters().await.unwrap(), []);
}

#[tokio::test]
async fn a_retry_applies_waiting_events_in_order() {
    let log = log().await;
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    subscriber.fails_at(1, 2, Failure::Raised, ALWAYS);
    steps(&log, 1, 4).await;
    let daemon = run(&log.store, &subscriber);
    reached(&daemon, steps(&log, 2, 1).await).await;
    let letter = parked(&log.store).await;
    let waiting = log.store.waiting_events(&letter, 10).await.unwrap();
    let numbers: Vec<_> = waiting.iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, [2, 3, 4]);

    subscriber.stop_failing();
    let retried = log.store.retry(&subscriber, &letter).await.unwrap();
    assert_eq!(retried, RetryOutcome::Applied { events: 3 });
    assert_eq!(applied(&log.pool, 1).await, [1, 2, 3, 4]);
    assert_eq!(log.store.dead_letters().await.unwrap(), []);
    // The aggregate is no longer parked, and new events are applied.
    let again = log.store.retry(&subscriber, &letter).await.unwrap();
    assert_eq!(again, RetryOutcome::NotParked);
    reached(&daemon, steps(&log, 1, 1).await).await;
    assert_eq!(applied(&log.pool, 1).await, [1, 2, 3, 4, 5]);
    let (_, state) = daemon.progress().state("failing").unwrap();
    assert_eq!(state.parked, 0);
    daemon.stop().await;
}

#[tokio::test]
async fn a_retry_that_fails_at_a_later_event_keeps_the_applied_ones() {
    let log = log().await;
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    subscriber.fails_at(1, 2, Failure::Raised, ALWAYS);
    let last = steps(&log, 1, 5).await;
    let daemon = run(&log.store, &subscriber);
    reached(&daemon, last).await;
    daemon.stop().await;

    subscriber.stop_failing();
    subscriber.fails_at(1, 4, Failure::Unreadable, ALWAYS);
    let before = parked(&log.store).await;
    let retried = log.store.retry(&subscriber, &before).await.unwrap();
    assert_eq!(retried, RetryOutcome::StillParked);
    assert_eq!(applied(&log.pool, 1).await, [1, 2, 3]);
    let letter = parked(&log.store).await;
    assert_eq!((letter.sequence, letter.attempts), (4, 2));
    assert_eq!(letter.parked_at, before.parked_at);
    assert!(letter.tried_at > before.tried_at);
}

/// During a retry, events are appended and the subscriber runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_are_appended_during_a_retry_are_applied_once_and_in_order() {
    let log = Arc::new(log().await);
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    let daemon = run(&log.store, &subscriber);
    for round in 0..20 {
        let poison = round * 12 + 2;
        subscriber.fails_at(1, poison, Failure::Raised, ALWAYS);
        let last = steps(&log, 1, 4).await;
        reached(&daemon, last).await;
        let letter = parked(&log.store).await;
        subscriber.stop_failing();
        let writes = async {
            let mut last = last;
            for _ in 0..8 {
                last = steps(&log, 1, 1).await;
            }
            last
        };
        let (last, retried) = tokio::join!(writes, log.store.retry(&subscriber, &letter));
        assert!(matches!(
            retried.unwrap(),
            RetryOutcome::Applied { events: 3.. }
        ));
        reached(&daemon, last).await;
        let all: Vec<i64> = (1..=(round + 1) * 12).collect();
        assert_eq!(applied(&log.pool, 1).await, all);
    }
    daemon.stop().await;
}

/// If most events fail, the events are probably not the cause.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_thousand_parked_aggregates_the_subscriber_waits() {
    let log = log().await;
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    for letting in 1..=1_001 {
        subscriber.fails_at(letting, 1, Failure::Raised, ALWAYS);
    }
    join_all((1..=1_001).map(|letting| steps(&log, letting, 1))).await;
    let options = DaemonOptions {
        batch: 250,
        ..DaemonOptions::default()
    };
    let running = Arc::new(subscriber.clone());
    let daemon = Daemon::start(&log.store, vec![running], options);
    let parked = "select count(*) from dead_letters";
    let full = async || log.count(parked).await == 1_000;
    eventually_within(PATIENCE, "a thousand are parked", full).await;
    let tries = *subscriber.failed.lock().unwrap();
    let asked_again = async || *subscriber.failed.lock().unwrap() > tries + 4;
    eventually_within(PATIENCE, "it is tried again", asked_again).await;
    assert_eq!(log.count(parked).await, 1_000);
    assert!(daemon.progress().position("failing") < log.store.head().await.unwrap());

    // A retry makes room, and the subscriber goes on.
    subscriber.stop_failing();
    for letter in log.store.dead_letters().await.unwrap() {
        let retried = log.store.retry(&subscriber, &letter).await;
        assert!(matches!(retried, Ok(RetryOutcome::Applied { events: 1 })));
    }
    let head = log.store.head().await.unwrap();
    let progress = daemon.progress();
    let went_on = progress.wait_for("failing", head, PATIENCE).await;
    assert_eq!(went_on, Ok(()));
    assert_eq!(log.count("select count(*) from applied").await, 1_001);
    daemon.stop().await;
}

/// A retry that fails because of the database changes nothing.
#[tokio::test]
async fn a_retry_with_a_transient_error_changes_nothing() {
    let log = log().await;
    let subscriber = FailingSubscriber::new(&log.pool, &STEPPED).await;
    subscriber.fails_at(1, 2, Failure::Raised, ALWAYS);
    let last = steps(&log, 1, 3).await;
    let daemon = run(&log.store, &subscriber);
    reached(&daemon, last).await;
    daemon.stop().await;
    let letter = parked(&log.store).await;
    subscriber.stop_failing();
    subscriber.fails_at(1, 3, Failure::Transient, 1);
    let retried = log.store.retry(&subscriber, &letter).await;
    assert!(matches!(retried, Err(SubscribeError::Apply(_))));
    assert_eq!(parked(&log.store).await, letter);
    assert_eq!(applied(&log.pool, 1).await, [1]);
}
