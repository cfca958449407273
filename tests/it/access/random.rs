//! Random relations in one small world: the API shows clinical content where the pure rules say so.

use chrono::TimeDelta;
use commands::Caller;
use commands::authorization::{
    Action, ClinicalFacts, ClinicalPolicy, EmergencyAccess, PatientConsent, Relation,
    TreatmentVisit,
};
use domain::appointment::AppointmentStatus;
use domain::consent::{ConsentGiver, ConsentPurpose};
use domain::{BreakGlassId, PatientId, Role, Slot};
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tests::app::Principal;
use uuid::Uuid;

use super::fixture::Fixture;
use crate::support::now;

const CASES: usize = 30;

/// Callers differ in roles, in who they are, and in the day on which they call.
#[derive(Debug, Clone)]
struct Case {
    roles: Vec<Role>,
    own: bool,
    treating: bool,
    proxy: bool,
    day: i64,
}

fn case() -> impl Strategy<Value = Case> {
    let roles = subsequence(Role::ALL.to_vec(), 1..=3);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (roles, flags, 0_i64..110).prop_map(|(roles, (own, treating, proxy), day)| Case {
        roles,
        own,
        treating,
        proxy,
        day,
    })
}

#[tokio::test]
async fn the_api_answers_as_the_rules_say() {
    // Eighteen in fifty days.
    let fixture = Fixture::born("2009-01-20").await;
    let clinic = &fixture.clinic;
    let start = now() + TimeDelta::days(12);
    fixture.book(start).await;
    let proxy = Principal::patient(PatientId::from_uuid(Uuid::from_u128(2)));
    let own = proxy.patient.unwrap();
    clinic.world.account(proxy.account, own).await.unwrap();
    let evidence = json!({"accountId": proxy.account, "evidence": "BIRTH_CERTIFICATE"});
    let desk = clinic.desk();
    desk.post(&fixture.path("proxies"), &evidence)
        .expect(200)
        .await;
    // For days 60 to 80, the patient lets the proxy read on.
    let asha = fixture.client(&fixture.asha);
    let until = now() + TimeDelta::days(80);
    clinic.site.clock.set(now() + TimeDelta::days(60));
    let consent = json!({
        "purpose": {"kind": "PROXY", "accountId": proxy.account}, "until": until,
    });
    asha.post(&fixture.path("consents"), &consent)
        .expect(201)
        .await;
    fixture.settle().await;
    let other = fixture.other_doctor().await;
    let slot = Slot::new(start, start + TimeDelta::minutes(15)).unwrap();
    let mut runner = TestRunner::deterministic();
    for _ in 0..CASES {
        let case = case().new_tree(&mut runner).unwrap().current();
        let at = now() + TimeDelta::days(case.day);
        clinic.site.clock.set(at);
        let person = if case.own { &fixture.asha } else { &proxy };
        let doctor = if case.treating {
            clinic.doctor
        } else {
            other.doctor.unwrap()
        };
        let caller = Principal {
            account: if case.proxy {
                proxy.account
            } else {
                fixture.asha.account
            },
            patient: person
                .patient
                .filter(|_| case.roles.contains(&Role::Patient)),
            doctor: case.roles.contains(&Role::Doctor).then_some(doctor),
            roles: case.roles.clone(),
            ..Principal::admin()
        };
        let facts = ClinicalFacts {
            now: at,
            patient: fixture.patient,
            age: Some(if case.day >= 50 { 18 } else { 17 }),
            is_proxy: case.proxy,
            visits: Vec::from_iter((case.treating).then_some(TreatmentVisit {
                clinic: clinic.facts.clinic,
                slot,
                status: AppointmentStatus::Confirmed,
            })),
            consents: vec![PatientConsent {
                purpose: ConsentPurpose::Proxy {
                    account: proxy.account,
                },
                given_by: ConsentGiver::Patient,
                until: Some(until),
                withdrawn: false,
            }],
            emergencies: Vec::<EmergencyAccess>::new(),
        };
        let as_caller = Caller {
            account: caller.account,
            roles: caller.roles.iter().copied().collect(),
            clinics: caller.clinics.clone(),
            patient: caller.patient,
            doctor: caller.doctor,
        };
        let policy = ClinicalPolicy::default();
        let access = facts.access(&as_caller, Action::ReadIllnesses, policy);
        let sees = fixture.sees_or_is_refused(&caller).await;
        assert_eq!(sees, access.is_ok(), "{case:?}");
        if let Ok(access) = access {
            let row = fixture.rows().await.pop().unwrap();
            let relation = row.relation.as_deref().and_then(Relation::from_stored);
            assert_eq!(relation, Some(access.authorized.relation), "{case:?}");
            assert_eq!(row.break_glass, None::<BreakGlassId>.map(|id| id.as_uuid()));
        }
    }
    clinic.site.clock.set(now());
    fixture.close().await;
}
