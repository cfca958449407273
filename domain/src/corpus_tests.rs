//! The stored-event corpus: one file per event type and version, which must load for ever.
//!
//! A file is never edited once it is in use. A new version of an event gets a new file, and the old
//! one still loads. Optional fields get a file of their own, `<type>.v<version>.<name>.json`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cqrs_es::{Aggregate, DomainEvent};
use serde_json::{Value, from_value, json, to_value};

use crate::account::{Account, AccountEvent};
use crate::aggregates::{EVENT_TYPES, current_version};
use crate::allergy_list::{AllergyList, AllergyListEvent};
use crate::appointment::{Appointment, AppointmentEvent};
use crate::break_glass::{BreakGlass, BreakGlassEvent};
use crate::clinic::{Clinic, ClinicEvent};
use crate::consent::{ConsentEvent, Consents};
use crate::doctor::{Doctor, DoctorEvent};
use crate::erasure::{Erasure, ErasureEvent};
use crate::leave::{Leave, LeaveEvent};
use crate::medication_list::{MedicationList, MedicationListEvent};
use crate::note::{Note, NoteEvent};
use crate::patient::{Patient, PatientEvent};
use crate::payment::{Payment, PaymentEvent};
use crate::prescription::{Prescription, PrescriptionEvent};
use crate::receipt_book::{ReceiptBook, ReceiptBookEvent};
use crate::record::health_summary::{HealthSummary, HealthSummaryEvent};
use crate::record::vitals::{Vitals, VitalsEvent};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn stored(file: &str) -> Value {
    let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|_| panic!("no {file}"));
    serde_json::from_str(&text).unwrap()
}

/// The files of a type in this version: the first sample, and those of optional fields.
fn samples_of(name: &str) -> Vec<String> {
    let prefix = format!("{name}.v1.");
    let mut files: Vec<String> = files().filter(|file| file.starts_with(&prefix)).collect();
    files.sort();
    files
}

fn files() -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap())
}

fn all_samples() -> impl Iterator<Item = String> {
    all_types().flat_map(samples_of)
}

fn all_types() -> impl Iterator<Item = &'static str> {
    EVENT_TYPES.iter().flat_map(|(types, _)| *types).copied()
}

/// Loads the files of each type, and once more with their personal data erased.
fn loads_and_is_stored_equal<E: DomainEvent>(types: &[&str]) {
    let samples = types.iter().flat_map(|name| {
        let files = samples_of(name).into_iter();
        files.map(move |file| (name, file))
    });
    for (name, file) in samples {
        let as_written = stored(&file);
        let event: E = from_value(as_written.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            (event.event_type().as_str(), event.event_version().as_str()),
            (*name, "1")
        );
        assert_eq!(current_version(name), Some(&*event.event_version()));
        assert_eq!(to_value(&event).unwrap(), as_written, "{file}");

        let erased = with_phi_erased(as_written);
        let event: E = from_value(erased.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(to_value(&event).unwrap(), erased, "{file}, erased");
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
    loads_and_is_stored_equal::<AllergyListEvent>(AllergyListEvent::TYPES);
    loads_and_is_stored_equal::<AppointmentEvent>(AppointmentEvent::TYPES);
    loads_and_is_stored_equal::<BreakGlassEvent>(BreakGlassEvent::TYPES);
    loads_and_is_stored_equal::<ClinicEvent>(ClinicEvent::TYPES);
    loads_and_is_stored_equal::<ConsentEvent>(ConsentEvent::TYPES);
    loads_and_is_stored_equal::<DoctorEvent>(DoctorEvent::TYPES);
    loads_and_is_stored_equal::<ErasureEvent>(ErasureEvent::TYPES);
    loads_and_is_stored_equal::<HealthSummaryEvent>(HealthSummaryEvent::TYPES);
    loads_and_is_stored_equal::<LeaveEvent>(LeaveEvent::TYPES);
    loads_and_is_stored_equal::<MedicationListEvent>(MedicationListEvent::TYPES);
    loads_and_is_stored_equal::<NoteEvent>(NoteEvent::TYPES);
    loads_and_is_stored_equal::<PatientEvent>(PatientEvent::TYPES);
    loads_and_is_stored_equal::<PaymentEvent>(PaymentEvent::TYPES);
    loads_and_is_stored_equal::<PrescriptionEvent>(PrescriptionEvent::TYPES);
    loads_and_is_stored_equal::<ReceiptBookEvent>(ReceiptBookEvent::TYPES);
    loads_and_is_stored_equal::<VitalsEvent>(VitalsEvent::TYPES);
}

#[test]
fn every_event_type_has_a_file_and_every_file_an_event_type() {
    let files: BTreeSet<String> = files().collect();
    for name in all_types() {
        let first = format!("{name}.v1.json");
        assert!(files.contains(&first), "{first}");
    }
    assert_eq!(files, all_samples().collect());
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
    for name in all_samples() {
        let event = stored(&name);
        let has_phi = event.get("phi").is_some();
        assert_eq!(has_phi, event.get("subject").is_some(), "{name}");
        assert_eq!(count_of_phi(&event), usize::from(has_phi), "{name}");
    }
}

/// States are cached and stored as snapshots in the clear, and are not searched when a person is erased.
#[test]
fn no_state_holds_personal_data() {
    states_hold_no_phi::<Account>(AccountEvent::TYPES);
    states_hold_no_phi::<AllergyList>(AllergyListEvent::TYPES);
    states_hold_no_phi::<Appointment>(AppointmentEvent::TYPES);
    states_hold_no_phi::<BreakGlass>(BreakGlassEvent::TYPES);
    states_hold_no_phi::<Clinic>(ClinicEvent::TYPES);
    states_hold_no_phi::<Consents>(ConsentEvent::TYPES);
    states_hold_no_phi::<Doctor>(DoctorEvent::TYPES);
    states_hold_no_phi::<Erasure>(ErasureEvent::TYPES);
    states_hold_no_phi::<HealthSummary>(HealthSummaryEvent::TYPES);
    states_hold_no_phi::<Leave>(LeaveEvent::TYPES);
    states_hold_no_phi::<MedicationList>(MedicationListEvent::TYPES);
    states_hold_no_phi::<Note>(NoteEvent::TYPES);
    states_hold_no_phi::<Patient>(PatientEvent::TYPES);
    states_hold_no_phi::<Payment>(PaymentEvent::TYPES);
    states_hold_no_phi::<Prescription>(PrescriptionEvent::TYPES);
    states_hold_no_phi::<ReceiptBook>(ReceiptBookEvent::TYPES);
    states_hold_no_phi::<Vitals>(VitalsEvent::TYPES);
}

/// Folds each event behind each other one, and all of them in turn.
fn states_hold_no_phi<A: Aggregate>(types: &[&str]) {
    let events: Vec<Value> = (types.iter())
        .flat_map(|name| samples_of(name))
        .map(|file| stored(&file))
        .collect();
    let pairs =
        (events.iter()).flat_map(|first| events.iter().map(move |second| vec![first, second]));
    for stream in pairs.chain([events.iter().chain(&events).collect()]) {
        let mut state = A::default();
        for event in stream {
            state.apply(from_value(event.clone()).unwrap());
            let state = to_value(&state).unwrap();
            assert_eq!(
                shared_words(&state, &event["phi"]),
                BTreeSet::new(),
                "{}",
                event["type"]
            );
        }
    }
}

#[test]
fn a_state_that_holds_personal_data_is_found() {
    let state = json!({"Booked": {"visit": {"why": ["Chest pain"]}}});
    let phi = json!({"reason": "Chest pain", "language": null});
    assert_eq!(
        shared_words(&state, &phi),
        BTreeSet::from(["Chest pain".to_owned()])
    );
}

/// Returns the strings and numbers that stand in both.
fn shared_words(one: &Value, other: &Value) -> BTreeSet<String> {
    let one = words(one);
    words(other).intersection(&one).cloned().collect()
}

fn words(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(fields) => fields.values().flat_map(words).collect(),
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::String(word) => BTreeSet::from([word.clone()]),
        Value::Number(number) => BTreeSet::from([number.to_string()]),
        Value::Null | Value::Bool(_) => BTreeSet::new(),
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
    for name in all_samples().filter(|name| !name.starts_with("clinic.")) {
        let clear = with_phi_erased(stored(&name)).to_string();
        for personal in ["\"name\"", "birthDate", "phone", "email", "reason"] {
            assert!(!clear.contains(personal), "{name}: {personal}");
        }
    }
}
