//! Moves of claims, and decisions that depend on streams that move on.

use std::time::Duration;

use event_store::{Append, AppendError, Appended};
use sqlx::Executor;

use super::fixture::{Letting, LettingEvent, Log, id, let_room, log, metadata, moved, stream};

/// Holders and hours of claims, earliest first.
async fn claims(log: &Log, kind: &str) -> Vec<(String, i64)> {
    let sql = "select holder, (extract(epoch from lower(during)) / 3600)::bigint
               from slot_claims where kind = $1 order by during, holder";
    let rows = sqlx::query_as(sql).bind(kind).fetch_all(&log.pool).await;
    rows.unwrap()
}

fn refused_by(result: Result<Appended, AppendError>) -> String {
    match result {
        Err(AppendError::Refused { constraint }) => constraint,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_claim_moves_and_frees_its_former_time() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    log.append(1, vec![moved(7, 8, 12)]).await.unwrap();
    for kind in ["doctor", "patient"] {
        assert_eq!(claims(&log, kind).await, [(id(1).to_string(), 12)]);
    }
    log.append(2, vec![let_room(7, 8, 10)]).await.unwrap();
}

#[tokio::test]
async fn a_claim_moves_to_another_resource() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    log.append(1, vec![moved(6, 8, 10)]).await.unwrap();
    log.append(2, vec![let_room(7, 9, 10)]).await.unwrap();
    let taken = log.append(3, vec![let_room(6, 5, 10)]).await;
    assert_eq!(refused_by(taken), "slot_claim_doctor_no_overlap");
}

#[tokio::test]
async fn a_claim_that_can_not_move_stays_where_it_is() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    log.append(2, vec![let_room(7, 9, 12)]).await.unwrap();
    let taken = log.append(1, vec![moved(7, 8, 12)]).await;
    assert_eq!(refused_by(taken), "slot_claim_doctor_no_overlap");
    // The guest has another claim at that hour.
    let elsewhere = log.append(1, vec![moved(7, 9, 12)]).await;
    assert!(refused_by(elsewhere).starts_with("slot_claim_"));
    let there = [(id(1).to_string(), 10), (id(2).to_string(), 12)];
    assert_eq!(claims(&log, "doctor").await, there);
    assert_eq!(claims(&log, "patient").await, there);
}

#[tokio::test]
async fn a_claim_may_move_onto_a_part_of_itself() {
    let log = log().await;
    let two_hours = LettingEvent::Let {
        room: id(7),
        guest: id(8),
        hour: 10,
        hours: 2,
        hold: true,
    };
    log.append(1, vec![two_hours]).await.unwrap();
    log.append(1, vec![moved(7, 8, 11)]).await.unwrap();
    assert_eq!(claims(&log, "doctor").await, [(id(1).to_string(), 11)]);
}

#[tokio::test]
async fn a_command_may_move_settle_or_release_a_claim_that_it_takes() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10), moved(7, 8, 12)])
        .await
        .unwrap();
    assert_eq!(claims(&log, "doctor").await, [(id(1).to_string(), 12)]);
    log.append(1, vec![moved(7, 8, 14), LettingEvent::Settled])
        .await
        .unwrap();
    let settled = "select count(*) from slot_claims where held_until is null";
    assert_eq!(log.count(settled).await, 2);
    log.append(1, vec![moved(7, 8, 16), LettingEvent::Left])
        .await
        .unwrap();
    assert_eq!(claims(&log, "doctor").await, []);
}

#[tokio::test]
async fn a_move_without_a_claim_is_a_conflict() {
    let log = log().await;
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    let nothing = log.append(1, vec![moved(7, 8, 10)]).await;
    assert!(matches!(nothing, Err(AppendError::Conflict)), "{nothing:?}");
    assert_eq!(claims(&log, "doctor").await, []);
}

/// The claim of another letting is released by the command that takes its time.
#[tokio::test]
async fn a_claim_that_one_stream_releases_can_be_taken_by_another_one_in_the_same_command() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    let mut streams = Vec::new();
    for (letting, event) in [(1, LettingEvent::Left), (2, let_room(7, 9, 10))] {
        streams.push(stream(&log.store, letting, vec![event]).await.unwrap());
    }
    let append = Append {
        streams,
        depends_on: Vec::new(),
        metadata: metadata(2),
        idempotency: None,
    };
    log.store.append(&append).await.unwrap();
    assert_eq!(claims(&log, "doctor").await, [(id(2).to_string(), 10)]);
}

/// In one batch, each command has an outcome of its own.
#[tokio::test]
async fn of_many_moves_to_one_hour_one_succeeds() {
    let log = log().await;
    for letting in 1..=20 {
        let hour = i64::try_from(letting).unwrap();
        log.append(letting, vec![let_room(7, 100 + letting, hour)])
            .await
            .unwrap();
    }
    let moves = (1..=20).map(|letting| log.append(letting, vec![moved(7, 100 + letting, 40)]));
    let moves = futures::future::join_all(moves).await;
    let (there, refused): (Vec<_>, Vec<_>) = moves.into_iter().partition(Result::is_ok);
    assert_eq!((there.len(), refused.len()), (1, 19));
    for refusal in refused {
        assert_eq!(refused_by(refusal), "slot_claim_doctor_no_overlap");
    }
    let hours: Vec<i64> = claims(&log, "doctor")
        .await
        .into_iter()
        .map(|c| c.1)
        .collect();
    assert_eq!(
        (hours.len(), hours.iter().filter(|h| **h == 40).count()),
        (20, 1)
    );
}

#[tokio::test]
async fn a_claim_records_the_type_of_its_holder() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    let named = "select count(*) from slot_claims where holder_type = 'letting'";
    assert_eq!(log.count(named).await, 2);
}

/// Another process has appended to a dependency of a decision, and has not committed yet.
#[tokio::test]
async fn a_dependency_can_not_move_on_concurrently_with_the_commit() {
    let log = log().await;
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    let first = id(1).to_string();
    let rested_on = log.store.load_committed::<Letting>(&first).await.unwrap();
    let depends_on = vec![rested_on.stream_version()];

    let mut other = log.pool.begin().await.unwrap();
    let hold = "select hold_still('{}', '{}', array['letting'], array[$1])";
    let locked = sqlx::query(hold)
        .bind(id(1).to_string())
        .execute(&mut *other);
    locked.await.unwrap();
    let step = "insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type,
                                    event_version, payload, metadata)
                select epoch, aggregate_type, aggregate_id, 2, event_type, event_version, payload,
                       metadata
                from events where sequence = 1";
    other.execute(step).await.unwrap();

    let append = Append {
        streams: vec![
            stream(&log.store, 2, vec![LettingEvent::Stepped])
                .await
                .unwrap(),
        ],
        depends_on,
        metadata: metadata(2),
        idempotency: None,
    };
    let (outcome, ()) = tokio::join!(log.store.append(&append), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        other.commit().await.unwrap();
    });
    assert!(matches!(outcome, Err(AppendError::Conflict)), "{outcome:?}");
}
