//! A clinic, a patient with a card, and two admins of the group.

use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;

use crate::support::{Call, Client, Clinic, Reply, all_read, eventually};

pub struct Fixture {
    pub clinic: Clinic,
    pub patient: PatientId,
    /// The patient.
    pub asha: Client,
    /// The address of the patient's account.
    pub email: String,
    pub admin: Client,
    /// Another admin.
    pub second: Client,
}

impl Fixture {
    pub async fn open() -> Self {
        let clinic = Clinic::without_fee().await;
        let patient = clinic.world.patient().await.unwrap();
        let own = Principal::patient(patient);
        clinic.world.account(own.account, patient).await.unwrap();
        all_read(clinic.anonymous()).await;
        Self {
            email: format!("{}@example.org", own.account),
            asha: clinic.client(&own),
            admin: clinic.client(&Principal::admin()),
            second: clinic.client(&Principal::admin()),
            patient,
            clinic,
        }
    }

    pub async fn close(self) {
        self.clinic.close().await;
    }

    /// A path below the patient's erasure.
    pub fn path(&self, of: &str) -> String {
        format!("/api/v1/patients/{}/erasure{of}", self.patient)
    }

    /// A step that has a reason.
    pub fn step(&self, who: &Client, of: &str) -> Call {
        who.post(&self.path(of), &json!({"reason": "Asked for it"}))
    }

    pub fn approve(&self, who: &Client) -> Call {
        who.post(&self.path("/approve"), &json!({}))
    }

    /// The patient requests the erasure.
    pub async fn request(&self) -> Reply {
        self.step(&self.asha, "").expect(201).await
    }

    /// How it stands, once everything is read.
    pub async fn read(&self, who: &Client) -> Reply {
        all_read(self.clinic.anonymous()).await;
        who.get(&self.path("")).expect(200).await
    }

    /// The certificate, once the erasure is carried out.
    pub async fn certificate(&self) -> Value {
        certificate(&self.admin, self.patient).await
    }
}

/// The certificate of a patient, once the erasure is carried out.
pub async fn certificate(admin: &Client, patient: PatientId) -> Value {
    let path = format!("/api/v1/patients/{patient}/erasure/certificate");
    let mut certificate = Value::Null;
    eventually("the erasure is certified", async || {
        let reply = admin.get(&path).send().await;
        certificate = reply.body;
        reply.status == 200
    })
    .await;
    certificate
}
