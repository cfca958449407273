//! Whole histories that come from elsewhere.

mod equality;
mod interruptions;
mod verdicts;

use event_store::{AppendError, EventData, History, ImportOutcome};

use super::fixture::{LettingEvent, id, let_room, metadata};

/// A letting's whole past: each event by a command of its own, numbered from the given one.
pub fn past(letting: u128, command: u128, events: Vec<LettingEvent>) -> History {
    let history = History::new("letting", id(letting).to_string());
    (command..)
        .zip(events)
        .fold(history, |history, (command, event)| {
            let event = EventData::from_event(&event).unwrap();
            history.then(metadata(command), vec![event])
        })
}

/// So many lettings, each of which has a room of its own and was settled.
pub fn lettings(from: u128, count: u128) -> Vec<History> {
    let one = |letting| {
        let events = vec![
            let_room(letting, letting, 10),
            LettingEvent::Stepped,
            LettingEvent::Settled,
        ];
        past(letting, letting << 32, events)
    };
    (from..from + count).map(one).collect()
}

/// The outcomes, in words.
pub fn words(landings: &[ImportOutcome]) -> Vec<&str> {
    landings.iter().map(word).collect()
}

fn word(landing: &ImportOutcome) -> &str {
    match landing {
        ImportOutcome::Imported => "landed",
        ImportOutcome::AlreadyPresent => "was there",
        ImportOutcome::Refused(AppendError::Conflict) => "conflict",
        ImportOutcome::Refused(AppendError::Refused { constraint }) => constraint,
        ImportOutcome::Refused(AppendError::Seal(_)) => "unsealable",
        ImportOutcome::Refused(AppendError::Store(_)) => "unstorable",
        ImportOutcome::Refused(error) => panic!("no verdict: {error:?}"),
    }
}
