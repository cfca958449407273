//! The stored-event corpus: one file per event type and version, which must load for ever.
//!
//! A file is never edited once it is in use. A new version of an event gets a new file, and the old
//! one still loads.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cqrs_es::DomainEvent;
use serde_json::{Value, from_value, to_value};

use crate::account::AccountEvent;
use crate::aggregates::{EVENT_TYPES, current_version};
use crate::appointment::AppointmentEvent;
use crate::clinic::ClinicEvent;
use crate::doctor::DoctorEvent;
use crate::leave::LeaveEvent;
use crate::patient::PatientEvent;
use crate::payment::PaymentEvent;
use crate::receipt_book::ReceiptBookEvent;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn stored(file: &str) -> Value {
    let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|_| panic!("no {file}"));
    serde_json::from_str(&text).unwrap()
}

fn all_types() -> impl Iterator<Item = &'static str> {
    EVENT_TYPES.iter().flat_map(|(types, _)| *types).copied()
}

/// Loads the file of each type, and once more with its personal data erased.
fn loads_and_is_stored_equal<E: DomainEvent>(types: &[&str]) {
    for name in types {
        let as_written = stored(&format!("{name}.v1.json"));
        let event: E = from_value(as_written.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            (event.event_type().as_str(), event.event_version().as_str()),
            (*name, "1")
        );
        assert_eq!(current_version(name), Some(&*event.event_version()));
        assert_eq!(to_value(&event).unwrap(), as_written, "{name}");

        let erased = with_phi_erased(as_written);
        let event: E = from_value(erased.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(to_value(&event).unwrap(), erased, "{name}, erased");
    }
}

fn with_phi_erased(mut event: Value) -> Value {
    if let Some(phi) = event.get_mut("phi") {
        *phi = Value::Null;
    }
    event
}

#[test]
fn every_stored_event_loads_and_is_stored_equal() {
    loads_and_is_stored_equal::<AccountEvent>(AccountEvent::TYPES);
    loads_and_is_stored_equal::<AppointmentEvent>(AppointmentEvent::TYPES);
    loads_and_is_stored_equal::<ClinicEvent>(ClinicEvent::TYPES);
    loads_and_is_stored_equal::<DoctorEvent>(DoctorEvent::TYPES);
    loads_and_is_stored_equal::<LeaveEvent>(LeaveEvent::TYPES);
    loads_and_is_stored_equal::<PatientEvent>(PatientEvent::TYPES);
    loads_and_is_stored_equal::<PaymentEvent>(PaymentEvent::TYPES);
    loads_and_is_stored_equal::<ReceiptBookEvent>(ReceiptBookEvent::TYPES);
}

#[test]
fn every_event_type_has_a_file_and_every_file_an_event_type() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = all_types().map(|name| format!("{name}.v1.json")).collect();
    assert_eq!(files, expected);
}

#[test]
fn no_two_events_share_a_type() {
    assert_eq!(
        all_types().collect::<BTreeSet<_>>().len(),
        all_types().count()
    );
}

#[test]
fn personal_data_stands_at_the_top_and_next_to_its_subject() {
    for name in all_types() {
        let event = stored(&format!("{name}.v1.json"));
        let has_phi = event.get("phi").is_some();
        assert_eq!(has_phi, event.get("subject").is_some(), "{name}");
        assert_eq!(count_of_phi(&event), usize::from(has_phi), "{name}");
    }
}

fn count_of_phi(value: &Value) -> usize {
    match value {
        Value::Object(fields) => {
            usize::from(fields.contains_key("phi"))
                + fields.values().map(count_of_phi).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(count_of_phi).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[test]
fn what_names_a_person_stands_nowhere_but_in_phi() {
    for name in all_types().filter(|name| !name.starts_with("clinic.")) {
        let clear = with_phi_erased(stored(&format!("{name}.v1.json"))).to_string();
        for personal in ["\"name\"", "birthDate", "phone", "email", "reason"] {
            assert!(!clear.contains(personal), "{name}: {personal}");
        }
    }
}
