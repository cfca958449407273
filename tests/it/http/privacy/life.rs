//! A clinic's days in which every field for personal data has a canary.

use domain::PatientId;
use serde_json::json;
use tests::app::Principal;

use super::super::profile::tell_profile;
use crate::records::fill_entries;
use crate::support::{Clinic, all_read, slot};

/// Signs up, books and cancels, with every kind of mistake.
pub async fn live(clinic: &Clinic) {
    let anonymous = clinic.anonymous();
    let new = json!({
        "name": "Zephyrine Quillfeather",
        "birthDate": "1931-02-03",
        "phone": "+447700900123",
        "email": "zephyrine@quillfeather.example",
        "password": "canary-password-9",
    });
    let sign_up = anonymous.sign_up(&new).await;
    sign_up.expect(201).await;
    let mut again = new.clone();
    again["code"] = json!("7KQ2-01MR");
    anonymous
        .post("/api/v1/auth/register/complete", &again)
        .expect(403)
        .await;
    let mut login =
        json!({"email": "zephyrine@quillfeather.example", "password": "canary-password-9"});
    let tokens = anonymous
        .post("/api/v1/auth/login", &login)
        .expect(200)
        .await;
    login["password"] = json!("canary-password-99");
    anonymous
        .post("/api/v1/auth/login", &login)
        .expect(401)
        .await;
    login["Zephyrine"] = json!("xanthelasma");
    anonymous
        .post("/api/v1/auth/login", &login)
        .expect(400)
        .await;
    let asha = anonymous.with_token(tokens.text("accessToken"));
    let mut request = clinic.booking_request(slot(0));
    request["reason"] = json!("xanthelasma");
    let book = || asha.post("/api/v1/appointments", &request);
    let booked = book().key("a-key-for-the-canary").expect(201).await;
    book().key("a-key-for-the-canary").expect(201).await;
    book().expect(409).await;
    let moved = json!({"start": slot(1), "reason": "xanthelasma"});
    asha.post(&booked.appointment("reschedule"), &moved)
        .expect(200)
        .await;
    let cancel = asha.post(
        &booked.appointment("cancel"),
        &json!({"reason": "xanthelasma"}),
    );
    cancel.expect(200).await;
    asha.get("/api/v1/appointments?status=xanthelasma")
        .expect(400)
        .await;
    asha.get("/api/v1/appointments/xanthelasma")
        .expect(400)
        .await;
    book().key("another-key-for-it").expect(201).await;
    let card = format!("/api/v1/patients/{}", booked.text("patientId"));
    let seen = clinic
        .settled(async || asha.get(&card).after(&booked))
        .await;
    assert_eq!(seen.text("name"), "Zephyrine Quillfeather");
    tell_profile(clinic, &asha, &card).await;
    let desk = clinic.client(&Principal::admin());
    let mut evening = clinic.booking_request(slot(40));
    evening["patientId"] = booked.body["patientId"].clone();
    evening["overrideReason"] = json!("xanthelasma");
    desk.post("/api/v1/appointments", &evening)
        .expect(201)
        .await;
    let leave = json!({"start": slot(20), "end": slot(24), "reason": "xanthelasma"});
    desk.post(&format!("/api/v1/doctors/{}/leaves", clinic.doctor), &leave)
        .expect(201)
        .await;
    desk.post(
        "/api/v1/patients",
        &json!({"name": "Zephyrine", "birthDate": "1931-02-03"}),
    )
    .expect(201)
    .await;
}

/// Changes the address of the account that [`live`] made.
async fn change_address(clinic: &Clinic) {
    let (present, new) = (
        "zephyrine@quillfeather.example",
        "z.quillfeather@zephyrine.example",
    );
    let anonymous = clinic.anonymous();
    let login = json!({"email": present, "password": "canary-password-9"});
    let tokens = anonymous
        .post("/api/v1/auth/login", &login)
        .expect(200)
        .await;
    let client = anonymous.with_token(tokens.text("accessToken"));
    let before = client.mails(present).await.len();
    let begin = json!({"email": new, "currentPassword": "canary-password-9"});
    let begin = client.post("/api/v1/auth/address", &begin);
    let code = client.mailed_code(new, begin).await;
    let present_code = client.mails_after(present, before).await[0]["code"].clone();
    let confirm = json!({"email": new, "code": code, "presentCode": present_code});
    client
        .post("/api/v1/auth/address/confirm", &confirm)
        .expect(200)
        .await;
}

/// Fills the remaining fields for personal data with canaries.
pub async fn fill_every_phi_field(clinic: &Clinic) {
    change_address(clinic).await;
    let admin = clinic.client(&Principal::admin());
    let doctor = json!({
        "name": "Zephyrine Quillfeather",
        "specialisations": ["cardiology"],
        "languages": ["en"],
        "email": "doctor.quillfeather@zephyrine.example",
        "password": "canary-password-9",
    });
    let doctor = admin.invite("/api/v1/doctors", &doctor).await;
    let patient = json!({
        "name": "Zephyrine", "birthDate": "1931-02-03",
        "phone": "+447700900123", "email": "child@quillfeather.example",
    });
    let patient = admin.post("/api/v1/patients", &patient).expect(201).await;
    let contact = json!({"phone": "+447700900123", "email": "new@quillfeather.example"});
    admin
        .put(
            &format!("/api/v1/patients/{}/contact", patient.id()),
            &contact,
        )
        .header("If-Match", patient.header("etag"))
        .expect(200)
        .await;
    let desk = json!({
        "email": "desk@quillfeather.example",
        "roles": ["RECEPTIONIST"],
        "clinics": {"kind": "only", "clinics": [clinic.facts.clinic]},
    });
    let desk = admin.post("/api/v1/accounts", &desk).expect(201).await;
    let reason = json!({"reason": "xanthelasma"});
    let disable = format!("/api/v1/accounts/{}/disable", desk.id());
    admin.post(&disable, &reason).expect(200).await;
    let asha = clinic.patient();
    let mut request = clinic.booking_request(slot(9));
    request["reason"] = json!("xanthelasma");
    let booked = asha
        .post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    let confirm = clinic.desk().post(&booked.appointment("confirm"), &reason);
    confirm.expect(200).await;
    let desk = clinic.desk();
    desk.post(&booked.appointment("arrive"), &json!({}))
        .expect(200)
        .await;
    for verb in ["start", "complete"] {
        let step = desk.post(&booked.appointment(verb), &reason);
        step.expect(200).await;
    }
    let patient = PatientId::from_uuid(patient.id());
    consent_and_open_chart(clinic, patient).await;
    ask_for_erasure(clinic, patient).await;
    let path = format!("/api/v1/doctors/{}", doctor.id());
    let seen = clinic.settled(async || clinic.anonymous().get(&path).after(&booked));
    assert_eq!(seen.await.text("name"), "Zephyrine Quillfeather");
    fill_record(clinic).await;
}

/// A consent, and an emergency access that is reviewed.
async fn consent_and_open_chart(clinic: &Clinic, patient: PatientId) {
    let path = format!("/api/v1/patients/{patient}");
    let consent = json!({"purpose": {"kind": "SENSITIVE", "category": "HIV"}});
    let own = clinic.client(&Principal::patient(patient));
    own.post(&format!("{path}/consents"), &consent)
        .expect(201)
        .await;
    let emergency = json!({"clinicId": clinic.facts.clinic, "reason": "xanthelasma"});
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let opened = doctor.post(&format!("{path}/break-glass"), &emergency);
    let opened = opened.expect(201).await;
    let review = json!({"verdict": "UNJUSTIFIED", "note": "Quillfeather"});
    let path = format!("/api/v1/break-glass/{}/review", opened.id());
    clinic.admin().post(&path, &review).expect(200).await;
}

/// Requests of the patient's erasure that are withdrawn and refused, and a legal hold.
async fn ask_for_erasure(clinic: &Clinic, patient: PatientId) {
    let own = clinic.client(&Principal::patient(patient));
    let admin = clinic.client(&Principal::admin());
    let reason = json!({"reason": "xanthelasma"});
    for (who, step, status) in [
        (&own, "", 201),
        (&own, "/withdraw", 200),
        (&own, "", 201),
        (&admin, "/refuse", 200),
        (&admin, "/hold", 200),
        (&admin, "/hold/lift", 200),
    ] {
        let path = format!("/api/v1/patients/{patient}/erasure{step}");
        who.post(&path, &reason).expect(status).await;
    }
}

/// Fills the clinical record of a patient with canaries: one of each event, and a draft.
async fn fill_record(clinic: &Clinic) {
    let patient = clinic.world.patient().await.unwrap();
    let asha = clinic.client(&Principal::patient(patient));
    let booked = clinic.book(&asha, 12).expect(201).await;
    let paid = json!({"reason": "xanthelasma"});
    let confirm = clinic.desk().post(&booked.appointment("confirm"), &paid);
    confirm.expect(200).await;
    all_read(clinic.anonymous()).await;
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let mine = |of: &str| format!("/api/v1/patients/{patient}/{of}");
    let (reason, word) = (json!({"reason": "xanthelasma"}), "xanthelasma");
    let draft = json!({
        "clinicId": clinic.facts.clinic, "visitedAt": "2026-11-30T23:00:00Z",
        "content": {
            "complaint": word, "symptoms": [word], "findings": word,
            "diagnoses": [{"condition": word}], "treatment": word, "text": word,
        },
    });
    doctor.post(&mine("note-drafts"), &draft).expect(201).await;
    let begun = doctor
        .post(&mine("note-drafts"), &draft)
        .key("a-key-for-the-record");
    let note = begun.expect(201).await.id();
    let path = format!("/api/v1/note-drafts/{note}");
    let mut wrong = draft.clone();
    wrong["content"]["xanthelasma"] = json!("Zephyrine");
    doctor
        .put(&path, &wrong)
        .header("If-Match", "\"1\"")
        .expect(400)
        .await;
    let sign = doctor.post(&format!("{path}/sign"), &json!({}));
    sign.header("If-Match", "\"1\"").expect(201).await;
    let note = format!("/api/v1/notes/{note}");
    doctor
        .post(&format!("{note}/addenda"), &json!({"text": word}))
        .expect(201)
        .await;
    let change = async |path: String, version: &str| {
        let call = doctor.post(&path, &reason);
        call.header("If-Match", version).expect(200).await;
    };
    change(format!("{note}/entered-in-error"), "\"2\"").await;
    let line = json!({
        "drug": word, "ingredients": [word], "strength": word, "instructions": word,
        "dose": {"amount": "1", "unit": "TABLET"}, "route": "ORAL",
        "frequency": {"times": 1, "per": "DAY"},
    });
    let allergy = json!({"substance": word, "reaction": word});
    let allergy = doctor.post(&mine("allergies"), &allergy).expect(201).await;
    let mut request = json!({"clinicId": clinic.facts.clinic, "lines": [line]});
    let refused = doctor
        .post(&mine("prescriptions"), &request)
        .expect(409)
        .await;
    request["override"] = json!({"warnings": refused.body["warnings"], "reason": word});
    let issued = doctor.post(&mine("prescriptions"), &request);
    let issued = issued.key("a-key-for-the-drug").expect(201).await;
    let path = issued.header("location");
    request["reason"] = json!(word);
    request.as_object_mut().unwrap().remove("clinicId");
    let amend = doctor.post(&format!("{path}/amend"), &request);
    amend.header("If-Match", "\"1\"").expect(200).await;
    change(format!("{path}/cancel"), "\"2\"").await;
    change(format!("{path}/entered-in-error"), "\"3\"").await;
    let one = mine(&format!("allergies/{}", allergy.id()));
    let correct = doctor.put(&one, &json!({"substance": word}));
    correct.header("If-Match", "\"1\"").expect(200).await;
    change(format!("{one}/end"), "\"2\"").await;
    change(format!("{one}/entered-in-error"), "\"3\"").await;
    fill_entries(clinic, patient).await;
}
