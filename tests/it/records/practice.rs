//! A clinic with a patient, and two doctors who treat her.

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use domain::{DoctorId, PatientId};
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;
use uuid::Uuid;

use crate::support::{Call, Client, Clinic, Reply, all_read, slot};

/// A clinic with a patient, and two doctors who treat her.
pub struct Practice {
    pub clinic: Clinic,
    pub patient: PatientId,
    /// The patient.
    pub asha: Client,
    /// Her appointment with the doctor.
    pub appointment: Uuid,
    /// A doctor who treats her.
    pub doctor: Client,
    /// Another one.
    pub colleague: Client,
    /// A doctor who does not.
    pub stranger: Client,
}

impl Practice {
    pub async fn open() -> Self {
        Self::born("1990-04-17").await
    }

    /// The same with a patient who was born on a day.
    pub async fn born(born: &str) -> Self {
        let clinic = Clinic::without_fee().await;
        let terms = Terms {
            fee: 0,
            ..Terms::default()
        };
        let other = clinic.world.doctor(clinic.facts, terms).await.unwrap();
        let patient = clinic
            .world
            .patient_born(born.parse().unwrap())
            .await
            .unwrap();
        let asha = clinic.client(&Principal::patient(patient));
        let booked = clinic.book(&asha, 0).expect(201).await;
        let mut second = clinic.booking_request(slot(1));
        second["doctorId"] = json!(other);
        asha.post("/api/v1/appointments", &second).expect(201).await;
        all_read(clinic.anonymous()).await;
        let doctor = |doctor: DoctorId| clinic.client(&Principal::doctor(doctor));
        let stranger = DoctorId::from_uuid(SystemIds.id());
        Self {
            patient,
            appointment: booked.id(),
            doctor: doctor(clinic.doctor),
            colleague: doctor(other),
            stranger: doctor(stranger),
            asha,
            clinic,
        }
    }

    /// The doctor again, with a token of now.
    pub fn again(&self, doctor: &DoctorId) -> Client {
        self.clinic.client(&Principal::doctor(*doctor))
    }

    pub async fn close(self) {
        self.clinic.close().await;
    }

    /// A path below the patient's.
    pub fn path(&self, of: &str) -> String {
        format!("/api/v1/patients/{}/{of}", self.patient)
    }

    /// A draft of a note about the appointment, an hour ago.
    pub fn draft(&self, content: &Value) -> Value {
        json!({
            "clinicId": self.clinic.facts.clinic, "appointmentId": self.appointment,
            "visitedAt": "2026-11-30T23:00:00Z", "content": content,
        })
    }

    /// Begins a note with this content.
    pub async fn begin(&self, content: &Value) -> Reply {
        let draft = self.draft(content);
        self.doctor
            .post(&self.path("note-drafts"), &draft)
            .expect(201)
            .await
    }

    /// Signs a draft in a version.
    pub fn sign(who: &Client, note: Uuid, version: i64) -> Call {
        let path = format!("/api/v1/note-drafts/{note}/sign");
        seen(who.post(&path, &json!({})), version)
    }

    /// A signed note.
    pub async fn signed(&self, content: &Value) -> Uuid {
        let note = self.begin(content).await.id();
        Self::sign(&self.doctor, note, 1).expect(201).await;
        note
    }

    /// A prescription with these lines.
    pub fn prescription(&self, lines: &[Value]) -> Value {
        json!({"clinicId": self.clinic.facts.clinic, "lines": lines})
    }

    /// Issues one.
    pub fn issue(&self, who: &Client, request: &Value) -> Call {
        who.post(&self.path("prescriptions"), request)
    }

    /// Records an allergy.
    pub async fn allergic(&self, substance: &str) -> Reply {
        let allergy = json!({"substance": substance});
        self.doctor
            .post(&self.path("allergies"), &allergy)
            .expect(201)
            .await
    }

    /// Erases the patient.
    pub async fn erase(&self) {
        let sealing = self.clinic.store().sealing();
        sealing.erase(self.patient.as_uuid()).await.unwrap();
    }
}

/// The same request, from a client that has seen this version.
pub fn seen(call: Call, version: i64) -> Call {
    call.header("If-Match", format!("\"{version}\""))
}

/// A drug, twice a day.
pub fn line(drug: &str) -> Value {
    json!({
        "drug": drug, "dose": {"amount": "0.5", "unit": "TABLET"}, "route": "ORAL",
        "frequency": {"times": 2, "per": "DAY"},
    })
}
