//! Aggregate of the commands: a chart that notes are added to, the same for every side.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use event_store::{Claim, ClaimChange, ClaimRules};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A chart. It knows how many notes it has.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    notes: u64,
}

/// Notes to add, all or none.
#[derive(Debug, Clone)]
pub struct AddNotes {
    /// Number of notes.
    pub count: u32,
    /// Person that they are about.
    pub subject: Uuid,
    /// The number of the note that they amend; 0 for none.
    pub amends: u64,
    /// The content is marked as a person's, to be sealed.
    pub phi: bool,
    /// The time that it takes of a doctor and of a patient, if it does.
    pub visit: Option<Visit>,
}

/// Content of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    author: String,
    text: String,
}

/// Ten minutes of a doctor and of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The doctor.
    pub doctor: Uuid,
    /// The patient.
    pub patient: Uuid,
    /// Number of the ten minutes, counted from 1970.
    pub slot: i64,
}

/// A note was added. `phi` is what the store seals; `content` is the same in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    subject: Uuid,
    amends: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    phi: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visit: Option<Visit>,
}

/// There is no such note to amend.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such note to amend")]
pub struct NoSuchNote;

impl DomainEvent for NoteAdded {
    fn event_type(&self) -> String {
        "chart.note_added".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Chart {
    /// Decides and changes nothing.
    pub fn decide(&self, command: &AddNotes) -> Result<Vec<NoteAdded>, NoSuchNote> {
        if command.amends > self.notes {
            return Err(NoSuchNote);
        }
        Ok((0..command.count)
            .map(|_| NoteAdded::new(command))
            .collect())
    }

    /// Takes a note in.
    pub fn evolve(&mut self) {
        self.notes += 1;
    }
}

impl Aggregate for Chart {
    const TYPE: &'static str = "bench.chart";
    type Command = AddNotes;
    type Event = NoteAdded;
    type Error = NoSuchNote;
    type Services = ();

    async fn handle(
        &mut self,
        command: AddNotes,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), NoSuchNote> {
        for event in self.decide(&command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, _: NoteAdded) {
        self.evolve();
    }
}

impl NoteAdded {
    fn new(command: &AddNotes) -> Self {
        let content = Content {
            author: "Dr. Meera Raghunathan, general practice".to_owned(),
            text: "Seen for a cough of nine days without fever; chest clear on both sides, \
                   saturation 98 percent. Advised rest and fluids, to come back in a week or \
                   earlier if short of breath. No new medicines. No known allergies. The inhaler of last winter is to be kept at ho"
                .to_owned(),
        };
        let (phi, content) = if command.phi {
            (Some(content), None)
        } else {
            (None, Some(content))
        };
        Self {
            subject: command.subject,
            amends: command.amends,
            phi,
            content,
            visit: command.visit,
        }
    }
}

/// A visit takes its ten minutes of both.
pub fn claim_rules() -> ClaimRules {
    ClaimRules::new(|event| {
        let visit = event.payload().get("visit").map(Visit::deserialize);
        let Some(Ok(visit)) = visit else {
            return Vec::new();
        };
        vec![
            ClaimChange::Take(visit.claim("doctor", visit.doctor)),
            ClaimChange::Take(visit.claim("patient", visit.patient)),
        ]
    })
}

impl Visit {
    fn claim(&self, kind: &'static str, resource: Uuid) -> Claim {
        let at = |slot: i64| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(slot * 10);
        Claim {
            kind,
            resource,
            from: at(self.slot),
            to: at(self.slot + 1),
            held_until: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(amends: u64) -> AddNotes {
        AddNotes {
            count: 1,
            subject: Uuid::from_u128(7),
            amends,
            phi: true,
            visit: None,
        }
    }

    #[test]
    fn a_note_is_about_388_bytes_of_json() {
        let event = Chart::default().decide(&add(0)).unwrap().remove(0);
        let bytes = serde_json::to_vec(&event).unwrap().len();
        assert!((380..=396).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_note_that_is_not_there_cannot_be_amended() {
        assert_eq!(Chart::default().decide(&add(1)), Err(NoSuchNote));
    }
}
