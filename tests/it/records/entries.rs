//! Entries of a chart: requests and answers that several tests share.

use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;

use super::practice::{Practice, seen};
use crate::support::{Call, Client, Clinic, Reply, slot};

impl Practice {
    /// Records vital signs.
    pub fn record(&self, who: &Client, vitals: &Value) -> Call {
        who.post(&self.path("vitals"), vitals)
    }

    /// Adds an item to the health summary.
    pub fn add(&self, content: &Value) -> Call {
        let item = json!({"content": content});
        self.doctor.post(&self.path("health-summary"), &item)
    }

    /// Corrects an entry in a version that was read.
    pub fn correct(&self, who: &Client, entry: &str, body: &Value, version: i64) -> Call {
        seen(who.put(&self.path(entry), body), version)
    }

    /// The chart as it can be read once `reply`'s events are known.
    pub async fn chart(&self, who: &Client, query: &str, reply: &Reply) -> Value {
        let path = self.path(&format!("chart{query}"));
        let shown = self.clinic.settled(async || who.get(&path).after(reply));
        shown.await.body
    }
}

/// Books a visit for a patient at the front desk.
pub async fn book_for(clinic: &Clinic, patient: PatientId, number: i32) -> Reply {
    let mut request = clinic.booking_request(slot(number));
    request["patientId"] = json!(patient);
    let booked = clinic.desk().post("/api/v1/appointments", &request);
    booked.expect(201).await
}

/// A set of vital signs with a pulse.
pub fn pulse(beats: u32) -> Value {
    json!({"measurements": {"pulse": {"value": beats.to_string()}}})
}

/// A problem, perhaps with a code.
pub fn problem(condition: &str, code: Option<&str>) -> Value {
    let mut diagnosis = json!({"condition": condition});
    if let Some(code) = code {
        diagnosis["icd10"] = json!(code);
    }
    json!({"problem": {"diagnosis": diagnosis}})
}

/// The items of a page.
pub fn items(page: &Value) -> &[Value] {
    page["items"].as_array().unwrap()
}

/// The front desk, an admin and an auditor of the clinic.
pub fn staff(clinic: &Clinic) -> [Client; 2] {
    [clinic.desk(), clinic.admin()]
}

/// Makes entries of which every field has the words that the test of privacy looks for, and every kind of mistake. The
/// patient is in the care of the clinic's doctor.
pub async fn fill_entries(clinic: &Clinic, patient: PatientId) {
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let path = |rest: &str| format!("/api/v1/patients/{patient}/{rest}");
    let reason = json!({"reason": "xanthelasma"});
    let recorded = doctor.post(&path("vitals"), &pulse(72)).expect(201).await;
    let vitals = path(&format!("vitals/{}", recorded.id()));
    let mut correction = pulse(73);
    correction["reason"] = json!("xanthelasma");
    correction["takenAt"] = json!("2026-11-30T08:00:00Z");
    let correct = || seen(doctor.put(&vitals, &correction), 1);
    correct().expect(200).await;
    correct().expect(412).await;
    let in_error = |entry: &str, version| {
        let call = doctor.post(&format!("{entry}/entered-in-error"), &reason);
        seen(call, version)
    };
    in_error(&vitals, 2).expect(200).await;
    let mut unknown = correction.clone();
    unknown["measurements"]["xanthelasma"] = json!({"value": "Zephyrine"});
    seen(doctor.put(&vitals, &unknown), 1).expect(400).await;
    let content = json!({"problem": {
        "diagnosis": {"condition": "xanthelasma"}, "remark": "Zephyrine Quillfeather",
    }});
    let summary = path("health-summary");
    let added = doctor.post(&summary, &json!({"content": content}));
    let item = format!("{summary}/{}", added.expect(201).await.id());
    let correction = json!({"content": content, "reason": "xanthelasma"});
    let correct = || seen(doctor.put(&item, &correction), 1);
    correct().expect(200).await;
    correct().expect(412).await;
    let ended = doctor.post(&format!("{item}/end"), &reason);
    seen(ended, 2).expect(200).await;
    let last = in_error(&item, 3).expect(200).await;
    let all = path("chart?includeEnteredInError=true&kind=VITALS,PROBLEM");
    let shown = clinic.settled(async || doctor.get(&all).after(&last)).await;
    assert_eq!(items(&shown.body).len(), 2);
}
