//! Every route of the document, as an anonymous caller and in each role, always by a caller who is
//! unrelated to the resource. A new route fails here until it has a line in [`ROUTES`], and a class of requests.

mod requests;
mod routes;

use std::collections::{BTreeMap, BTreeSet};

use api::RouteClass;
use domain::{ClinicId, ClinicScope, DoctorId, PatientId, Role};
use reqwest::Method;
use serde_json::json;
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, all_read, eventually};
use requests::Resources;
use routes::ROUTES;

/// One unrelated caller per role.
fn strangers(clinic: &Clinic) -> [Client; 5] {
    let elsewhere = || ClinicScope::Only([ClinicId::from_uuid(Uuid::from_u128(1))].into());
    Role::ALL.map(|role| {
        let principal = match role {
            Role::Patient => Principal::patient(PatientId::from_uuid(Uuid::from_u128(2))),
            Role::Doctor => Principal {
                clinics: elsewhere(),
                ..Principal::doctor(DoctorId::from_uuid(Uuid::from_u128(3)))
            },
            Role::Receptionist => Principal::receptionist(elsewhere()),
            Role::Admin | Role::Auditor => Principal {
                roles: vec![role],
                clinics: elsewhere(),
                ..Principal::admin()
            },
        };
        clinic.client(&principal)
    })
}

/// Each operation of the document with the statuses that it speaks of.
fn documented() -> BTreeMap<String, BTreeSet<u16>> {
    let document = serde_json::to_value(api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().unwrap();
        operations.iter().map(move |(method, operation)| {
            let responses = operation["responses"].as_object().unwrap();
            let statuses = responses.keys().map(|status| status.parse().unwrap());
            (format!("{method} {path}"), statuses.collect())
        })
    });
    operations.collect()
}

#[test]
fn the_table_lists_exactly_the_routes_of_the_document() {
    let document: BTreeSet<_> = documented().into_keys().collect();
    let table: BTreeSet<_> = ROUTES
        .iter()
        .map(|(route, _)| (*route).to_owned())
        .collect();
    assert_eq!(
        document.difference(&table).collect::<Vec<_>>(),
        [""; 0],
        "not in the table"
    );
    assert_eq!(
        table.difference(&document).collect::<Vec<_>>(),
        [""; 0],
        "not in the document"
    );
}

/// True if a reply names the class of its route in `RateLimit-Policy`, and none if the route is exempt.
fn says_its_class(answer: &Reply, class: Option<RouteClass>) -> bool {
    match class {
        None => false,
        Some(RouteClass::Exempt) => !answer.has("ratelimit-policy"),
        Some(class) => {
            let policy = answer.header("ratelimit-policy");
            policy.starts_with(&format!("\"{}\";q=", class.as_str()))
        }
    }
}

struct Sweep<'a> {
    clinic: &'a Clinic,
    resources: Resources,
    number: usize,
}

impl Sweep<'_> {
    async fn send(&mut self, route: &str, caller: &Client) -> Reply {
        self.number += 1;
        let patient = self.clinic.world.patient().await.unwrap();
        let (method, _) = route.split_once(' ').unwrap();
        let method: Method = method.to_uppercase().parse().unwrap();
        let mut call = caller.call(method, &self.resources.path(route, patient));
        if let Some(body) = self.resources.body(route, patient, self.number) {
            call = call.json(&body);
        }
        let insists = [
            "delete /api/v1/note-drafts/{id}",
            "post /api/v1/note-drafts/{id}/sign",
            "post /api/v1/prescriptions/{id}/cancel",
        ];
        let endings = ["/amend", "/end", "/entered-in-error"];
        let ends = endings.iter().any(|end| route.ends_with(end));
        let insists = insists.contains(&route) || ends;
        if route.starts_with("put ") || route.contains("{date}") || insists {
            call = call.header("If-Match", "\"1\"");
        }
        if route.starts_with("get /api/v1/patients/{id}") {
            all_read(self.clinic.anonymous()).await;
        }
        call.send().await
    }
}

/// Staff without the second factor that its clinic requires: every route with a token, but those that lead to one.
#[tokio::test]
async fn without_the_required_second_factor_every_route_but_ones_own_is_closed() {
    let clinic = Clinic::open().await;
    let resources = Resources::new(&clinic).await;
    let path = format!("/api/v1/clinics/{}/second-factor", clinic.facts.clinic);
    let required = clinic.admin().put(&path, &json!({"required": true}));
    required.header("If-Match", "\"1\"").expect(200).await;
    let staff = [
        clinic.desk(),
        clinic.admin(),
        clinic.client(&Principal::doctor(clinic.doctor)),
    ];
    eventually("the setting counts", async || {
        let read = staff[1].get(&path).send().await;
        read.body["type"] == "second-factor-required"
    })
    .await;
    let mut sweep = Sweep {
        clinic: &clinic,
        resources,
        number: 0,
    };
    let own = "/api/v1/auth/";
    let secured = ROUTES
        .into_iter()
        .filter(|(_, (anonymous, _))| *anonymous == 401);
    let secured = secured.filter(|(route, _)| {
        let open = ["/auth/login", "/auth/refresh", "/auth/logout", "/webhooks/"];
        !open.iter().any(|path| route.contains(path))
    });
    // Each route by one of them: which role may take which action without it is tested with the table.
    for ((route, _), caller) in secured.zip(staff.iter().cycle()) {
        let answer = sweep.send(route, caller).await;
        let slug = answer.body["type"].as_str().unwrap_or_default();
        if route.contains(own) {
            assert_ne!(slug, "second-factor-required", "{route}");
        } else {
            assert_eq!(answer.status, 403, "{route}: {answer:?}");
            let closed = ["second-factor-required", "forbidden"];
            assert!(closed.contains(&slug), "{route}: {answer:?}");
        }
    }
    clinic.close().await;
}

#[tokio::test]
async fn every_route_answers_anonymous_and_unrelated_callers_as_the_table_says() {
    let clinic = Clinic::open().await;
    let resources = Resources::new(&clinic).await;
    let documented = documented();
    let mut sweep = Sweep {
        clinic: &clinic,
        resources,
        number: 0,
    };
    let mut wrong = Vec::new();
    for (route, (anonymous, roles)) in ROUTES {
        let strangers = strangers(&clinic);
        let callers = [("anonymous", clinic.anonymous(), anonymous)]
            .into_iter()
            .chain(
                (Role::ALL.iter().zip(&strangers).zip(roles))
                    .map(|((role, caller), status)| (role.as_str(), caller, status)),
            );
        for (who, caller, expected) in callers {
            let answer = sweep.send(route, caller).await;
            if answer.status != expected {
                wrong.push(format!(
                    "{route} as {who}: {}, not {expected}: {}",
                    answer.status, answer.body
                ));
            }
            let (method, path) = route.split_once(' ').unwrap();
            let class = RouteClass::listed(&method.to_uppercase(), path);
            if !says_its_class(&answer, class) {
                wrong.push(format!("{route} does not say its class {class:?}"));
            }
            if !documented[route].contains(&answer.status) {
                wrong.push(format!(
                    "{route}: the document does not speak of {}",
                    answer.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    clinic.close().await;
}

/// A caller with every role sends malformed input: refused, never a server error.
#[tokio::test]
async fn no_route_answers_malformed_input_with_a_server_error() {
    let clinic = Clinic::open().await;
    let all_roles = Principal {
        roles: Role::ALL.to_vec(),
        patient: Some(PatientId::from_uuid(Uuid::from_u128(2))),
        doctor: Some(clinic.doctor),
        ..Principal::admin()
    };
    let caller = clinic.client(&all_roles);
    let bodies = [
        "",
        "{}",
        "[]",
        "null",
        "\"\\u0000\"",
        "{\"name\":\"\\u0000\"}",
        "1e999",
    ];
    for (route, _) in ROUTES {
        let (method, path) = route.split_once(' ').unwrap();
        for id in [
            "00000000-0000-0000-0000-000000000000",
            "nonsense",
            "%F0%28%8C%28",
        ] {
            let path = [
                "{id}",
                "{clinicId}",
                "{accountId}",
                "{allergyId}",
                "{consentId}",
                "{date}",
            ]
            .iter()
            .fold(path.to_owned(), |path, name| path.replace(name, id));
            for (body, query) in bodies.iter().zip([
                "",
                "?limit=x",
                "?cursor=AAAA",
                "?a&b=%",
                "?date=0000-00-00",
                "?clinicId=%00",
                "?from=9999-12-31&to=9999-12-31",
            ]) {
                let method: Method = method.to_uppercase().parse().unwrap();
                let call = caller.call(method, &format!("{path}{query}"));
                let call = call
                    .header("If-Match", "\"1\"")
                    .raw("application/json", *body);
                let answer = call.send().await;
                assert!(
                    answer.status < 500,
                    "{route} {id} {query} {body}: {}",
                    answer.body
                );
            }
            if !route.contains('{') {
                break;
            }
        }
    }
    clinic.close().await;
}
