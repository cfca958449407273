//! Every route of the document, as nobody, in each role, always by somebody to whom the thing is
//! none of their business. A new route fails here until it has a line in [`ROUTES`].

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClinicId, ClinicScope, DoctorId, PatientId, Role};
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, all_read, slot};

/// What nobody is answered, and then a patient, a doctor, a receptionist, an admin and an auditor
/// who have nothing to do with it: the patient and the doctor are others, staff works elsewhere.
type Expected = (u16, [u16; 5]);

const PUBLIC: Expected = (200, [200; 5]);

#[rustfmt::skip]
const ROUTES: [(&str, Expected); 61] = [
    ("get /healthz",                                                 PUBLIC),
    ("get /readyz",                                                  PUBLIC),
    // The test is a program on the same machine.
    ("get /metrics",                                                 PUBLIC),
    ("post /api/v1/auth/register",                                   (201, [201; 5])),
    ("post /api/v1/auth/login",                                      (401, [401; 5])),
    ("post /api/v1/auth/refresh",                                    (401, [401; 5])),
    ("post /api/v1/auth/logout",                                     (401, [204; 5])),
    ("get /api/v1/auth/me",                                          (401, [200; 5])),
    ("post /api/v1/accounts",                                        (401, [403, 403, 403, 403, 403])),
    ("get /api/v1/accounts",                                         (401, [403, 403, 403, 200, 403])),
    ("get /api/v1/accounts/{id}",                                    (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/accounts/{id}/disable",                           (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/accounts/{id}/enable",                            (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/clinics",                                         (401, [403, 403, 403, 403, 403])),
    ("get /api/v1/clinics",                                          PUBLIC),
    ("get /api/v1/clinics/{id}",                                     PUBLIC),
    ("put /api/v1/clinics/{id}",                                     (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/clinics/{id}/holidays/{date}",                     (401, [403, 403, 403, 404, 403])),
    ("delete /api/v1/clinics/{id}/holidays/{date}",                  (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/clinics/{id}/refund-policy",                       (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/doctors",                                         (401, [403, 403, 403, 403, 403])),
    ("get /api/v1/doctors",                                          PUBLIC),
    ("get /api/v1/doctors/{id}",                                     PUBLIC),
    ("post /api/v1/doctors/{id}/verify",                             (401, [403, 403, 403, 403, 403])),
    ("post /api/v1/doctors/{id}/affiliations",                       (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/doctors/{id}/affiliations/{clinicId}/terms",       (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/doctors/{id}/affiliations/{clinicId}/hours",       (401, [403, 404, 403, 404, 403])),
    ("put /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}",    (401, [403, 404, 403, 404, 403])),
    ("delete /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}", (401, [403, 404, 403, 404, 403])),
    ("get /api/v1/doctors/{id}/availability",                        PUBLIC),
    ("get /api/v1/doctors/{id}/day-sheet",                           (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/doctors/{id}/leaves",                             (401, [403, 404, 403, 404, 403])),
    ("get /api/v1/doctors/{id}/leaves",                              (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/leaves/{id}/withdraw",                            (401, [403, 404, 403, 404, 403])),
    ("post /api/v1/patients",                                        (401, [403, 403, 201, 201, 403])),
    // Cards are the group's: every front desk may look after any patient.
    ("get /api/v1/patients/{id}",                                    (401, [404, 403, 200, 200, 403])),
    ("put /api/v1/patients/{id}/contact",                            (401, [404, 403, 200, 200, 403])),
    ("post /api/v1/patients/{id}/proxies",                           (401, [404, 403, 200, 200, 403])),
    ("delete /api/v1/patients/{id}/proxies/{accountId}",             (401, [404, 403, 200, 200, 403])),
    ("post /api/v1/appointments",                                    (401, [404, 403, 404, 404, 403])),
    ("post /api/v1/appointments/series",                             (401, [404, 403, 404, 404, 403])),
    ("get /api/v1/appointments",                                     (401, [404, 403, 200, 200, 403])),
    ("get /api/v1/appointments/{id}",                                (401, [404, 404, 404, 404, 404])),
    ("post /api/v1/appointments/{id}/confirm",                       (401, [403, 403, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/cancel",                        (401, [404, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/reschedule",                    (401, [404, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/arrive",                        (401, [403, 403, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/start",                         (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/complete",                      (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/no-show",                       (401, [403, 403, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/payment",                       (401, [404, 403, 404, 404, 403])),
    ("post /api/v1/payments/{id}/verify",                            (401, [404, 403, 404, 404, 403])),
    ("post /api/v1/payments/{id}/refunds",                           (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/payments/{id}/refunds/{refund}/retry",            (401, [403, 403, 403, 404, 403])),
    // Staff is shown what the patient paid at its own clinics: nothing.
    ("get /api/v1/payments",                                         (401, [404, 403, 200, 200, 200])),
    ("get /api/v1/payments/refunds/failed",                          (401, [403, 403, 403, 200, 403])),
    ("get /api/v1/payments/{id}",                                    (401, [404, 404, 404, 404, 404])),
    ("get /api/v1/payments/{id}/receipt",                            (401, [404, 404, 404, 404, 404])),
    ("get /api/v1/appointments/{id}/ledger",                         (401, [404, 404, 404, 404, 404])),
    ("get /api/v1/clinics/{id}/takings",                             (401, [403, 403, 404, 404, 404])),
    // Whoever it is: what is not signed by the gateway is nobody's.
    ("post /api/v1/webhooks/razorpay",                               (401, [401; 5])),
];

/// The things that are none of the callers' business.
struct Things {
    clinic: ClinicId,
    doctor: DoctorId,
    account: String,
    appointment: String,
    payment: String,
    leave: String,
}

async fn things(clinic: &Clinic) -> Things {
    let desk = json!({
        "email": "desk@example.org",
        "password": "correct horse battery",
        "roles": ["RECEPTIONIST"],
        "clinics": {"kind": "only", "clinics": [clinic.facts.clinic]},
    });
    let admin = clinic.client(&Principal::admin());
    let account = admin.post("/api/v1/accounts", &desk).expect(201).await;
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
    Things {
        leave: leave.text("id").to_owned(),
        clinic: clinic.facts.clinic,
        doctor: clinic.doctor,
        account: account.text("id").to_owned(),
        appointment: booked.text("id").to_owned(),
        payment: checkout.text("paymentId").to_owned(),
    }
}

impl Things {
    /// The route's path with somebody else's things in it, and what it must be asked with.
    fn path(&self, route: &str, patient: PatientId) -> String {
        let (_, path) = route.split_once(' ').unwrap();
        let of = |resource: &str| path.starts_with(&format!("/api/v1/{resource}"));
        let id = match () {
            () if of("accounts") => self.account.clone(),
            () if of("clinics") => self.clinic.to_string(),
            () if of("doctors") => self.doctor.to_string(),
            () if of("leaves") => self.leave.clone(),
            () if of("patients") => patient.to_string(),
            () if of("payments") => self.payment.clone(),
            () => self.appointment.clone(),
        };
        let path = path
            .replace("{id}", &id)
            .replace("{clinicId}", &self.clinic.to_string())
            .replace("{accountId}", &self.account)
            .replace("{refund}", &self.appointment)
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
            "get /api/v1/clinics/{id}/takings" => format!("{path}?day=2026-12-01"),
            _ => path,
        }
    }

    /// A body that the route would take; `number` is another for each call.
    fn body(&self, route: &str, patient: PatientId, number: usize) -> Option<Value> {
        let email = format!("somebody-{number}@example.org");
        let password = "correct horse battery";
        let (name, city, inr) = ("Lakeside", "Pune", "INR");
        let terms = json!({"fee": {"amount": 1, "currency": inr}, "slotMinutes": 15});
        Some(
            match route.strip_prefix("post ").or(route.strip_prefix("put "))? {
                "/api/v1/auth/register" => json!({
                    "name": "Asha Rao", "birthDate": "1990-04-17", "email": email, "password": password,
                }),
                "/api/v1/auth/login" => json!({"email": email, "password": password}),
                "/api/v1/auth/refresh" => json!({"refreshToken": "unknown"}),
                "/api/v1/accounts" => json!({
                    "email": email, "password": password, "roles": ["AUDITOR"],
                    "clinics": {"kind": "only", "clinics": [self.clinic]},
                }),
                "/api/v1/accounts/{id}/disable" => json!({"reason": "Left"}),
                "/api/v1/clinics" => json!({
                    "name": name, "city": city, "timeZone": "Asia/Kolkata", "currency": inr,
                }),
                "/api/v1/clinics/{id}" => json!({"name": name, "city": city}),
                "/api/v1/clinics/{id}/refund-policy" => json!({"refundPolicy": []}),
                "/api/v1/clinics/{id}/holidays/{date}" => json!({"name": "Christmas"}),
                "/api/v1/doctors" => json!({
                    "name": "Meera Iyer", "specialisations": ["cardiology"], "languages": ["en"],
                    "email": email, "password": password,
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
                "/api/v1/patients/{id}/proxies" => json!({"accountId": self.account}),
                "/api/v1/appointments" => json!({
                    "clinicId": self.clinic, "doctorId": self.doctor, "patientId": patient,
                    "start": slot(1),
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
                | "/api/v1/appointments/{id}/no-show" => json!({"reason": "None of my business"}),
                "/api/v1/payments/{id}/verify" => json!({
                    "razorpay_payment_id": "pay_1",
                    "razorpay_order_id": "order_1",
                    "razorpay_signature": "0",
                }),
                _ => return None,
            },
        )
    }
}

/// One caller per role who knows nobody here.
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

struct Sweep<'a> {
    clinic: &'a Clinic,
    things: Things,
    number: usize,
}

impl Sweep<'_> {
    async fn ask(&mut self, route: &str, caller: &Client) -> Reply {
        self.number += 1;
        let patient = self.clinic.world.patient().await.unwrap();
        let (method, _) = route.split_once(' ').unwrap();
        let method: Method = method.to_uppercase().parse().unwrap();
        let mut call = caller.call(method, &self.things.path(route, patient));
        if let Some(body) = self.things.body(route, patient, self.number) {
            call = call.json(&body);
        }
        if route.starts_with("put ") || route.contains("{date}") {
            call = call.header("If-Match", "\"1\"");
        }
        if route == "get /api/v1/patients/{id}" {
            all_read(self.clinic.anonymous()).await;
        }
        call.send().await
    }
}

#[tokio::test]
async fn every_route_answers_anonymous_and_unrelated_callers_as_the_table_says() {
    let clinic = Clinic::open().await;
    let things = things(&clinic).await;
    let documented = documented();
    let mut sweep = Sweep {
        clinic: &clinic,
        things,
        number: 0,
    };
    let mut wrong = Vec::new();
    for (route, (anonymous, roles)) in ROUTES {
        let strangers = strangers(&clinic);
        let callers = [("nobody", clinic.anonymous(), anonymous)]
            .into_iter()
            .chain(
                (Role::ALL.iter().zip(&strangers).zip(roles))
                    .map(|((role, caller), status)| (role.as_str(), caller, status)),
            );
        for (who, caller, expected) in callers {
            let answer = sweep.ask(route, caller).await;
            if answer.status != expected {
                wrong.push(format!(
                    "{route} as {who}: {}, not {expected}: {}",
                    answer.status, answer.body
                ));
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

/// Whoever may pass sends nonsense: a refusal, never a failure.
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
            let path = ["{id}", "{clinicId}", "{accountId}", "{date}"]
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
