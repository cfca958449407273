//! Random callers, consents, emergencies and days: a chart shows what the rules say, its list has the entries that can be
//! read one by one, and it counts the others.
//!
//! The rules are written here a second time, in plain numbers, from `docs/permissions.md` and the decisions on clinical
//! access and on sensitive categories.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, ClinicId, ClinicScope, Currency, DoctorId, PatientId, Role};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, all_read, now};

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
    async fn open() -> Self {
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
    fn client(&self, principal: &Principal) -> Client {
        let end = now() + TimeDelta::days(400);
        let token = self.clinic.site.token_until(principal, end).unwrap();
        self.clinic.anonymous().with_token(token)
    }

    fn now(&self, case: &Case) -> DateTime<Utc> {
        now() + TimeDelta::days(case.day)
    }

    fn caller(&self, case: &Case) -> Principal {
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

    /// Takes the step, and notes down what it means.
    async fn step(&mut self, case: &Case, caller: &Principal) {
        let (at, patient) = (self.now(case), self.charts[case.chart].patient);
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
                let body = json!({"clinicId": self.clinics[0], "reason": "Not awake"});
                let opened = self
                    .client(caller)
                    .post(&of("break-glass"), &body)
                    .send()
                    .await;
                let may = |role| caller.roles.contains(&role);
                let allowed = may(Role::Doctor) || may(Role::Auditor);
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

    /// What the caller sees: none if the chart is not shown, with the status.
    fn expected(&self, case: &Case, caller: &Principal) -> Result<BTreeSet<String>, u16> {
        let (chart, at) = (&self.charts[case.chart], self.now(case));
        let is = |role| caller.roles.contains(&role);
        let staff = is(Role::Doctor) || is(Role::Auditor);
        if !staff && !is(Role::Patient) {
            return Err(403);
        }
        let own = caller.patient == Some(chart.patient);
        let mut open = self.emergencies.iter();
        let open = open.any(|one| {
            one.account == caller.account && one.patient == chart.patient && at < one.until
        });
        let emergency = staff && open;
        let parent = is(Role::Patient)
            && chart.proxied
            && caller.account == self.parent.account
            && (chart.is_younger(18, case.day)
                || self.consented(chart, &self.to_the_parent(), case));
        let treating: BTreeSet<usize> = (0..2)
            .filter(|number| {
                caller.doctor.is_some() && caller.doctor == self.doctors[*number].doctor
            })
            .filter(|number| {
                let visit = chart.visits[*number];
                // Visits are in the morning, and callers come at midnight.
                visit.is_some_and(|day| day - 7 < case.day && case.day <= day + 90)
            })
            .collect();
        if !own && !emergency && !parent && treating.is_empty() {
            return Err(404);
        }
        let all_categories = own || emergency || parent && chart.is_younger(12, case.day);
        let everywhere = own
            || emergency
            || parent
            || self.consented(chart, &json!({"kind": "SHARING_ACROSS_CLINICS"}), case);
        let shown = chart.entries.iter().filter(|entry| {
            let by_caller = entry.account == caller.account
                || !treating.is_empty()
                    && entry
                        .doctor
                        .is_some_and(|doctor| treating.contains(&doctor));
            let place = everywhere || entry.clinic.is_none_or(|clinic| treating.contains(&clinic));
            let category = all_categories
                || entry
                    .category
                    .is_none_or(|category| self.consented(chart, &sensitive(category), case));
            by_caller || place && category
        });
        Ok(shown.map(|entry| entry.id.clone()).collect())
    }

    fn consented(&self, chart: &Chart, purpose: &Value, case: &Case) -> bool {
        let at = self.now(case);
        let mut consents = chart.consents.iter();
        consents.any(|consent| {
            consent.purpose == *purpose
                && !consent.withdrawn
                && consent.until.is_none_or(|until| at < until)
                && (!consent.by_proxy || chart.parents_decide(purpose, case.day))
        })
    }

    async fn check(&mut self, case: &Case) {
        self.clinic.site.clock.set(self.now(case));
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

impl Chart {
    fn is_younger(&self, than: i64, day: i64) -> bool {
        let age = if day >= self.birthday {
            self.age + 1
        } else {
            self.age
        };
        age < than
    }

    /// Until eighteen, and about what is sensitive until twelve.
    fn parents_decide(&self, purpose: &Value, day: i64) -> bool {
        let until = if purpose["kind"] == "SENSITIVE" {
            12
        } else {
            18
        };
        self.is_younger(until, day)
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
