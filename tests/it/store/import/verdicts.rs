//! Histories that can't be imported are refused as an append is, and the rest are imported.

use cqrs_es::DomainEvent;
use event_store::{EventData, History};
use serde::{Deserialize, Serialize};

use super::super::confidence::Confided;
use super::super::fixture::{LettingEvent, id, let_room, log, metadata, moved};
use super::super::sealed_log;
use super::{lettings, past, words};

#[tokio::test]
async fn a_stream_that_is_there_by_other_events_is_a_conflict_and_the_rest_lands() {
    let log = log().await;
    log.append(2, vec![LettingEvent::Stepped]).await.unwrap();
    let histories = lettings(1, 3);
    let landings = log.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), ["landed", "conflict", "landed"]);
    assert_eq!(log.count("select count(*) from events").await, 7);
    assert_eq!(log.count("select count(*) from slot_claims").await, 4);
}

#[tokio::test]
async fn what_overlaps_within_an_import_goes_to_the_first() {
    let log = log().await;
    let histories = [
        past(1, 10, vec![let_room(7, 8, 10)]),
        past(2, 20, vec![let_room(7, 9, 10), LettingEvent::Stepped]),
        past(3, 30, vec![let_room(6, 8, 10)]),
        past(4, 40, vec![let_room(5, 5, 10)]),
    ];
    let landings = log.store.import(&histories).await.unwrap();
    let expected = [
        "landed",
        "slot_claim_doctor_no_overlap",
        "slot_claim_patient_no_overlap",
        "landed",
    ];
    assert_eq!(words(&landings), expected);
    assert_eq!(log.count("select count(*) from events").await, 2);
    assert_eq!(log.count("select count(*) from slot_claims").await, 4);
}

#[tokio::test]
async fn what_overlaps_with_what_is_held_is_refused_by_the_name_of_the_constraint() {
    let log = log().await;
    log.append(1, vec![let_room(7, 8, 10)]).await.unwrap();
    let name = |name: &str| LettingEvent::Named {
        name: name.to_owned(),
    };
    log.append(1, vec![name("blue door")]).await.unwrap();
    let gave_back = vec![let_room(7, 8, 10), LettingEvent::Left];
    let histories = [
        past(2, 20, vec![let_room(7, 9, 10)]),
        past(3, 30, vec![name("blue door")]),
        past(4, 40, gave_back),
        past(5, 50, vec![name("red door")]),
    ];
    let landings = log.store.import(&histories).await.unwrap();
    let expected = [
        "slot_claim_doctor_no_overlap",
        "account_login_unique",
        "landed",
        "landed",
    ];
    assert_eq!(words(&landings), expected);
    assert_eq!(log.count("select count(*) from slot_claims").await, 2);
}

#[tokio::test]
async fn whoever_moves_what_it_never_took_is_a_conflict() {
    let log = log().await;
    let histories = [
        past(1, 10, vec![LettingEvent::Stepped, moved(7, 8, 10)]),
        past(2, 20, vec![LettingEvent::Settled, LettingEvent::Left]),
        past(3, 30, vec![LettingEvent::Stepped]),
    ];
    let landings = log.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), ["conflict", "landed", "landed"]);
    assert_eq!(log.count("select count(*) from events").await, 3);
}

#[tokio::test]
async fn asked_again_everything_was_there_and_nothing_changes() {
    let log = log().await;
    let first = lettings(1, 200);
    log.store.import(&first).await.unwrap();
    // One of them has gone on since.
    log.append(7, vec![LettingEvent::Stepped]).await.unwrap();
    let landings = log.store.import(&lettings(1, 201)).await.unwrap();
    let mut expected = vec!["was there"; 200];
    expected.push("landed");
    assert_eq!(words(&landings), expected);
    assert_eq!(log.count("select count(*) from events").await, 3 * 201 + 1);
    assert_eq!(log.count("select count(*) from slot_claims").await, 2 * 201);
}

#[tokio::test]
async fn a_history_that_comes_twice_lands_once() {
    let log = log().await;
    let mut histories = lettings(1, 2);
    histories.extend(lettings(1, 1));
    histories.push(past(2, 99, vec![LettingEvent::Stepped]));
    let landings = log.store.import(&histories).await.unwrap();
    let expected = ["landed", "landed", "was there", "conflict"];
    assert_eq!(words(&landings), expected);
    assert_eq!(log.count("select count(*) from events").await, 6);
}

/// JSON may hold what the database's text can't.
#[tokio::test]
async fn what_the_database_can_not_take_in_is_refused_alone() {
    let log = log().await;
    let name = LettingEvent::Whispered {
        phi: "quiet".to_owned(),
    };
    assert!(EventData::from_event(&name).is_err(), "phi for nobody");
    let unstorable = LettingEvent::Rested {
        on: "\0".to_owned(),
        version: 0,
    };
    let histories = [
        past(1, 10, vec![let_room(7, 8, 10)]),
        past(2, 20, vec![unstorable]),
        past(3, 30, vec![let_room(7, 8, 11)]),
    ];
    let landings = log.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), ["landed", "unstorable", "landed"]);
    assert_eq!(log.count("select count(*) from events").await, 2);
}

/// Says of whom it tells in a way that nobody's key can be found by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Misaddressed {
    subject: String,
    phi: String,
}

impl DomainEvent for Misaddressed {
    fn event_type(&self) -> String {
        "confidence.misaddressed".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[tokio::test]
async fn a_secret_of_nobody_is_refused_and_the_rest_lands() {
    let log = sealed_log::log().await;
    let misaddressed = Misaddressed {
        subject: "asha".to_owned(),
        phi: "a secret".to_owned(),
    };
    let past = |confidence: u128, event: EventData| {
        let history = History::new("confidence", id(confidence).to_string());
        history.then(metadata(confidence), vec![event])
    };
    let histories = [
        past(
            1,
            EventData::from_event(&Confided::secret(7, "one")).unwrap(),
        ),
        past(2, EventData::from_event(&misaddressed).unwrap()),
        past(
            3,
            EventData::from_event(&Confided::secret(8, "three")).unwrap(),
        ),
    ];
    let landings = log.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), ["landed", "unsealable", "landed"]);
    assert_eq!(log.count("select count(*) from events").await, 2);
}
