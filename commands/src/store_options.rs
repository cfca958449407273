//! Options of the clinic group's log: claim rules, upcasters, snapshots of long streams.

use cqrs_es::Aggregate;
use domain::allergy_list::AllergyList;
use domain::clinic::Clinic;
use domain::current_version;
use domain::doctor::Doctor;
use domain::medication_list::MedicationList;
use domain::patient::Patient;
use domain::receipt_book::ReceiptBook;
use domain::record::health_summary::HealthSummary;
use event_store::{ClaimRules, Sealing, Snapshots, StoreOptions, Upcasters};

use crate::claims::claim_rules;
use crate::identity::LoginIndex;

/// After so many events of one stream its state is kept, so that a load reads fewer.
const EVERY: u32 = 100;
/// Counted up when the JSON form of the aggregate's state changes; a test notices.
const DOCTOR_FORM: i32 = 2;
/// The same for clinics, which every booking looks at.
const CLINIC_FORM: i32 = 4;
/// The same for patients.
const PATIENT_FORM: i32 = 1;
/// The same for books of receipts, which grow with every payment.
const RECEIPT_BOOK_FORM: i32 = 1;
/// The same for health summaries, which grow with a life.
const HEALTH_SUMMARY_FORM: i32 = 1;

/// The same for lists of current prescriptions, which grow with every prescription.
const MEDICATION_LIST_FORM: i32 = 1;

/// The aggregates that bookings depend on, besides the appointment itself, and prescriptions: a patient's allergies.
const FOUNDATIONS: [&str; 4] = [AllergyList::TYPE, Clinic::TYPE, Doctor::TYPE, Patient::TYPE];

/// The options of a node that writes.
#[must_use]
pub fn options(logins: LoginIndex, sealing: Sealing) -> StoreOptions {
    StoreOptions {
        claim_rules: claim_rules(logins),
        shared_dependencies: &FOUNDATIONS,
        sealing,
        upcasters: upcasters(),
        snapshots: snapshots(),
    }
}

/// The options of a program that only reads.
#[must_use]
pub fn reading(sealing: Sealing) -> StoreOptions {
    StoreOptions {
        claim_rules: ClaimRules::none(),
        shared_dependencies: &[],
        sealing,
        upcasters: upcasters(),
        snapshots: Snapshots::none(),
    }
}

/// All stored events are of today's versions.
fn upcasters() -> Upcasters {
    Upcasters::none().to(current_version)
}

/// The streams that grow for years.
fn snapshots() -> Snapshots {
    Snapshots::none()
        .with::<Clinic>(EVERY, CLINIC_FORM)
        .with::<Doctor>(EVERY, DOCTOR_FORM)
        .with::<MedicationList>(EVERY, MEDICATION_LIST_FORM)
        .with::<Patient>(EVERY, PATIENT_FORM)
        .with::<ReceiptBook>(EVERY, RECEIPT_BOOK_FORM)
        .with::<HealthSummary>(EVERY, HEALTH_SUMMARY_FORM)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde::de::DeserializeOwned;
    use serde_json::{Value, from_value, json, to_value};

    use super::*;

    /// The state after these events of the corpus, as a snapshot keeps it.
    fn form<A: Aggregate<Event: DeserializeOwned>>(events: &[&str]) -> Value {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/corpus");
        let mut aggregate = A::default();
        for event in events {
            let file = std::fs::read_to_string(corpus.join(format!("{event}.v1.json")));
            let event: Value = serde_json::from_str(&file.unwrap()).unwrap();
            aggregate.apply(from_value(event).unwrap());
        }
        to_value(aggregate).unwrap()
    }

    #[test]
    fn a_clinics_state_has_form_4() {
        let events = [
            "clinic.opened",
            "clinic.holiday_declared",
            "clinic.refund_policy_set",
            "clinic.booking_settings_set",
            "clinic.staff_second_factor_set",
        ];
        let clinic = json!({"Open": {
            "facts": {
                "clinic": "018f4e5c-0000-7000-8000-0000000000c1",
                "zone": "Asia/Kolkata",
                "currency": "INR",
            },
            "name": "Lakeside",
            "city": "Bengaluru",
            "holidays": {"2026-12-25": "Christmas"},
            "refund_policy": [
                {"hoursBefore": 48, "percent": 100},
                {"hoursBefore": 12, "percent": 25},
            ],
            "booking_settings": {"holdMinutes": 30, "horizonDays": 120},
            "staff_second_factor": true,
        }});
        assert_eq!((CLINIC_FORM, form::<Clinic>(&events)), (4, clinic));
    }

    #[test]
    fn a_doctors_state_has_form_2() {
        let events = [
            "doctor.registered",
            "doctor.affiliated",
            "doctor.verified",
            "doctor.date_hours_set",
        ];
        let affiliation = json!({
            "fee": {"amount": 50_000, "currency": "INR"},
            "slotLength": 20,
            "zone": "Asia/Kolkata",
            "hours": [],
            "datedHours": {"2026-12-24": [{"from": "09:00", "to": "12:00"}]},
        });
        let doctor = json!({"Registered": {
            "doctor": "018f4e5c-0000-7000-8000-0000000000d1",
            "verified": true,
            "suspended": false,
            "affiliations": {"018f4e5c-0000-7000-8000-0000000000c1": affiliation},
        }});
        assert_eq!((DOCTOR_FORM, form::<Doctor>(&events)), (2, doctor));
    }

    #[test]
    fn a_patients_state_has_form_1() {
        let events = ["patient.registered", "patient.proxy_added"];
        let patient = json!({"Registered": {
            "patient": "018f4e5c-0000-7000-8000-0000000000e1",
            "proxies": ["018f4e5c-0000-7000-8000-0000000000a1"],
        }});
        assert_eq!((PATIENT_FORM, form::<Patient>(&events)), (1, patient));
    }

    #[test]
    fn a_medication_lists_state_has_form_1() {
        let list = json!({"current": ["018f4e5c-0000-7000-8000-000000000071"]});
        let form = form::<MedicationList>(&["medication_list.prescription_listed"]);
        assert_eq!((MEDICATION_LIST_FORM, form), (1, list));
    }

    #[test]
    fn a_receipt_books_state_has_form_1() {
        let book = json!({"last": 17});
        let form = form::<ReceiptBook>(&["receipt.issued"]);
        assert_eq!((RECEIPT_BOOK_FORM, form), (1, book));
    }

    #[test]
    fn a_health_summarys_state_has_form_1() {
        let summary = json!({"items": {
            "018f4e5c-0000-7000-8000-0000000000b8": {
                "patient": "018f4e5c-0000-7000-8000-0000000000e1",
                "kind": "PROBLEM",
                "status": "ENDED",
                "revision": 3,
            },
        }});
        let form = form::<HealthSummary>(&[
            "health_summary.item_added",
            "health_summary.item_corrected",
            "health_summary.item_ended",
        ]);
        assert_eq!((HEALTH_SUMMARY_FORM, form), (1, summary));
    }
}
