//! Requests of the sweep: paths and bodies with resources that are unrelated to the callers.

use domain::{ClinicId, DoctorId, PatientId};
use serde_json::{Value, json};
use tests::app::Principal;

use crate::support::{Clinic, all_read, slot};

/// Resources that are unrelated to the callers.
pub struct Resources {
    clinic: ClinicId,
    doctor: DoctorId,
    account: String,
    /// The account of a patient.
    parent: String,
    appointment: String,
    payment: String,
    leave: String,
    break_glass: String,
    record: Record,
}

/// The record of a patient, written by her doctor.
struct Record {
    draft: String,
    note: String,
    prescription: String,
    allergy: String,
}

impl Record {
    async fn new(clinic: &Clinic) -> Self {
        let patient = clinic.world.patient().await.unwrap();
        let asha = clinic.client(&Principal::patient(patient));
        let booked = clinic.book(&asha, 5).expect(201).await;
        let paid = json!({"reason": "Pays in cash"});
        let confirm = clinic.desk().post(&booked.appointment("confirm"), &paid);
        confirm.expect(200).await;
        all_read(clinic.anonymous()).await;
        let doctor = clinic.client(&Principal::doctor(clinic.doctor));
        let post = async |path: &str, body: Value| {
            let path = format!("/api/v1/patients/{patient}/{path}");
            let made = doctor.post(&path, &body).expect(201).await;
            made.text("id").to_owned()
        };
        let note = post("note-drafts", draft(clinic.facts.clinic)).await;
        let sign = doctor.post(&format!("/api/v1/note-drafts/{note}/sign"), &json!({}));
        sign.header("If-Match", "\"1\"").expect(201).await;
        let prescription = json!({"clinicId": clinic.facts.clinic, "lines": [line()]});
        Self {
            note,
            draft: post("note-drafts", draft(clinic.facts.clinic)).await,
            prescription: post("prescriptions", prescription).await,
            allergy: post("allergies", json!({"substance": "Latex"})).await,
        }
    }
}

fn draft(clinic: ClinicId) -> Value {
    json!({
        "clinicId": clinic, "visitedAt": "2026-11-30T23:00:00Z", "content": {"complaint": "A cough"},
    })
}

fn line() -> Value {
    json!({
        "drug": "Salbutamol", "dose": {"amount": "1", "unit": "PUFF"}, "route": "INHALED",
        "frequency": {"times": 2, "per": "DAY"},
    })
}

impl Resources {
    pub async fn new(clinic: &Clinic) -> Self {
        let desk = json!({
            "email": "desk@example.org",
            "roles": ["RECEPTIONIST"],
            "clinics": {"kind": "only", "clinics": [clinic.facts.clinic]},
        });
        let admin = clinic.client(&Principal::admin());
        let account = admin.post("/api/v1/accounts", &desk).expect(201).await;
        let parent = json!({
            "name": "Ravi Rao", "birthDate": "1990-04-17", "email": "ravi@example.org",
            "password": "correct horse battery",
        });
        let parent = clinic.anonymous().sign_up(&parent).await;
        let parent = parent.expect(201).await;
        let asha = clinic.patient();
        let booked = clinic.book(&asha, 0).expect(201).await;
        clinic.read(&asha, &booked).await;
        let checkout = asha.post(&booked.appointment("payment"), &json!({}));
        let checkout = checkout.expect(201).await;
        clinic
            .settled(async || admin.get(account.header("location")).after(&account))
            .await;
        let leave = json!({"start": slot(20), "end": slot(24)});
        let leaves = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
        let leave = admin.post(&leaves, &leave).expect(201).await;
        let emergency = json!({"clinicId": clinic.facts.clinic, "reason": "Unconscious"});
        let patient = clinic.world.patient().await.unwrap();
        let path = format!("/api/v1/patients/{patient}/break-glass");
        let doctor = clinic.client(&Principal::doctor(clinic.doctor));
        let opened = doctor.post(&path, &emergency).expect(201).await;
        Self {
            record: Record::new(clinic).await,
            break_glass: opened.text("id").to_owned(),
            leave: leave.text("id").to_owned(),
            clinic: clinic.facts.clinic,
            doctor: clinic.doctor,
            account: account.text("id").to_owned(),
            parent: parent.text("accountId").to_owned(),
            appointment: booked.text("id").to_owned(),
            payment: checkout.text("paymentId").to_owned(),
        }
    }

    /// The route's path with the ids of these resources, and its query.
    pub fn path(&self, route: &str, patient: PatientId) -> String {
        let (_, path) = route.split_once(' ').unwrap();
        let of = |resource: &str| path.starts_with(&format!("/api/v1/{resource}"));
        let id = match () {
            () if of("accounts") => self.account.clone(),
            () if of("clinics") => self.clinic.to_string(),
            () if of("doctors") => self.doctor.to_string(),
            () if of("leaves") => self.leave.clone(),
            () if of("note-drafts") => self.record.draft.clone(),
            () if of("notes") => self.record.note.clone(),
            () if of("prescriptions") => self.record.prescription.clone(),
            () if of("patients") => patient.to_string(),
            () if of("payments") => self.payment.clone(),
            () if of("break-glass") => self.break_glass.clone(),
            () => self.appointment.clone(),
        };
        let path = path
            .replace("{id}", &id)
            .replace("{clinicId}", &self.clinic.to_string())
            .replace("{accountId}", &self.account)
            .replace("{allergyId}", &self.record.allergy)
            .replace("{refund}", &self.appointment)
            .replace("{entryId}", &self.appointment)
            .replace("{consentId}", &self.appointment)
            .replace("{date}", "2026-12-25");
        let clinic = self.clinic;
        match route {
            "get /api/v1/doctors/{id}/availability" => {
                format!("{path}?clinicId={clinic}&from=2026-12-01&to=2026-12-02")
            }
            "get /api/v1/doctors/{id}/day-sheet" => {
                format!("{path}?date=2026-12-01&clinicId={clinic}")
            }
            "get /api/v1/appointments" | "get /api/v1/payments" => {
                format!("{path}?patientId={patient}")
            }
            "get /api/v1/patients/{id}/vitals/trends" => format!("{path}?code=8867-4"),
            "get /api/v1/clinics/{id}/takings" => format!("{path}?day=2026-12-01"),
            _ => path,
        }
    }

    /// A valid body for the route; `number` differs for each call.
    pub fn body(&self, route: &str, patient: PatientId, number: usize) -> Option<Value> {
        let email = format!("user-{number}@example.org");
        let password = "correct horse battery";
        let (name, city, inr) = ("Lakeside", "Pune", "INR");
        let terms = json!({"fee": {"amount": 1, "currency": inr}, "slotMinutes": 15});
        Some(
            match route.strip_prefix("post ").or(route.strip_prefix("put "))? {
                "/api/v1/auth/register" | "/api/v1/auth/password/forgotten" => {
                    json!({"email": email})
                }
                "/api/v1/auth/register/complete" => json!({
                    "name": "Asha Rao", "birthDate": "1990-04-17", "email": email, "password": password,
                    "code": "7KQ2-01MR",
                }),
                "/api/v1/auth/login" => json!({"email": email, "password": password}),
                "/api/v1/auth/password" => json!({
                    "currentPassword": password, "newPassword": "gentle lamp in the fog",
                }),
                "/api/v1/auth/invitation/accept" => json!({
                    "email": email, "code": "7KQ2-01MR", "password": password,
                }),
                "/api/v1/auth/address" => json!({"email": email, "currentPassword": password}),
                "/api/v1/auth/address/confirm" => json!({
                    "email": email, "code": "7KQ2-01MR", "presentCode": "7KQ2-01MR",
                }),
                "/api/v1/auth/password/reset" => json!({
                    "email": email, "code": "7KQ2-01MR", "newPassword": "gentle lamp in the fog",
                }),
                "/api/v1/auth/second-factor" => json!({"currentPassword": password}),
                "/api/v1/auth/second-factor/confirm" => json!({"code": "287082"}),
                "/api/v1/auth/second-factor/remove" => {
                    json!({"currentPassword": password, "code": "287082"})
                }
                "/api/v1/auth/refresh" => json!({"refreshToken": "unknown"}),
                "/api/v1/accounts" => json!({
                    "email": email, "roles": ["AUDITOR"],
                    "clinics": {"kind": "only", "clinics": [self.clinic]},
                }),
                "/api/v1/accounts/{id}/disable" => json!({"reason": "Left"}),
                "/api/v1/clinics" => json!({
                    "name": name, "city": city, "timeZone": "Asia/Kolkata", "currency": inr,
                }),
                "/api/v1/clinics/{id}" => json!({"name": name, "city": city}),
                "/api/v1/clinics/{id}/refund-policy" => json!({"refundPolicy": []}),
                "/api/v1/clinics/{id}/booking-settings" => json!({"holdMinutes": 30}),
                "/api/v1/clinics/{id}/second-factor" => json!({"required": true}),
                "/api/v1/clinics/{id}/holidays/{date}" => json!({"name": "Christmas"}),
                "/api/v1/doctors" => json!({
                    "name": "Meera Iyer", "specialisations": ["cardiology"], "languages": ["en"],
                    "email": email,
                }),
                "/api/v1/doctors/{id}/affiliations" => {
                    let mut terms = terms;
                    terms["clinicId"] = json!(self.clinic);
                    terms
                }
                "/api/v1/doctors/{id}/affiliations/{clinicId}/terms" => terms,
                "/api/v1/doctors/{id}/affiliations/{clinicId}/hours" => json!({"weeklyHours": []}),
                "/api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}" => {
                    json!({"openings": []})
                }
                "/api/v1/patients" => json!({"name": "Tara Rao", "birthDate": "2020-01-31"}),
                "/api/v1/patients/{id}/contact" => json!({"phone": "+919812345678"}),
                "/api/v1/patients/{id}/profile" => json!({"gender": "female"}),
                "/api/v1/patients/{id}/illnesses" => json!({"illnesses": ["Asthma"]}),
                "/api/v1/patients/{id}/proxies" => {
                    json!({"accountId": self.parent, "evidence": "BIRTH_CERTIFICATE"})
                }
                "/api/v1/appointments" => json!({
                    "clinicId": self.clinic, "doctorId": self.doctor, "patientId": patient,
                    "start": slot(1),
                }),
                "/api/v1/appointments/emergency" => json!({
                    "clinicId": self.clinic, "specialisation": "cardiology", "patientId": patient,
                }),
                "/api/v1/doctors/{id}/leaves" => json!({"start": slot(26), "end": slot(27)}),
                "/api/v1/leaves/{id}/withdraw" => json!({}),
                "/api/v1/appointments/series" => json!({
                    "first": {
                        "clinicId": self.clinic, "doctorId": self.doctor, "patientId": patient,
                        "start": slot(1),
                    },
                    "everyDays": 1, "visits": 2,
                }),
                "/api/v1/appointments/{id}/reschedule" => json!({"start": slot(2)}),
                "/api/v1/appointments/{id}/confirm"
                | "/api/v1/appointments/{id}/cancel"
                | "/api/v1/appointments/{id}/start"
                | "/api/v1/appointments/{id}/complete"
                | "/api/v1/appointments/{id}/no-show" => json!({"reason": "Not my visit"}),
                "/api/v1/blocked-clients" => json!({"client": "203.0.113.9", "minutes": 5}),
                "/api/v1/payments/{id}/verify" => json!({
                    "razorpay_payment_id": "pay_1",
                    "razorpay_order_id": "order_1",
                    "razorpay_signature": "0",
                }),
                path => return self.record_body(path),
            },
        )
    }

    /// A valid body for a route of records.
    fn record_body(&self, path: &str) -> Option<Value> {
        Some(match path {
            "/api/v1/patients/{id}/vitals" => json!({
                "measurements": {"pulse": {"value": "72"}},
            }),
            "/api/v1/patients/{id}/vitals/{entryId}" => json!({
                "measurements": {"pulse": {"value": "72"}}, "reason": "Mistyped",
                "takenAt": "2026-11-30T08:00:00Z",
            }),
            "/api/v1/patients/{id}/health-summary" => json!({"content": problem()}),
            "/api/v1/patients/{id}/health-summary/{entryId}" => json!({
                "content": problem(), "reason": "Mistyped",
            }),
            "/api/v1/patients/{id}/health-summary/{entryId}/end" => json!({}),
            "/api/v1/patients/{id}/vitals/{entryId}/entered-in-error"
            | "/api/v1/patients/{id}/health-summary/{entryId}/entered-in-error" => {
                json!({"reason": "Another patient's"})
            }
            "/api/v1/patients/{id}/note-drafts" | "/api/v1/note-drafts/{id}" => draft(self.clinic),
            "/api/v1/notes/{id}/addenda" => json!({"text": "More of it"}),
            "/api/v1/patients/{id}/prescriptions" => {
                json!({"clinicId": self.clinic, "lines": [line()]})
            }
            "/api/v1/prescriptions/{id}/amend" => {
                json!({"lines": [line()], "reason": "A lower dose"})
            }
            "/api/v1/patients/{id}/allergies" | "/api/v1/patients/{id}/allergies/{allergyId}" => {
                json!({"substance": "Latex"})
            }
            "/api/v1/notes/{id}/entered-in-error"
            | "/api/v1/prescriptions/{id}/cancel"
            | "/api/v1/prescriptions/{id}/entered-in-error"
            | "/api/v1/patients/{id}/allergies/{allergyId}/end"
            | "/api/v1/patients/{id}/allergies/{allergyId}/entered-in-error" => {
                json!({"reason": "Not my patient"})
            }
            "/api/v1/patients/{id}/consents" => json!({"purpose": {"kind": "RESEARCH"}}),
            "/api/v1/patients/{id}/break-glass" => json!({
                "clinicId": self.clinic, "reason": "Unconscious",
            }),
            "/api/v1/patients/{id}/erasure"
            | "/api/v1/patients/{id}/erasure/withdraw"
            | "/api/v1/patients/{id}/erasure/refuse"
            | "/api/v1/patients/{id}/erasure/hold"
            | "/api/v1/patients/{id}/erasure/hold/lift" => json!({"reason": "Asked for it"}),
            "/api/v1/break-glass/{id}/review" => json!({"verdict": "JUSTIFIED"}),
            _ => return None,
        })
    }
}

/// An item of a health summary.
fn problem() -> Value {
    json!({"problem": {"diagnosis": {"condition": "Asthma", "icd10": "J45.9"}}})
}
