//! What a sealed thing is bound to: it opens nowhere else.

use std::fmt;

use uuid::Uuid;

/// Where something sealed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'p> {
    /// The `phi` of an event.
    Event {
        aggregate_type: &'p str,
        aggregate_id: &'p str,
        sequence: i64,
        event_type: &'p str,
        event_version: &'p str,
    },
    /// A cell beside the log, by words such as its table and the key of its row.
    Cell(&'p [String]),
}

impl Place<'_> {
    /// The associated data: every word behind its length, so that no two places read alike.
    pub(super) fn aad(&self, header: &[u8], subject: Uuid, key_version: i16) -> Vec<u8> {
        let mut aad = Vec::with_capacity(192);
        push(&mut aad, header);
        match self {
            Self::Event {
                aggregate_type,
                aggregate_id,
                sequence,
                event_type,
                event_version,
            } => {
                push(&mut aad, b"event");
                push(&mut aad, aggregate_type.as_bytes());
                push(&mut aad, aggregate_id.as_bytes());
                push(&mut aad, &sequence.to_be_bytes());
                push(&mut aad, event_type.as_bytes());
                push(&mut aad, event_version.as_bytes());
            }
            Self::Cell(words) => {
                push(&mut aad, b"cell");
                for word in *words {
                    push(&mut aad, word.as_bytes());
                }
            }
        }
        push(&mut aad, subject.as_bytes());
        push(&mut aad, &key_version.to_be_bytes());
        aad
    }
}

/// Names the place in an error: kinds, ids and numbers, nothing personal.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event {
                aggregate_type,
                aggregate_id,
                sequence,
                event_type,
                ..
            } => write!(
                f,
                "event {sequence} of {aggregate_type} {aggregate_id} ({event_type})"
            ),
            Self::Cell(words) => write!(f, "the cell {}", words.join(" ")),
        }
    }
}

pub(super) fn push(aad: &mut Vec<u8>, word: &[u8]) {
    aad.extend_from_slice(&(word.len() as u64).to_be_bytes());
    aad.extend_from_slice(word);
}
