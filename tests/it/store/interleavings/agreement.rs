//! The log, the outcomes, the claims and the keys after a run, compared with each other.

use std::collections::{BTreeMap, BTreeSet};

use event_store::Cursor;
use sqlx::PgPool;
use uuid::Uuid;

use super::super::fixture::{COUNTED_AT_MOST, LettingEvent};
use super::{Outcome, Outcomes};

/// An event of the log: its command, aggregate, sequence, payload and position.
pub(super) struct Event {
    command: Uuid,
    letting: String,
    sequence: i64,
    what: LettingEvent,
    cursor: Cursor,
}

pub(super) async fn events(pool: &PgPool) -> Vec<Event> {
    let sql = "select metadata ->> 'commandId', aggregate_id, sequence, payload,
                      epoch || '-' || transaction_id || '-' || position
               from events order by epoch, transaction_id, position";
    let rows: Vec<(String, String, i64, serde_json::Value, String)> =
        sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    let event =
        |(command, letting, sequence, what, cursor): (String, String, i64, _, String)| Event {
            command: command.parse().unwrap(),
            letting,
            sequence,
            what: serde_json::from_value(what).unwrap(),
            cursor: cursor.parse().unwrap(),
        };
    rows.into_iter().map(event).collect()
}

/// The log contains exactly the commands that were reported as committed.
pub(super) fn outcomes_agree(events: &[Event], outcomes: &Outcomes) {
    let mut last = BTreeMap::new();
    for event in events {
        let before = last.insert(event.command, event.cursor);
        // One command is one transaction: its events are contiguous.
        assert!(before.is_none_or(|before| before < event.cursor));
    }
    for (command, outcome) in outcomes {
        let logged = last.remove(command);
        match outcome {
            Outcome::Committed(cursor) => {
                assert_eq!(logged, Some(*cursor), "{command} was acknowledged");
            }
            Outcome::NotCommitted => assert_eq!(logged, None, "{command} was refused"),
            Outcome::Unknown => {}
        }
    }
    assert!(last.is_empty(), "no command wrote {last:?}");
}

/// The events of each aggregate are gapless, in the order of the log, and each was decided on those before it.
pub(super) fn streams_are_serial(events: &[Event]) {
    let mut versions: BTreeMap<&str, i64> = BTreeMap::new();
    for event in events {
        let version = versions.entry(&event.letting).or_default();
        if let LettingEvent::Counted { before } = event.what {
            assert_eq!(i64::from(before), *version, "decided on another state");
            assert!(before < COUNTED_AT_MOST);
        }
        *version += 1;
        assert_eq!(event.sequence, *version, "a gap, or out of order");
        if let LettingEvent::Rested { on, version } = &event.what {
            let stood = versions.get(on.as_str()).copied().unwrap_or_default();
            assert_eq!(*version, stood, "rested on another version");
        }
    }
}

/// Claims: resource, hour, holder, and whether they are settled.
type Held = BTreeSet<(String, Uuid, i64, String, bool)>;

/// The claims and names according to the events.
fn held(events: &[Event]) -> (Held, BTreeSet<(String, String)>) {
    let mut claims = Held::new();
    let mut names = BTreeSet::new();
    for event in events {
        let holder = &event.letting;
        match &event.what {
            LettingEvent::Let {
                room, guest, hour, ..
            } => {
                claims.insert(("doctor".into(), *room, *hour, holder.clone(), false));
                claims.insert(("patient".into(), *guest, *hour, holder.clone(), false));
            }
            LettingEvent::Moved { room, guest, hour } => {
                let before = claims.len();
                claims.retain(|claim| &claim.3 != holder);
                assert_eq!(before - claims.len(), 2, "moved what it had not");
                claims.insert(("doctor".into(), *room, *hour, holder.clone(), false));
                claims.insert(("patient".into(), *guest, *hour, holder.clone(), false));
            }
            LettingEvent::Settled => {
                let settled = claims.iter().map(|claim| match claim {
                    (kind, resource, hour, by, _) if by == holder => {
                        (kind.clone(), *resource, *hour, by.clone(), true)
                    }
                    other => other.clone(),
                });
                claims = settled.collect();
            }
            LettingEvent::Left => {
                claims.retain(|claim| &claim.3 != holder);
                names.retain(|(by, _)| by != holder);
            }
            LettingEvent::Named { name } => {
                names.insert((holder.clone(), name.clone()));
            }
            LettingEvent::Stepped
            | LettingEvent::Counted { .. }
            | LettingEvent::Rested { .. }
            | LettingEvent::Whispered { .. } => {}
        }
    }
    (claims, names)
}

pub(super) async fn claims_agree(pool: &PgPool, events: &[Event]) {
    let sql = "select kind, resource, (extract(epoch from lower(during)) / 3600)::bigint, holder,
                      held_until is null from slot_claims";
    let rows: Vec<(String, Uuid, i64, String, bool)> =
        sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    let (claims, names) = held(events);
    assert_eq!(rows.into_iter().collect::<Held>(), claims);
    let rows: Vec<(String, Vec<u8>)> = sqlx::query_as("select holder, key from reservations")
        .fetch_all(pool)
        .await
        .unwrap();
    let stored = rows
        .into_iter()
        .map(|(holder, name)| (holder, String::from_utf8(name).unwrap()));
    assert_eq!(stored.collect::<BTreeSet<_>>(), names);
}

/// Each recorded key belongs to an event of the log.
pub(super) async fn keys_agree(pool: &PgPool) {
    let sql = "select count(*) from idempotency_keys i
               left join events e using (aggregate_type, aggregate_id, sequence)
               where e.sequence is null";
    let orphans: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
    assert_eq!(orphans, 0);
}
