//! What can't be taken is parked with its aggregate, in order, and nothing else waits for it.

use std::sync::Arc;

use event_store::{Daemon, DaemonOptions, Retried, SubscribeError};
use futures::future::join_all;

use super::fixture::{LettingEvent, Log, id, log};
use super::picky::{Failure, Picky, parked, reached, run, taken};
use super::sealed_log::eventually;

const STEPPED: [&str; 1] = ["letting.stepped"];

/// More often than anybody tries.
const ALWAYS: u32 = u32::MAX;

async fn steps(log: &Log, letting: u128, count: usize) -> event_store::Cursor {
    let events = vec![LettingEvent::Stepped; count];
    log.append(letting, events).await.unwrap().cursor
}

#[tokio::test]
async fn a_subscriber_that_throws_three_times_recovers_and_nothing_is_parked() {
    for failure in [Failure::Raised, Failure::Unreadable] {
        let log = log().await;
        let picky = Picky::of(&log.pool, &STEPPED).await;
        picky.fails_at(1, 2, failure, 3);
        let last = steps(&log, 1, 3).await;
        let daemon = run(&log.store, &picky);
        reached(&daemon, last).await;
        daemon.stop().await;
        assert_eq!(*picky.failed.lock().unwrap(), 3, "{failure:?}");
        assert_eq!(taken(&log.pool, 1).await, [1, 2, 3]);
        assert_eq!(log.store.dead_letters().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_poison_event_in_a_burst_parks_its_aggregate_from_there_on_and_the_rest_flows() {
    let log = log().await;
    let picky = Picky::of(&log.pool, &STEPPED).await;
    picky.fails_at(1, 3, Failure::Raised, ALWAYS);
    steps(&log, 2, 2).await;
    steps(&log, 1, 5).await;
    let daemon = run(&log.store, &picky);
    reached(&daemon, steps(&log, 2, 1).await).await;
    // What comes later waits behind it; the others go on.
    steps(&log, 1, 2).await;
    reached(&daemon, steps(&log, 3, 2).await).await;

    assert_eq!(taken(&log.pool, 1).await, [1, 2]);
    assert_eq!(taken(&log.pool, 2).await, [1, 2, 3]);
    assert_eq!(taken(&log.pool, 3).await, [1, 2]);
    let letter = parked(&log.store).await;
    assert_eq!(
        (letter.aggregate_id, letter.sequence),
        (id(1).to_string(), 3)
    );
    assert_eq!((letter.attempts, &*letter.reason), (1, "SQLSTATE P0001"));
    let (version, standing) = daemon.progress().standing("picky").unwrap();
    assert_eq!((version, standing.parked), (1, 1));
    daemon.stop().await;
}

#[tokio::test]
async fn the_reason_tells_nothing_of_what_was_found() {
    let log = log().await;
    let picky = Picky::of(&log.pool, &STEPPED).await;
    picky.fails_at(1, 1, Failure::Unreadable, ALWAYS);
    let last = steps(&log, 1, 1).await;
    let daemon = run(&log.store, &picky);
    reached(&daemon, last).await;
    daemon.stop().await;
    let letter = parked(&log.store).await;
    assert_eq!(letter.reason, "a value breaks a rule of its type");
}

#[tokio::test]
async fn what_passes_is_never_parked() {
    let log = log().await;
    let picky = Picky::of(&log.pool, &STEPPED).await;
    picky.fails_at(1, 1, Failure::Passing, 5);
    let last = steps(&log, 1, 2).await;
    let daemon = run(&log.store, &picky);
    reached(&daemon, last).await;
    daemon.stop().await;
    assert_eq!(*picky.failed.lock().unwrap(), 5);
    assert_eq!(taken(&log.pool, 1).await, [1, 2]);
    assert_eq!(log.store.dead_letters().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_parked_is_taken_in_order_once_it_can_be() {
    let log = log().await;
    let picky = Picky::of(&log.pool, &STEPPED).await;
    picky.fails_at(1, 2, Failure::Raised, ALWAYS);
    steps(&log, 1, 4).await;
    let daemon = run(&log.store, &picky);
    reached(&daemon, steps(&log, 2, 1).await).await;
    let letter = parked(&log.store).await;
    let waiting = log.store.waiting_events(&letter, 10).await.unwrap();
    let numbers: Vec<_> = waiting.iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, [2, 3, 4]);

    picky.takes_everything();
    let retried = log.store.retry(&picky, &letter).await.unwrap();
    assert_eq!(retried, Retried::Taken { events: 3 });
    assert_eq!(taken(&log.pool, 1).await, [1, 2, 3, 4]);
    assert_eq!(log.store.dead_letters().await.unwrap(), []);
    // Nobody parks what was taken, and what comes goes on where it was.
    let again = log.store.retry(&picky, &letter).await.unwrap();
    assert_eq!(again, Retried::Gone);
    reached(&daemon, steps(&log, 1, 1).await).await;
    assert_eq!(taken(&log.pool, 1).await, [1, 2, 3, 4, 5]);
    let (_, standing) = daemon.progress().standing("picky").unwrap();
    assert_eq!(standing.parked, 0);
    daemon.stop().await;
}

#[tokio::test]
async fn a_retry_that_fails_further_on_keeps_what_went() {
    let log = log().await;
    let picky = Picky::of(&log.pool, &STEPPED).await;
    picky.fails_at(1, 2, Failure::Raised, ALWAYS);
    let last = steps(&log, 1, 5).await;
    let daemon = run(&log.store, &picky);
    reached(&daemon, last).await;
    daemon.stop().await;

    picky.takes_everything();
    picky.fails_at(1, 4, Failure::Unreadable, ALWAYS);
    let before = parked(&log.store).await;
    let retried = log.store.retry(&picky, &before).await.unwrap();
    assert_eq!(retried, Retried::StillParked);
    assert_eq!(taken(&log.pool, 1).await, [1, 2, 3]);
    let letter = parked(&log.store).await;
    assert_eq!((letter.sequence, letter.attempts), (4, 2));
    assert_eq!(letter.parked_at, before.parked_at);
    assert!(letter.tried_at > before.tried_at);
}

/// While a retry runs, the aggregate goes on, and so does its subscriber.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_come_during_a_retry_are_taken_once_and_in_order() {
    let log = Arc::new(log().await);
    let picky = Picky::of(&log.pool, &STEPPED).await;
    let daemon = run(&log.store, &picky);
    for round in 0..20 {
        let poison = round * 12 + 2;
        picky.fails_at(1, poison, Failure::Raised, ALWAYS);
        let last = steps(&log, 1, 4).await;
        reached(&daemon, last).await;
        let letter = parked(&log.store).await;
        picky.takes_everything();
        let writes = async {
            let mut last = last;
            for _ in 0..8 {
                last = steps(&log, 1, 1).await;
            }
            last
        };
        let (last, retried) = tokio::join!(writes, log.store.retry(&picky, &letter));
        assert!(matches!(retried.unwrap(), Retried::Taken { events: 3.. }));
        reached(&daemon, last).await;
        let all: Vec<i64> = (1..=(round + 1) * 12).collect();
        assert_eq!(taken(&log.pool, 1).await, all);
    }
    daemon.stop().await;
}

/// If hardly anything can be taken, it is not the events that are wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_thousand_parked_aggregates_the_subscriber_waits() {
    let log = log().await;
    let picky = Picky::of(&log.pool, &STEPPED).await;
    for letting in 1..=1_001 {
        picky.fails_at(letting, 1, Failure::Raised, ALWAYS);
    }
    join_all((1..=1_001).map(|letting| steps(&log, letting, 1))).await;
    let options = DaemonOptions {
        batch: 250,
        ..DaemonOptions::default()
    };
    let subscriber = Arc::new(picky.clone());
    let daemon = Daemon::start(&log.store, vec![subscriber], options);
    let parked = "select count(*) from dead_letters";
    eventually(async || log.count(parked).await == 1_000).await;
    let tries = *picky.failed.lock().unwrap();
    eventually(async || *picky.failed.lock().unwrap() > tries + 4).await;
    assert_eq!(log.count(parked).await, 1_000);
    assert!(daemon.progress().of("picky") < log.store.head().await.unwrap());

    // Whoever makes room lets it go on.
    picky.takes_everything();
    for letter in log.store.dead_letters().await.unwrap() {
        let retried = log.store.retry(&picky, &letter).await;
        assert!(matches!(retried, Ok(Retried::Taken { events: 1 })));
    }
    reached(&daemon, log.store.head().await.unwrap()).await;
    assert_eq!(log.count("select count(*) from taken").await, 1_001);
    daemon.stop().await;
}

/// A retry while the database is not willing changes nothing.
#[tokio::test]
async fn a_retry_that_fails_for_another_reason_leaves_all_as_it_was() {
    let log = log().await;
    let picky = Picky::of(&log.pool, &STEPPED).await;
    picky.fails_at(1, 2, Failure::Raised, ALWAYS);
    let last = steps(&log, 1, 3).await;
    let daemon = run(&log.store, &picky);
    reached(&daemon, last).await;
    daemon.stop().await;
    let letter = parked(&log.store).await;
    picky.takes_everything();
    picky.fails_at(1, 3, Failure::Passing, 1);
    let retried = log.store.retry(&picky, &letter).await;
    assert!(matches!(retried, Err(SubscribeError::Apply(_))));
    assert_eq!(parked(&log.store).await, letter);
    assert_eq!(taken(&log.pool, 1).await, [1]);
}
