//! Sealing and opening of events.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use cqrs_es::persist::SerializedEvent;

use super::associated_data::AssociatedData;
use super::error::{SealError, SealFault};
use super::keys::{KeyStore, key_for};
use super::sealing::Sealing;
use crate::RecordedEvent;
use crate::append::StreamAppend;

/// A stored event, to be opened in place.
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
    /// Seals the payloads of all events of an append, in their order. Keys that are missing are created
    /// first, in a transaction of their own.
    pub(crate) async fn seal_events<'s>(
        &self,
        streams: impl Iterator<Item = &'s StreamAppend> + Clone,
    ) -> Result<Vec<Value>, SealError> {
        let events = streams.clone().flat_map(|stream| &stream.events);
        let mut payloads: Vec<Value> = events.map(|event| event.payload().clone()).collect();
        let Some(key_store) = self.key_store() else {
            return Ok(payloads);
        };
        let locations = streams.flat_map(locations);
        let mut sealing = Vec::new();
        for (location, payload) in locations.zip(&mut payloads) {
            if payload.get("phi").is_some_and(|phi| !phi.is_null()) {
                let subject = subject(payload).map_err(|fault| fault.at(&location))?;
                sealing.push((subject, location, payload));
            }
        }
        if sealing.is_empty() {
            return Ok(payloads);
        }
        let subjects = sealing.iter().map(|(subject, ..)| *subject).collect();
        let keys = key_store.keys_or_new(subjects).await?;
        for (subject, location, payload) in sealing {
            let phi = &mut payload["phi"];
            *phi = match key_for(&keys, subject).map_err(|fault| fault.at(&location))? {
                Some(key) => {
                    let sealed = key.seal(subject, &location, phi);
                    sealed.map_err(|fault| fault.at(&location))?.into()
                }
                None => Value::Null,
            };
        }
        Ok(payloads)
    }

    /// Opens events in place, all or none; the `phi` of an erased subject becomes null.
    pub(crate) async fn open_events(
        &self,
        events: impl IntoIterator<Item = Stored<'_>>,
    ) -> Result<(), SealError> {
        match self.key_store() {
            Some(keys) => keys.open_events(events).await,
            None => Ok(()),
        }
    }
}

impl KeyStore {
    async fn open_events(
        &self,
        events: impl IntoIterator<Item = Stored<'_>>,
    ) -> Result<(), SealError> {
        let mut sealed = Vec::new();
        for event in events {
            let (location, payload) = event.into_parts();
            let fault = |fault: SealFault| fault.at(&location);
            match payload.get("phi") {
                None | Some(Value::Null) => {}
                Some(Value::String(_)) => {
                    let subject = subject(payload).map_err(fault)?;
                    sealed.push((subject, location, &mut payload["phi"]));
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
        for (subject, location, phi) in &sealed {
            let content = match key_for(&keys, *subject).map_err(|fault| fault.at(location))? {
                Some(key) => key.open(*subject, location, phi.as_str().unwrap_or_default()),
                None => Ok(Value::Null),
            };
            opened.push(content.map_err(|fault| fault.at(location))?);
        }
        for ((.., phi), content) in sealed.into_iter().zip(opened) {
            *phi = content;
        }
        Ok(())
    }
}

impl<'e> Stored<'e> {
    /// Its location and its payload.
    fn into_parts(self) -> (AssociatedData<'e>, &'e mut Value) {
        let location = AssociatedData::Event {
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: self.event_type,
            event_version: self.event_version,
        };
        (location, self.payload)
    }
}

/// The locations of the events of a stream.
fn locations(stream: &StreamAppend) -> impl Iterator<Item = AssociatedData<'_>> {
    let numbered = (stream.expected_version + 1..).zip(&stream.events);
    numbered.map(|(sequence, event)| AssociatedData::Event {
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
