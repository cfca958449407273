//! A clinic whose bookings are confirmed at once, a patient with a known illness, and what the access log says. The known
//! illnesses of a profile are clinical content.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{DoctorId, PatientId};
use serde_json::{Value, json};
use sqlx::Row as _;
use tests::app::Principal;
use tests::world::Terms;

use crate::support::{Client, Clinic, Reply, all_read, now};

pub struct Fixture {
    pub clinic: Clinic,
    pub patient: PatientId,
    /// The patient, as a principal.
    pub asha: Principal,
}

impl Fixture {
    pub async fn open() -> Self {
        Self::born("1990-04-17").await
    }

    /// The same with a patient who was born on a day.
    pub async fn born(born: &str) -> Self {
        let terms = Terms {
            fee: 0,
            hours: (0, 23),
            ..Terms::default()
        };
        let clinic = Clinic::with(terms).await;
        let born = born.parse().unwrap();
        let patient = clinic.world.patient_born(born).await.unwrap();
        let asha = Principal::patient(patient);
        clinic.world.account(asha.account, patient).await.unwrap();
        let this = Self {
            clinic,
            patient,
            asha,
        };
        let illnesses = json!({"illnesses": ["Asthma"]});
        let path = format!("/api/v1/patients/{patient}/illnesses");
        let told = this.client(&this.asha).put(&path, &illnesses);
        told.header("If-Match", "\"1\"").expect(200).await;
        this.settle().await;
        this
    }

    pub async fn close(self) {
        self.clinic.close().await;
    }

    /// Waits until the read models have caught up.
    pub async fn settle(&self) {
        all_read(self.clinic.anonymous()).await;
    }

    /// A client whose token outlives the test's clock.
    pub fn client(&self, principal: &Principal) -> Client {
        let end = now() + TimeDelta::days(400);
        let token = self.clinic.site.token_until(principal, end).unwrap();
        self.clinic.anonymous().with_token(token)
    }

    /// The clinic's doctor, as a principal.
    pub fn doctor(&self) -> Principal {
        Principal::doctor(self.clinic.doctor)
    }

    /// A doctor of the clinic who has nothing to do with the patient.
    pub async fn other_doctor(&self) -> Principal {
        Principal::doctor(self.other_doctors_id().await)
    }

    async fn other_doctors_id(&self) -> DoctorId {
        let terms = Terms::default();
        let doctor = self.clinic.world.doctor(self.clinic.facts, terms).await;
        doctor.unwrap()
    }

    /// The path of something of the patient's.
    pub fn path(&self, what: &str) -> String {
        format!("/api/v1/patients/{}/{what}", self.patient)
    }

    /// Books a visit of the patient with the clinic's doctor.
    pub async fn book(&self, start: DateTime<Utc>) -> Reply {
        let request = self.clinic.booking_request(start);
        let booked = self
            .client(&self.asha)
            .post("/api/v1/appointments", &request);
        let booked = booked.expect(201).await;
        self.settle().await;
        booked
    }

    /// Returns whether the illnesses are shown; `None` if the profile is not.
    pub async fn sees_illnesses(&self, who: &Principal) -> Option<bool> {
        let read = self.client(who).get(&self.path("profile")).send().await;
        match read.status {
            200 => Some(read.body.get("knownIllnesses").is_some()),
            404 => None,
            other => panic!("{other}: {read:?}"),
        }
    }

    /// Returns whether a caller in any roles sees the illnesses.
    pub async fn sees_or_is_refused(&self, who: &Principal) -> bool {
        let read = self.client(who).get(&self.path("profile")).send().await;
        assert!([200, 403, 404].contains(&read.status), "{read:?}");
        read.body.get("knownIllnesses").is_some()
    }

    /// The rows of the access log about the patient, in their order.
    pub async fn rows(&self) -> Vec<Row> {
        let rows = sqlx::query(
            "select account_id, role, item_kind, item_id, outcome, relation, break_glass_id, request_id
             from access_log
             where patient_id = $1
             order by epoch, transaction_id, position",
        );
        let rows = rows.bind(self.patient.as_uuid());
        let rows = rows.fetch_all(&self.clinic.pool).await.unwrap();
        let rows = rows.iter().map(|row| Row {
            account: row.get("account_id"),
            role: row.get("role"),
            kind: row.get("item_kind"),
            item: row.get("item_id"),
            outcome: row.get("outcome"),
            relation: row.get("relation"),
            break_glass: row.get("break_glass_id"),
            request: row.get("request_id"),
        });
        rows.collect()
    }

    /// The patient's own view of the log.
    pub async fn view(&self) -> Vec<Value> {
        let log = self.client(&self.asha).get(&self.path("access-log"));
        let log = log.expect(200).await;
        log.body["items"].as_array().unwrap().clone()
    }
}

/// A row of the access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub account: uuid::Uuid,
    pub role: String,
    pub kind: String,
    pub item: uuid::Uuid,
    pub outcome: String,
    pub relation: Option<String>,
    pub break_glass: Option<uuid::Uuid>,
    pub request: uuid::Uuid,
}

impl Row {
    /// Role, kind and relation, or that it was refused.
    pub fn told(&self) -> String {
        let relation = self.relation.as_deref().unwrap_or(&self.outcome);
        format!("{} {} {relation}", self.role, self.kind)
    }
}
