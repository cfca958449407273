//! The binding of a sealed value to its location: it opens nowhere else.

use std::fmt;

use uuid::Uuid;

/// The location of a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AssociatedData<'p> {
    /// The `phi` of an event.
    Event {
        aggregate_type: &'p str,
        aggregate_id: &'p str,
        sequence: i64,
        event_type: &'p str,
        event_version: &'p str,
    },
    /// A cell outside of the log, identified by e.g. its table and the key of its row.
    Cell(&'p [String]),
}

impl AssociatedData<'_> {
    /// The associated data as bytes: every part after its length, so that different locations never collide.
    pub(super) fn to_bytes(self, header: &[u8], subject: Uuid, key_version: i16) -> Vec<u8> {
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
            Self::Cell(parts) => {
                push(&mut aad, b"cell");
                for part in parts {
                    push(&mut aad, part.as_bytes());
                }
            }
        }
        push(&mut aad, subject.as_bytes());
        push(&mut aad, &key_version.to_be_bytes());
        aad
    }
}

/// The location in an error: kinds, ids and numbers, no personal data.
impl fmt::Display for AssociatedData<'_> {
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
            Self::Cell(parts) => write!(f, "the cell {}", parts.join(" ")),
        }
    }
}

pub(super) fn push(aad: &mut Vec<u8>, part: &[u8]) {
    aad.extend_from_slice(&(part.len() as u64).to_be_bytes());
    aad.extend_from_slice(part);
}
