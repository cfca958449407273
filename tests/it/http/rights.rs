//! Random callers in one small world: a list has the items that can be read one by one, and both are what the permission
//! table says.

use std::collections::BTreeSet;

use commands::Caller;
use commands::authorization::{Action, Denial, Resource, ResourceClinics, authorize};
use domain::{AccountId, ClinicId, ClinicScope, Currency, DoctorId, PatientId, Role};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tests::app::Principal;
use tests::world::Terms;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, all_read, slot};

const CALLERS: usize = 10;
const MANY_CALLERS: usize = 1_000;

/// A visit that is awaiting its payment.
struct Visit {
    id: String,
    payment: String,
    patient: PatientId,
    doctor: DoctorId,
    clinic: ClinicId,
}

impl Visit {
    fn resource(&self, children: &Children, caller: &Principal) -> Resource {
        Resource {
            doctor: Some(self.doctor),
            clinics: ResourceClinics::One(self.clinic),
            ..children.resource(self.patient, caller)
        }
    }
}

/// The account that acts for a patient.
struct Children {
    proxy: AccountId,
    child: PatientId,
}

impl Children {
    fn resource(&self, patient: PatientId, caller: &Principal) -> Resource {
        let proxied = patient == self.child && caller.account == self.proxy;
        Resource::of_patient(patient).proxied(proxied)
    }
}

/// Two clinics, a doctor at each and at both, three patients, and one visit for each pair of them.
struct World {
    clinic: Clinic,
    clinics: [ClinicId; 2],
    doctors: [DoctorId; 2],
    patients: Vec<PatientId>,
    children: Children,
    visits: Vec<Visit>,
}

impl World {
    async fn open() -> Self {
        let clinic = Clinic::open().await;
        let world = &clinic.world;
        let second = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
        let other = world.doctor(second, Terms::default()).await.unwrap();
        let mut patients = Vec::new();
        for _ in 0..3 {
            patients.push(world.patient().await.unwrap());
        }
        let parent = Principal::patient(patients[0]);
        world.account(parent.account, patients[0]).await.unwrap();
        let path = format!("/api/v1/patients/{}/proxies", patients[1]);
        let proxy = json!({"accountId": parent.account, "evidence": "BIRTH_CERTIFICATE"});
        clinic.desk().post(&path, &proxy).expect(200).await;
        let clinics = [clinic.facts.clinic, second.clinic];
        let doctors = [clinic.doctor, other];
        let mut this = Self {
            children: Children {
                proxy: parent.account,
                child: patients[1],
            },
            clinic,
            clinics,
            doctors,
            patients,
            visits: Vec::new(),
        };
        for (number, patient) in this.patients.clone().into_iter().enumerate() {
            for place in 0..2 {
                let visit = this.book(patient, place, number).await;
                this.visits.push(visit);
            }
        }
        all_read(this.clinic.anonymous()).await;
        this
    }

    async fn book(&self, patient: PatientId, place: usize, number: usize) -> Visit {
        let (clinic, doctor) = (self.clinics[place], self.doctors[place]);
        let own = self.clinic.client(&Principal::patient(patient));
        let number = i32::try_from(number * 2 + place).unwrap();
        let request = json!({"clinicId": clinic, "doctorId": doctor, "start": slot(number)});
        let booked = own.post("/api/v1/appointments", &request).expect(201).await;
        let paying = own.post(&booked.appointment("payment"), &json!({}));
        Visit {
            id: booked.id().to_string(),
            payment: paying.expect(201).await.text("paymentId").to_owned(),
            patient,
            doctor,
            clinic,
        }
    }

    /// Callers with some roles, clinics, a patient and a doctor. One patient in four is the proxy.
    fn callers(&self) -> impl Strategy<Value = Principal> {
        let scope = prop_oneof![
            1 => Just(ClinicScope::All),
            3 => subsequence(self.clinics.to_vec(), 0..=2)
                .prop_map(|clinics| ClinicScope::Only(clinics.into_iter().collect())),
        ];
        let patients = self
            .patients
            .iter()
            .map(|patient| Principal::patient(*patient));
        let proxy = Principal {
            account: self.children.proxy,
            ..Principal::patient(self.patients[0])
        };
        let patients: Vec<_> = patients.chain([proxy]).collect();
        let roles = subsequence(Role::ALL.to_vec(), 1..=2);
        (
            roles,
            scope,
            select(patients),
            select(self.doctors.to_vec()),
        )
            .prop_map(|(roles, clinics, person, doctor)| Principal {
                account: person.account,
                patient: person.patient.filter(|_| roles.contains(&Role::Patient)),
                doctor: roles.contains(&Role::Doctor).then_some(doctor),
                roles,
                clinics,
            })
    }

    async fn check(&self, principal: &Principal) {
        let client = self.clinic.client(principal);
        let caller = Caller {
            account: principal.account,
            roles: principal.roles.iter().copied().collect(),
            clinics: principal.clinics.clone(),
            patient: principal.patient,
            doctor: principal.doctor,
        };
        for patient in &self.patients {
            let visits = self.visits.iter().filter(|visit| visit.patient == *patient);
            let visits: Vec<_> = visits.collect();
            for (kind, action) in [
                ("appointments", Action::ReadAppointment),
                ("payments", Action::ReadPayment),
            ] {
                let mut readable = BTreeSet::new();
                for visit in &visits {
                    let id = if kind == "payments" {
                        &visit.payment
                    } else {
                        &visit.id
                    };
                    let resource = visit.resource(&self.children, principal);
                    let wanted = status(authorize(&caller, action, &resource).map(|_| ()));
                    let item = client.get(&format!("/api/v1/{kind}/{id}")).send().await;
                    assert_eq!(item.status, wanted, "{kind} {principal:?} {item:?}");
                    if wanted == 200 {
                        readable.insert(id.clone());
                    }
                }
                let listed = self.list(&client, kind, *patient).await;
                assert_eq!(listed, readable, "{kind} of {patient}: {principal:?}");
            }
        }
    }

    /// The ids in a patient's list; none where there is no list for the caller.
    async fn list(&self, client: &Client, kind: &str, patient: PatientId) -> BTreeSet<String> {
        let path = format!("/api/v1/{kind}?patientId={patient}");
        let reply = client.get(&path).send().await;
        if matches!(reply.status, 403 | 404) {
            return BTreeSet::new();
        }
        assert_eq!(reply.status, 200, "{reply:?}");
        ids(&reply)
    }
}

fn ids(reply: &Reply) -> BTreeSet<String> {
    let items = reply.body["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

fn status(authorized: Result<(), Denial>) -> u16 {
    match authorized {
        Ok(()) => 200,
        Err(Denial::Forbidden) => 403,
        Err(Denial::NotFound) => 404,
    }
}

async fn lists_have_what_items_have(callers: usize) {
    let world = World::open().await;
    let mut runner = TestRunner::deterministic();
    let strategy = world.callers();
    for _ in 0..callers {
        let caller = strategy.new_tree(&mut runner).unwrap().current();
        world.check(&caller).await;
    }
    drop(strategy);
    world.clinic.close().await;
}

#[tokio::test]
async fn lists_and_items_are_what_the_permission_table_says() {
    lists_have_what_items_have(CALLERS).await;
}

#[tokio::test]
#[ignore = "long"]
async fn lists_and_items_are_what_the_permission_table_says_for_many_callers() {
    lists_have_what_items_have(MANY_CALLERS).await;
}

/// An admin of some clinics lists and reads the accounts of their staff and of the patients who have been there. Those of
/// patients, of other staff and of staff without a clinic can't be disabled by that admin.
#[tokio::test]
async fn an_admin_of_a_clinic_sees_its_accounts_and_disables_those_of_its_staff() {
    let clinic = Clinic::open().await;
    let (group, admin) = (clinic.client(&Principal::admin()), clinic.admin());
    let here = json!({"kind": "only", "clinics": [clinic.facts.clinic]});
    let elsewhere = json!({"kind": "only", "clinics": [Uuid::from_u128(78)]});
    let nowhere = json!({"kind": "only", "clinics": []});
    let staff = async |name: &str, role: &str, clinics| {
        let body = json!({
            "email": format!("{name}@example.org"),
            "roles": [role], "clinics": clinics,
        });
        group.post("/api/v1/accounts", &body).expect(201).await
    };
    let own = staff("own", "RECEPTIONIST", here).await;
    let other = staff("other", "RECEPTIONIST", elsewhere).await;
    let unbound = staff("unbound", "AUDITOR", nowhere).await;
    let signed_up = async |name: &str| {
        let body = json!({
            "name": "Asha Rao", "birthDate": "1990-04-17",
            "email": format!("{name}@example.org"), "password": "correct horse battery",
        });
        let signed_up = clinic.anonymous().sign_up(&body).await;
        signed_up.expect(201).await
    };
    let (here, stranger) = (signed_up("here").await, signed_up("stranger").await);
    let patient = PatientId::from_uuid(here.text("patientId").parse().unwrap());
    let patient = clinic.client(&Principal::patient(patient));
    clinic.book(&patient, 0).expect(201).await;
    all_read(clinic.anonymous()).await;

    let listed = ids(&admin.get("/api/v1/accounts?limit=2").expect(200).await);
    let seen = [own.text("id"), here.text("accountId")];
    assert_eq!(listed, seen.map(str::to_owned).into());
    let path = |account: &str, step: &str| format!("/api/v1/accounts/{account}{step}");
    for account in seen {
        admin.get(&path(account, "")).expect(200).await;
    }
    let hidden = [
        other.text("id"),
        unbound.text("id"),
        stranger.text("accountId"),
    ];
    let reason = json!({"reason": "Left"});
    for account in hidden {
        admin.get(&path(account, "")).expect(404).await;
        let disabling = admin.post(&path(account, "/disable"), &reason);
        disabling.expect(404).await;
    }
    let patients = admin.post(&path(here.text("accountId"), "/disable"), &reason);
    patients.expect(403).await.is("forbidden");
    let staffs = admin.post(&path(own.text("id"), "/disable"), &reason);
    staffs.expect(200).await;
    clinic.close().await;
}

/// A front desk reads a patient's visits at its own clinic and no others.
#[tokio::test]
async fn a_front_desk_lists_no_visits_at_other_clinics() {
    let clinic = Clinic::open().await;
    let patient = clinic.world.patient().await.unwrap();
    let own = clinic.client(&Principal::patient(patient));
    let booked = clinic.book(&own, 0).expect(201).await;
    clinic.read(&own, &booked).await;
    let path = format!("/api/v1/appointments?patientId={patient}");
    let of = async |client: Client| ids(&client.get(&path).expect(200).await).len();
    assert_eq!(of(clinic.desk()).await, 1);
    assert_eq!(of(clinic.other_desk()).await, 0);
    clinic.close().await;
}
