//! Events on their way in and out of the log.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use cqrs_es::persist::SerializedEvent;

use super::error::{SealError, SealFault};
use super::keys::held;
use super::words::Place;
use super::{Sealing, Shared};
use crate::RecordedEvent;
use crate::append::StreamAppend;

/// An event as it was read, to be opened in place.
pub(crate) struct Stored<'e> {
    pub(crate) aggregate_type: &'e str,
    pub(crate) aggregate_id: &'e str,
    pub(crate) sequence: i64,
    pub(crate) event_type: &'e str,
    pub(crate) event_version: &'e str,
    pub(crate) payload: &'e mut Value,
}

impl<'e> From<&'e mut SerializedEvent> for Stored<'e> {
    fn from(event: &'e mut SerializedEvent) -> Self {
        Self {
            aggregate_type: &event.aggregate_type,
            aggregate_id: &event.aggregate_id,
            sequence: i64::try_from(event.sequence).unwrap_or(i64::MAX),
            event_type: &event.event_type,
            event_version: &event.event_version,
            payload: &mut event.payload,
        }
    }
}

impl<'e> From<&'e mut RecordedEvent> for Stored<'e> {
    fn from(event: &'e mut RecordedEvent) -> Self {
        Self {
            aggregate_type: &event.aggregate_type,
            aggregate_id: &event.aggregate_id,
            sequence: event.sequence,
            event_type: &event.event_type,
            event_version: &event.event_version,
            payload: &mut event.payload,
        }
    }
}

impl Sealing {
    /// The payloads of all events of an append as they are to be stored, in their order. Subjects
    /// without a key are given one first, in a transaction of its own.
    pub(crate) async fn seal_events<'s>(
        &self,
        streams: impl Iterator<Item = &'s StreamAppend> + Clone,
    ) -> Result<Vec<Value>, SealError> {
        let events = streams.clone().flat_map(|stream| &stream.events);
        let mut payloads: Vec<Value> = events.map(|event| event.payload().clone()).collect();
        let Some(shared) = self.shared() else {
            return Ok(payloads);
        };
        let places = streams.flat_map(places);
        let mut sealing = Vec::new();
        for (place, payload) in places.zip(&mut payloads) {
            if payload.get("phi").is_some_and(|phi| !phi.is_null()) {
                let subject = subject(payload).map_err(|fault| fault.at(&place))?;
                sealing.push((subject, place, payload));
            }
        }
        if sealing.is_empty() {
            return Ok(payloads);
        }
        let subjects = sealing.iter().map(|(subject, ..)| *subject).collect();
        let keys = shared.keys_or_new(subjects).await?;
        for (subject, place, payload) in sealing {
            let phi = &mut payload["phi"];
            *phi = match held(&keys, subject).map_err(|fault| fault.at(&place))? {
                Some(key) => {
                    let sealed = key.seal(subject, &place, phi);
                    sealed.map_err(|fault| fault.at(&place))?.into()
                }
                None => Value::Null,
            };
        }
        Ok(payloads)
    }

    /// Opens events in place, all or none; the `phi` of who was erased becomes null.
    pub(crate) async fn open_events(
        &self,
        events: impl IntoIterator<Item = Stored<'_>>,
    ) -> Result<(), SealError> {
        match self.shared() {
            Some(shared) => shared.open_events(events).await,
            None => Ok(()),
        }
    }
}

impl Shared {
    async fn open_events(
        &self,
        events: impl IntoIterator<Item = Stored<'_>>,
    ) -> Result<(), SealError> {
        let mut sealed = Vec::new();
        for event in events {
            let (place, payload) = event.into_parts();
            let fault = |fault: SealFault| fault.at(&place);
            match payload.get("phi") {
                None | Some(Value::Null) => {}
                Some(Value::String(_)) => {
                    let subject = subject(payload).map_err(fault)?;
                    sealed.push((subject, place, &mut payload["phi"]));
                }
                Some(_) => return Err(fault(SealFault::Clear)),
            }
        }
        if sealed.is_empty() {
            return Ok(());
        }
        let subjects: BTreeSet<Uuid> = sealed.iter().map(|(subject, ..)| *subject).collect();
        let keys = self.keys(subjects).await?;
        let mut opened = Vec::with_capacity(sealed.len());
        for (subject, place, phi) in &sealed {
            let content = match held(&keys, *subject).map_err(|fault| fault.at(place))? {
                Some(key) => key.open(*subject, place, phi.as_str().unwrap_or_default()),
                None => Ok(Value::Null),
            };
            opened.push(content.map_err(|fault| fault.at(place))?);
        }
        for ((.., phi), content) in sealed.into_iter().zip(opened) {
            *phi = content;
        }
        Ok(())
    }
}

impl<'e> Stored<'e> {
    /// Where it stands, and what it says.
    fn into_parts(self) -> (Place<'e>, &'e mut Value) {
        let place = Place::Event {
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: self.event_type,
            event_version: self.event_version,
        };
        (place, self.payload)
    }
}

/// Where the events of a stream will stand.
fn places(stream: &StreamAppend) -> impl Iterator<Item = Place<'_>> {
    let numbered = (stream.expected_version + 1..).zip(&stream.events);
    numbered.map(|(sequence, event)| Place::Event {
        aggregate_type: stream.aggregate_type,
        aggregate_id: &stream.aggregate_id,
        sequence,
        event_type: event.event_type(),
        event_version: event.event_version(),
    })
}

fn subject(payload: &Value) -> Result<Uuid, SealFault> {
    let subject = payload.get("subject").and_then(Value::as_str);
    let subject = subject.and_then(|subject| subject.parse().ok());
    subject.ok_or(SealFault::NoSubject)
}
