//! An import leaves what the same commands would have left, one after the other.

use event_store::{Append, EventData, EventStore, History, HistoryBuilder};
use proptest::prelude::*;
use sqlx::PgPool;

use super::super::confidence::Confided;
use super::super::fixture::{
    Letting, LettingEvent, at, id, let_room, log, metadata, moved, stream,
};
use super::super::sealed_log::{self, one_secret, secrets};
use super::{past, words};

/// All rows of the log and of what is unique, as text, without what the database says by itself.
async fn rows(pool: &PgPool) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "select format('%s', (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata))
         from events order by aggregate_type, aggregate_id, sequence",
        "select format('%s', (kind, resource, during, holder, held_until, holder_type))
         from slot_claims order by holder, kind",
        "select format('%s', (space, key, holder, subject)) from reservations order by holder, space",
    ] {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
        all.extend(rows);
    }
    all
}

async fn append_each(store: &EventStore, letting: u128, command: u128, events: &[LettingEvent]) {
    for (command, event) in (command..).zip(events) {
        let stream = stream(store, letting, vec![event.clone()]).await.unwrap();
        let append = Append {
            streams: vec![stream],
            depends_on: Vec::new(),
            metadata: metadata(command),
            idempotency: None,
        };
        store.append(&append).await.unwrap();
    }
}

/// The next event of a letting that has, or has not, a room and a name.
fn next(letting: u128, roll: u8, (has_room, has_name): (bool, bool)) -> LettingEvent {
    let (room, guest) = (1_000 + letting, 2_000 + letting);
    match roll % 6 {
        0 | 1 if has_room => moved(room, guest, i64::from(roll)),
        0 | 1 => let_room(room, guest, i64::from(roll)),
        2 => LettingEvent::Settled,
        3 => LettingEvent::Left,
        4 if !has_name => LettingEvent::Named {
            name: format!("door {letting} {roll}"),
        },
        _ => LettingEvent::Stepped,
    }
}

fn story(letting: u128, rolls: &[u8]) -> Vec<LettingEvent> {
    let (mut has_room, mut has_name) = (false, false);
    let mut events = Vec::new();
    for roll in rolls {
        let event = next(letting, *roll, (has_room, has_name));
        match event {
            LettingEvent::Let { .. } => has_room = true,
            LettingEvent::Named { .. } => has_name = true,
            LettingEvent::Left => (has_room, has_name) = (false, false),
            _ => {}
        }
        events.push(event);
    }
    events
}

async fn both_ways(stories: Vec<Vec<u8>>) {
    let (appended, imported) = (log().await, log().await);
    let mut histories = Vec::new();
    for (letting, rolls) in (1_u128..).zip(stories) {
        let events = story(letting, &rolls);
        append_each(&appended.store, letting, letting << 32, &events).await;
        histories.push(past(letting, letting << 32, events));
    }
    let landings = imported.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), vec!["landed"; histories.len()]);
    assert_eq!(rows(&imported.pool).await, rows(&appended.pool).await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_import_leaves_what_appends_leave(
        stories in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..12), 1..20)
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(both_ways(stories));
    }
}

#[tokio::test]
async fn several_events_of_one_command_share_its_metadata() {
    let log = log().await;
    let events = |count| {
        let stepped = EventData::from_event(&LettingEvent::Stepped).unwrap();
        vec![stepped; count]
    };
    let history = History::new("letting", id(1).to_string())
        .then(metadata(5), events(2))
        .then(metadata(6), events(1));
    let landings = log.store.import(&[history]).await.unwrap();
    assert_eq!(words(&landings), ["landed"]);
    let sql = "select metadata ->> 'commandId' from events order by sequence";
    let commands: Vec<String> = sqlx::query_scalar(sql).fetch_all(&log.pool).await.unwrap();
    let expected = [5, 5, 6].map(|command| id(command).to_string());
    assert_eq!(commands, expected);
}

#[tokio::test]
async fn what_was_imported_is_loaded_and_goes_on() {
    let log = log().await;
    let history = past(1, 1, vec![let_room(7, 8, 10), LettingEvent::Stepped]);
    log.store.import(&[history]).await.unwrap();
    let loaded = log.store.load::<Letting>(&id(1).to_string()).await.unwrap();
    assert_eq!((loaded.version(), loaded.aggregate().steps), (2, 2));
    log.append(1, vec![moved(7, 8, 12)]).await.unwrap();
    let held = log
        .store
        .claims("doctor", id(7), std::slice::from_ref(&(at(12)..at(13))))
        .await
        .unwrap();
    assert_eq!(held.len(), 1);
}

#[tokio::test]
async fn more_rows_than_fit_a_transaction_land_whole_and_in_order() {
    let log = log().await;
    let many = past(1, 1, vec![LettingEvent::Stepped; 6_000]);
    let one = past(2, 1, vec![LettingEvent::Stepped]);
    let landings = log.store.import(&[many, one]).await.unwrap();
    assert_eq!(words(&landings), ["landed", "landed"]);
    let whole = "select count(distinct transaction_id) from events where aggregate_id = ";
    assert_eq!(log.count(&format!("{whole}'{}'", id(1))).await, 1);
    let inverted = "
        select count(*) from (
          select position - lag(position) over (order by sequence) as step from events
          where aggregate_id = (select min(aggregate_id) from events)
        ) steps where step <= 0";
    assert_eq!(log.count(inverted).await, 0);
}

#[tokio::test]
async fn no_transaction_takes_more_than_its_share() {
    let log = log().await;
    let histories = super::lettings(1, 3_000);
    let landings = log.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), vec!["landed"; 3_000]);
    let most = "
        select max(rows)::bigint from (
          select count(*) + 2 * count(distinct aggregate_id) as rows
          from events group by transaction_id
        ) transactions";
    let most = log.count(most).await;
    // Sixty histories, of three events and two claims each.
    assert!(most <= 60 * (3 + 2), "{most}");
    let split = "
        select count(*) from (
          select 1 from events group by aggregate_id having count(distinct transaction_id) > 1
        ) streams";
    assert_eq!(log.count(split).await, 0);
}

fn confided(confidence: u128, command: u128, secrets: &[(u128, &str)]) -> History {
    let history = History::new("confidence", id(confidence).to_string());
    (command..)
        .zip(secrets)
        .fold(history, |history, (command, (subject, secret))| {
            let event = EventData::from_event(&Confided::secret(*subject, secret)).unwrap();
            history.then(metadata(command), vec![event])
        })
}

#[tokio::test]
async fn secrets_are_sealed_and_open_again() {
    let log = sealed_log::log().await;
    let histories: Vec<_> = (1..=300)
        .map(|n| confided(n, n << 32, &[(n % 40 + 1, "xanthelasma")]))
        .collect();
    let landings = log.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), vec!["landed"; 300]);
    let clear = "select count(*) from events where payload::text like '%xanthelasma%'";
    assert_eq!(log.count(clear).await, 0);
    assert_eq!(log.count("select count(*) from subject_keys").await, 40);
    assert_eq!(secrets(&log.store, 200).await, one_secret("xanthelasma"));
    let other = sealed_log::process(&log.database, &[sealed_log::FIRST]).await;
    assert_eq!(secrets(&other, 2).await, one_secret("xanthelasma"));
}

#[tokio::test]
async fn of_an_erased_person_the_fact_is_kept_and_neither_secret_nor_name() {
    let log = sealed_log::log().await;
    log.store.sealing().erase(id(7)).await.unwrap();
    let histories = [
        confided(1, 1, &[(7, "@too late")]),
        confided(2, 2, &[(8, "@in time")]),
    ];
    let landings = log.store.import(&histories).await.unwrap();
    assert_eq!(words(&landings), ["landed", "landed"]);
    assert_eq!(secrets(&log.store, 1).await, [None]);
    assert_eq!(secrets(&log.store, 2).await, one_secret("@in time"));
    let null = "select count(*) from events where payload -> 'phi' = 'null'";
    assert_eq!(log.count(null).await, 1);
    assert_eq!(log.count("select count(*) from reservations").await, 1);
    let keys = "select count(*) from subject_keys where wrapped is not null";
    assert_eq!(
        log.count(keys).await,
        1,
        "no key was made for who was erased"
    );
}

#[tokio::test]
async fn a_chronicle_is_decided_as_it_is_told_and_a_refusal_ends_it() {
    let log = log().await;
    let chronicle = HistoryBuilder::<Letting>::new(id(1).to_string());
    let stepped = vec![LettingEvent::Stepped, LettingEvent::Stepped];
    let chronicle = chronicle.then(stepped, metadata(5)).await.unwrap().unwrap();
    let counted = vec![LettingEvent::Counted { before: 0 }];
    let chronicle = chronicle.then(counted, metadata(6)).await.unwrap().unwrap();
    assert_eq!(chronicle.aggregate().steps, 3);
    let history = chronicle.into_history();
    assert_eq!((history.len(), history.is_empty()), (3, false));
    assert_eq!(history.aggregate_id(), id(1).to_string());
    assert_eq!(
        log.store
            .stream_started_at("letting", &id(1).to_string())
            .await
            .unwrap(),
        None
    );
    log.store.import(&[history]).await.unwrap();
    let counted = "select (payload ->> 'before')::bigint from events where sequence = 3";
    assert_eq!(log.count(counted).await, 2);
    let began = log
        .store
        .stream_started_at("letting", &id(1).to_string())
        .await
        .unwrap();
    let recorded = "select recorded_at from events where sequence = 1";
    let recorded: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(recorded)
        .fetch_one(&log.pool)
        .await
        .unwrap();
    assert_eq!(began, Some(recorded));
    let many = vec![LettingEvent::Stepped; 40];
    let full = HistoryBuilder::<Letting>::new(id(2).to_string());
    let full = full.then(many, metadata(7)).await.unwrap().unwrap();
    let one_more = vec![LettingEvent::Counted { before: 0 }];
    assert!(full.then(one_more, metadata(8)).await.unwrap().is_err());
    assert!(History::new("letting", id(1).to_string()).is_empty());
}
