//! Patients with visits and entries, and those who call.

use chrono::TimeDelta;
use domain::{Currency, DoctorId, PatientId, Role};
use serde_json::json;
use tests::app::Principal;
use tests::world::Terms;
use uuid::Uuid;

use super::{Case, Chart, Entry, World};
use crate::support::{Client, Clinic, all_read, now};

impl World {
    pub(super) async fn open() -> Self {
        let terms = || Terms {
            fee: 0,
            hours: (0, 23),
            ..Terms::default()
        };
        let clinic = Clinic::with(terms()).await;
        let second = clinic.world.clinic("Asia/Kolkata", Currency::Inr);
        let second = second.await.unwrap();
        let other = clinic.world.doctor(second, terms()).await.unwrap();
        let parent = Principal::patient(PatientId::from_uuid(Uuid::from_u128(2)));
        let own = parent.patient.unwrap();
        clinic.world.account(parent.account, own).await.unwrap();
        let mut this = Self {
            clinics: [clinic.facts.clinic, second.clinic],
            doctors: [clinic.doctor, other].map(Principal::doctor),
            clinic,
            parent,
            charts: Vec::new(),
            emergencies: Vec::new(),
        };
        for (born, age, birthday) in [
            // Twelve in forty days, eighteen in fifty, a small child, and a grown-up.
            ("2015-01-10", 11, 40),
            ("2009-01-20", 17, 50),
            ("2020-06-01", 6, 182),
            ("1980-06-01", 46, 182),
        ] {
            let chart = this.fill(born, age, birthday).await;
            this.charts.push(chart);
        }
        all_read(this.clinic.anonymous()).await;
        this
    }

    /// A patient with a visit to each doctor, and entries by both and by the patient.
    async fn fill(&self, born: &str, age: i64, birthday: i64) -> Chart {
        let world = &self.clinic.world;
        let patient = world.patient_born(born.parse().unwrap()).await.unwrap();
        let own = Principal::patient(patient);
        let account = own.account;
        world.account(account, patient).await.unwrap();
        let of = |rest: &str| format!("/api/v1/patients/{patient}/{rest}");
        let asha = self.client(&own);
        let proxied = age < 40;
        if proxied {
            let evidence =
                json!({"accountId": self.parent.account, "evidence": "BIRTH_CERTIFICATE"});
            let desk = self.clinic.desk();
            desk.post(&of("proxies"), &evidence).expect(200).await;
        }
        let number = i64::try_from(self.charts.len()).unwrap();
        let visits = [0, 20];
        for (place, day) in visits.into_iter().enumerate() {
            let hour = TimeDelta::hours(4) + TimeDelta::minutes(15 * number);
            let request = json!({
                "clinicId": self.clinics[place], "doctorId": self.doctors[place].doctor,
                "start": now() + TimeDelta::days(day) + hour,
            });
            asha.post("/api/v1/appointments", &request)
                .expect(201)
                .await;
        }
        all_read(self.clinic.anonymous()).await;
        let doctors = self.doctors.each_ref().map(|doctor| self.client(doctor));
        let emergency = json!({"clinicId": self.clinics[1], "reason": "Not awake"});
        let opened = doctors[1].post(&of("break-glass"), &emergency);
        opened.expect(201).await;
        all_read(self.clinic.anonymous()).await;

        let mut entries = Vec::new();
        let vitals = json!({
            "measurements": {"pulse": {"value": "72"}}, "sensitivity": {"added": ["REPRODUCTIVE"]},
        });
        let measured = asha.post(&of("vitals"), &vitals).expect(201).await;
        entries.push(Entry {
            id: measured.id().to_string(),
            clinic: None,
            doctor: None,
            account,
            category: Some("REPRODUCTIVE"),
        });
        for (number, code, category) in [
            (0, None, None),
            (0, Some("F32.1"), Some("MENTAL_HEALTH")),
            (1, None, None),
            (1, Some("B20"), Some("HIV")),
        ] {
            let doctor = &doctors[number];
            entries.push(Entry {
                id: self.sign(doctor, number, patient, code).await,
                clinic: Some(number),
                doctor: Some(number),
                account: self.doctors[number].account,
                category,
            });
        }
        Chart {
            patient,
            own,
            age,
            birthday,
            proxied,
            visits: visits.map(Some),
            entries,
            consents: Vec::new(),
        }
    }

    /// Signs a note, with a diagnosis of this code if there is one.
    async fn sign(
        &self,
        doctor: &Client,
        clinic: usize,
        patient: PatientId,
        code: Option<&str>,
    ) -> String {
        let diagnoses = code.map(|code| json!([{"condition": "Illness", "icd10": code}]));
        let draft = json!({
            "clinicId": self.clinics[clinic], "visitedAt": "2026-11-30T23:00:00Z",
            "content": {"text": "Seen", "diagnoses": diagnoses.unwrap_or_else(|| json!([]))},
        });
        let path = format!("/api/v1/patients/{patient}/note-drafts");
        let note = doctor.post(&path, &draft).expect(201).await.id();
        let sign = doctor.post(&format!("/api/v1/note-drafts/{note}/sign"), &json!({}));
        sign.header("If-Match", "\"1\"").expect(201).await;
        note.to_string()
    }

    /// A client whose token outlives the cases.
    pub(super) fn client(&self, principal: &Principal) -> Client {
        let end = now() + TimeDelta::days(400);
        let token = self.clinic.site.token_until(principal, end).unwrap();
        self.clinic.anonymous().with_token(token)
    }

    pub(super) fn caller(&self, case: &Case) -> Principal {
        let chart = &self.charts[case.chart];
        let stranger = Principal::patient(PatientId::from_uuid(Uuid::from_u128(9)));
        let accounts = [
            chart.own.account,
            self.parent.account,
            self.doctors[0].account,
            self.doctors[1].account,
            stranger.account,
        ];
        let is = |role| case.roles.contains(&role);
        let person = if case.own { &chart.own } else { &self.parent };
        let doctor = self
            .doctors
            .get(case.doctor)
            .and_then(|doctor| doctor.doctor);
        let doctor = doctor.unwrap_or_else(|| DoctorId::from_uuid(Uuid::from_u128(8)));
        Principal {
            account: accounts[case.account],
            patient: person.patient.filter(|_| is(Role::Patient)),
            doctor: is(Role::Doctor).then_some(doctor),
            roles: case.roles.clone(),
            ..Principal::admin()
        }
    }
}
