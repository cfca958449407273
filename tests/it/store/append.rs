//! Appends: outcomes of single commands.

use event_store::{Append, AppendError, Idempotency, Loaded};
use serde_json::json;

use super::fixture::{Letting, LettingEvent, id, let_room, log, metadata, stream};

fn refused_by(result: &Result<event_store::Appended, AppendError>) -> &str {
    match result {
        Err(AppendError::Refused { constraint }) => constraint,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn what_was_appended_is_loaded_in_order() {
    let log = log().await;
    log.append(1, vec![LettingEvent::Stepped, LettingEvent::Stepped])
        .await
        .unwrap();
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    let loaded = log.store.load::<Letting>(&id(1).to_string()).await.unwrap();
    assert_eq!((loaded.version(), loaded.aggregate().steps), (3, 3));
}

#[tokio::test]
async fn an_aggregate_without_events_is_the_default_at_version_0() {
    let loaded = log().await.store.load::<Letting>("new").await.unwrap();
    assert_eq!(
        (loaded.version(), loaded.aggregate()),
        (0, &Letting::default())
    );
}

#[tokio::test]
async fn of_two_decisions_on_one_version_the_second_conflicts() {
    let log = log().await;
    let stream = stream(&log.store, 1, vec![LettingEvent::Stepped])
        .await
        .unwrap();
    let append = |command| Append {
        streams: vec![stream.clone()],
        depends_on: Vec::new(),
        metadata: metadata(command),
        idempotency: None,
    };
    log.store.append(&append(1)).await.unwrap();
    assert!(matches!(
        log.store.append(&append(2)).await,
        Err(AppendError::Conflict)
    ));
}

#[tokio::test]
async fn overlapping_claims_are_refused_by_the_name_of_their_constraint() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    let same_room = log.append(2, vec![let_room(7, 9, 10)]).await;
    assert_eq!(refused_by(&same_room), "slot_claim_doctor_no_overlap");
    let same_guest = log.append(3, vec![let_room(6, 8, 10)]).await;
    assert_eq!(refused_by(&same_guest), "slot_claim_patient_no_overlap");
    log.append(4, vec![let_room(7, 8, 11)]).await.unwrap();
    assert_eq!(log.count("select count(*) from events").await, 2);
    assert_eq!(log.count("select count(*) from slot_claims").await, 4);
}

#[tokio::test]
async fn a_released_claim_can_be_taken_and_a_settled_one_stays() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    log.append(1, vec![LettingEvent::Left]).await.unwrap();
    log.append(2, vec![let_room(7, 9, 10), LettingEvent::Settled])
        .await
        .unwrap();
    log.append(3, vec![let_room(7, 9, 20)]).await.unwrap();
    log.append(3, vec![LettingEvent::Settled]).await.unwrap();
    assert_eq!(
        log.count("select count(*) from slot_claims where held_until is null")
            .await,
        4
    );
    assert_eq!(log.count("select count(*) from slot_claims").await, 4);
}

#[tokio::test]
async fn a_name_belongs_to_one_holder_until_it_is_freed() {
    let log = log().await;
    let name = || {
        vec![LettingEvent::Named {
            name: "blue door".to_owned(),
        }]
    };
    log.append(1, name()).await.unwrap();
    assert_eq!(
        refused_by(&log.append(2, name()).await),
        "account_login_unique"
    );
    log.append(1, vec![LettingEvent::Left]).await.unwrap();
    log.append(2, name()).await.unwrap();
}

#[tokio::test]
async fn a_used_key_is_refused_and_its_reply_is_found_with_its_position() {
    let log = log().await;
    let own = |fingerprint| {
        Some(Idempotency {
            key: [1; 32],
            fingerprint: [fingerprint; 32],
            reply: json!({"n": 1}),
        })
    };
    let first = log
        .append_with(1, vec![LettingEvent::Stepped], own(2))
        .await
        .unwrap();
    let again = log
        .append_with(2, vec![LettingEvent::Stepped], own(2))
        .await;
    assert!(matches!(again, Err(AppendError::KeyUsed)), "{again:?}");
    let recorded = log.store.recorded_reply(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(
        (recorded.reply, recorded.cursor),
        (json!({"n": 1}), first.cursor)
    );
    assert_eq!(recorded.fingerprint, vec![2; 32]);
    assert_eq!(log.count("select count(*) from events").await, 1);
}

#[tokio::test]
async fn several_streams_of_one_command_have_one_outcome() {
    let log = log().await;
    log.append(
        9,
        vec![LettingEvent::Named {
            name: "taken".to_owned(),
        }],
    )
    .await
    .unwrap();
    let one = stream(&log.store, 1, vec![LettingEvent::Stepped])
        .await
        .unwrap();
    let named = vec![LettingEvent::Named {
        name: "taken".to_owned(),
    }];
    let two = stream(&log.store, 2, named).await.unwrap();
    let append = Append {
        streams: vec![one, two],
        depends_on: Vec::new(),
        metadata: metadata(1),
        idempotency: None,
    };
    let refused = log.store.append(&append).await;
    assert_eq!(refused_by(&refused), "account_login_unique");
    assert_eq!(log.count("select count(*) from events").await, 1);
}

#[tokio::test]
async fn phi_without_a_subject_is_refused_before_it_reaches_the_database() {
    let log = log().await;
    let whisper = vec![LettingEvent::Whispered {
        phi: "secret".to_owned(),
    }];
    let refused = log.append(1, whisper).await;
    assert!(
        matches!(refused, Err(AppendError::PhiWithoutSubject { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn history_can_be_neither_changed_nor_removed() {
    let log = log().await;
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    for sql in [
        "update events set payload = '{}'",
        "delete from events",
        "truncate events",
    ] {
        let error = sqlx::query(sql).execute(&log.pool).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn an_unreadable_event_is_named() {
    let log = log().await;
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    sqlx::query(
        "insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         select epoch, aggregate_type, aggregate_id, 2, 'letting.unheard', '1', '{\"type\": \"Unheard\"}', metadata from events",
    )
    .execute(&log.pool)
    .await
    .unwrap();
    let error = log
        .store
        .load_from_log::<Letting>(&id(1).to_string())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("event 2 of letting"), "{error}");
}

/// Writers keep the plans of their statements, which are made while the log is empty.
#[tokio::test]
async fn dependencies_of_a_decision_are_looked_up_by_index_also_with_plans_of_a_short_log() {
    let log = log().await;
    let append_dependent = async |letting| {
        let other = id(1).to_string();
        let other = log.store.load_committed::<Letting>(&other).await.unwrap();
        // Not loaded: loads use other connections and plans.
        let new_stream = Loaded::<Letting>::new_stream(&id(letting).to_string());
        let decided = new_stream.decide(vec![LettingEvent::Stepped]).await;
        let decided = decided.unwrap();
        let append = Append {
            streams: vec![decided.stream],
            depends_on: vec![other.stream_version()],
            metadata: metadata(letting),
            idempotency: None,
        };
        log.store.append(&append).await.unwrap();
    };
    log.append(1, vec![LettingEvent::Stepped]).await.unwrap();
    // The statistics show a short log.
    sqlx::query("analyze events")
        .execute(&log.pool)
        .await
        .unwrap();
    for letting in 2..12 {
        append_dependent(letting).await;
    }
    let many = "insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type,
                                    event_version, payload, metadata)
                select 1, 'letting', 'other ' || n, 1, 'letting.stepped', '1', '{}', '{}'
                from generate_series(1, 20000) n";
    sqlx::query(many).execute(&log.pool).await.unwrap();
    let rows_read = "select seq_tup_read from pg_stat_user_tables where relname = 'events'";
    let before = log.count(rows_read).await;
    for letting in 12..52 {
        append_dependent(letting).await;
    }
    // A session reports its statistics at the end of a transaction, at most once a second.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    append_dependent(52).await;
    let read = log.count(rows_read).await - before;
    assert!(read < 20_000, "the log was scanned: {read} rows");
}
