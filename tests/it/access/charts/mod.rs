//! Random callers, consents, emergencies and days: a chart shows what the rules say, its list has the entries that can be
//! read one by one, and it counts the others.
//!
//! The rules are written here a second time, in plain numbers, from `docs/permissions.md` and the decisions on clinical
//! access and on sensitive categories.

mod rules;
mod world;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, ClinicId, ClinicScope, PatientId, Role};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Clinic, Reply, all_read, now};

const CASES: usize = 10;
const MANY_CASES: usize = 1_000;

/// Days for which the cases last: from the first visits until all windows are over.
const DAYS: i64 = 115;

/// A patient, the visits and entries, and what was allowed.
struct Chart {
    patient: PatientId,
    /// The patient, as a principal.
    own: Principal,
    /// Age in years on the first day, and the day of the next birthday.
    age: i64,
    birthday: i64,
    /// The parent is a proxy.
    proxied: bool,
    /// The day of the visit with each doctor, each at a clinic of the same number.
    visits: [Option<i64>; 2],
    entries: Vec<Entry>,
    consents: Vec<Consent>,
}

struct Entry {
    id: String,
    clinic: Option<usize>,
    doctor: Option<usize>,
    account: AccountId,
    category: Option<&'static str>,
}

struct Consent {
    id: Uuid,
    purpose: Value,
    by_proxy: bool,
    until: Option<DateTime<Utc>>,
    withdrawn: bool,
}

/// An emergency access.
struct Emergency {
    account: AccountId,
    patient: PatientId,
    until: DateTime<Utc>,
}

struct World {
    clinic: Clinic,
    clinics: [ClinicId; 2],
    doctors: [Principal; 2],
    parent: Principal,
    charts: Vec<Chart>,
    emergencies: Vec<Emergency>,
}

/// What happens before a caller reads.
#[derive(Debug, Clone)]
enum Step {
    Nothing,
    Grant {
        purpose: usize,
        giver: Giver,
        days: Option<i64>,
    },
    Withdraw,
    BreakTheGlass,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Giver {
    Patient,
    Parent,
    Desk,
}

/// A caller by numbers: roles, whose account, which patient, which doctor.
#[derive(Debug, Clone)]
struct Case {
    day: i64,
    chart: usize,
    step: Step,
    roles: Vec<Role>,
    account: usize,
    own: bool,
    doctor: usize,
}

impl Case {
    fn now(&self) -> DateTime<Utc> {
        now() + TimeDelta::days(self.day)
    }
}

fn case() -> impl Strategy<Value = Case> {
    let giver = select(vec![Giver::Patient, Giver::Parent, Giver::Desk]);
    let grant = (0_usize..5, giver, proptest::option::of(1_i64..40));
    let step = prop_oneof![
        2 => Just(Step::Nothing),
        4 => grant.prop_map(|(purpose, giver, days)| Step::Grant { purpose, giver, days }),
        2 => Just(Step::Withdraw),
        1 => Just(Step::BreakTheGlass),
    ];
    let roles = prop_oneof![
        3 => Just(vec![Role::Doctor]),
        3 => Just(vec![Role::Patient]),
        2 => subsequence(Role::ALL.to_vec(), 1..=3),
    ];
    let place = (1..DAYS, 0_usize..4);
    (
        place,
        step,
        roles,
        0_usize..5,
        prop::bool::weighted(0.3),
        0_usize..3,
    )
        .prop_map(|((day, chart), step, roles, account, own, doctor)| Case {
            day,
            chart,
            step,
            roles,
            account,
            own,
            doctor,
        })
}

impl World {
    /// Takes the step, and notes down what it means.
    async fn step(&mut self, case: &Case, caller: &Principal) {
        let (at, patient) = (case.now(), self.charts[case.chart].patient);
        let of = |rest: &str| format!("/api/v1/patients/{patient}/{rest}");
        match &case.step {
            Step::Nothing => return,
            Step::Grant {
                purpose,
                giver,
                days,
            } => {
                let chart = &self.charts[case.chart];
                let purpose = self.purpose(*purpose);
                let until = days.map(|days| at + TimeDelta::days(days));
                let who = match giver {
                    Giver::Patient => self.client(&chart.own),
                    Giver::Parent => self.client(&self.parent),
                    Giver::Desk => {
                        let here = ClinicScope::Only([self.clinics[0]].into());
                        self.client(&Principal::receptionist(here))
                    }
                };
                let by_proxy = *giver == Giver::Parent;
                let allowed =
                    !by_proxy || chart.proxied && chart.parents_decide(&purpose, case.day);
                let mut consent = json!({"purpose": purpose});
                if let Some(until) = until {
                    consent["until"] = json!(until);
                }
                let granted = who.post(&of("consents"), &consent).send().await;
                assert_eq!(granted.status == 201, allowed, "{case:?} {granted:?}");
                if allowed {
                    self.charts[case.chart].consents.push(Consent {
                        id: granted.id(),
                        purpose,
                        by_proxy,
                        until,
                        withdrawn: false,
                    });
                }
            }
            Step::Withdraw => {
                let consents = &mut self.charts[case.chart].consents;
                let Some(consent) = consents.iter_mut().find(|consent| !consent.withdrawn) else {
                    return;
                };
                consent.withdrawn = true;
                let path = of(&format!("consents/{}", consent.id));
                let asha = self.client(&self.charts[case.chart].own);
                asha.call(Method::DELETE, &path).expect(200).await;
                // It counts at once.
                return;
            }
            Step::BreakTheGlass => {
                let may = |role| caller.roles.contains(&role);
                // A doctor names a clinic of the own affiliations.
                let number = usize::from(may(Role::Doctor) && case.doctor == 1);
                let body = json!({"clinicId": self.clinics[number], "reason": "Not awake"});
                let opened = self
                    .client(caller)
                    .post(&of("break-glass"), &body)
                    .send()
                    .await;
                let allowed = if may(Role::Doctor) {
                    case.doctor < self.doctors.len()
                } else {
                    may(Role::Auditor)
                };
                assert_eq!(opened.status == 201, allowed, "{case:?} {opened:?}");
                if allowed {
                    self.emergencies.push(Emergency {
                        account: caller.account,
                        patient,
                        until: at + TimeDelta::hours(1),
                    });
                }
            }
        }
        all_read(self.clinic.anonymous()).await;
    }

    fn purpose(&self, number: usize) -> Value {
        match number {
            0 => json!({"kind": "SHARING_ACROSS_CLINICS"}),
            1 => self.to_the_parent(),
            2 => sensitive("MENTAL_HEALTH"),
            3 => sensitive("HIV"),
            _ => sensitive("REPRODUCTIVE"),
        }
    }

    fn to_the_parent(&self) -> Value {
        json!({"kind": "PROXY", "accountId": self.parent.account})
    }

    async fn check(&mut self, case: &Case) {
        self.clinic.site.clock.set(case.now());
        let caller = self.caller(case);
        self.step(case, &caller).await;
        let chart = &self.charts[case.chart];
        let of = |rest: &str| format!("/api/v1/patients/{}/{rest}", chart.patient);
        let client = self.client(&caller);
        let expected = self.expected(case, &caller);
        let list = client.get(&of("chart")).send().await;
        match &expected {
            Err(status) => assert_eq!(list.status, *status, "{case:?} {list:?}"),
            Ok(ids) => {
                assert_eq!(list.status, 200, "{case:?} {list:?}");
                assert_eq!(listed(&list), *ids, "{case:?} {list:?}");
                let withheld = chart.entries.len() - ids.len();
                assert_eq!(list.body["withheld"], json!(withheld), "{case:?}");
            }
        }
        for entry in &chart.entries {
            let status = match &expected {
                Err(status) => *status,
                Ok(ids) if ids.contains(&entry.id) => 200,
                Ok(_) => 404,
            };
            let item = client.get(&of(&format!("chart/{}", entry.id))).send().await;
            assert_eq!(item.status, status, "{case:?} {item:?}");
            if entry.clinic.is_some() {
                let note = client
                    .get(&format!("/api/v1/notes/{}", entry.id))
                    .send()
                    .await;
                assert_eq!(note.status, status, "{case:?} {note:?}");
            }
        }
    }
}

fn sensitive(category: &str) -> Value {
    json!({"kind": "SENSITIVE", "category": category})
}

fn listed(reply: &Reply) -> BTreeSet<String> {
    let items = reply.body["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The clock goes forward only, as windows, consents and emergencies end with it.
async fn charts_show_what_the_rules_say(cases: usize) {
    let mut world = World::open().await;
    let mut runner = TestRunner::deterministic();
    let mut drawn = Vec::new();
    for _ in 0..cases {
        drawn.push(case().new_tree(&mut runner).unwrap().current());
    }
    drawn.sort_by_key(|case| case.day);
    let mut shown = 0;
    for case in &drawn {
        world.check(case).await;
        let caller = world.caller(case);
        shown += usize::from(world.expected(case, &caller).is_ok());
    }
    assert!(
        shown > 0 && shown < cases,
        "{shown} of {cases} are shown a chart"
    );
    world.clinic.site.clock.set(now());
    world.clinic.close().await;
}

#[tokio::test]
async fn charts_show_what_the_rules_say_and_lists_have_what_items_have() {
    charts_show_what_the_rules_say(CASES).await;
}

#[tokio::test]
#[ignore = "long"]
async fn charts_show_what_the_rules_say_for_many_callers() {
    charts_show_what_the_rules_say(MANY_CASES).await;
}
