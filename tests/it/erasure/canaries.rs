//! After an erasure nothing is readable by any route, and canaries stand in no dump, log or mail, before or after.

use std::collections::BTreeSet;
use std::path::Path;

use domain::Role;
use event_store::rebuild::{Operator, RebuildFrom};
use event_store::{ClaimRules, EventStore};
use serde_json::json;
use tests::app::{Principal, SiteMail};

use super::filled::{CANARIES, DEVICE, EMAIL, Filled, PASSWORD};
use super::fixture::certificate;
use crate::http::privacy::{capture, contains_none, pg_dump};
use crate::support::{Client, all_read, eventually};

/// What no route shows to anyone: the password, and reasons that events alone hold.
const NEVER_SHOWN: [&str; 5] = [
    PASSWORD,
    "mizzlewort",
    "crumplewink",
    "settlebramble",
    "dribblemark",
];

/// Every query of the document about the patient, or about what a patient has.
fn queries(filled: &Filled) -> Vec<String> {
    let document = serde_json::to_value(api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let queries = paths.iter().filter(|(_, item)| item.get("get").is_some());
    queries
        .flat_map(|(path, _)| of_route(filled, path))
        .collect()
}

/// A query of the route about each thing of its kind that the patient has.
fn of_route(filled: &Filled, route: &str) -> Vec<String> {
    let one = query(filled, route);
    let mut all = vec![one.clone()];
    if route.starts_with("/api/v1/appointments/") {
        all.push(one.replace(&filled.appointment, &filled.cancelled));
    }
    if route.contains("{entryId}") {
        let others = [&filled.prescription, &filled.vitals];
        all.extend(others.map(|other| one.replace(&filled.note, other)));
    }
    all
}

fn query(filled: &Filled, route: &str) -> String {
    let clinic = &filled.money.clinic;
    let (patient, place, doctor) = (filled.patient, clinic.facts.clinic, clinic.doctor);
    let of = |resource: &str| route.starts_with(&format!("/api/v1/{resource}/"));
    let id = match () {
        () if of("accounts") => filled.account.to_string(),
        () if of("clinics") => place.to_string(),
        () if of("doctors") => doctor.to_string(),
        () if of("note-drafts") => filled.draft.clone(),
        () if of("notes") => filled.note.clone(),
        () if of("prescriptions") => filled.prescription.clone(),
        () if of("payments") => filled.payment.clone(),
        () if of("appointments") => filled.appointment.clone(),
        () => patient.to_string(),
    };
    let path = route
        .replace("{id}", &id)
        .replace("{entryId}", &filled.note);
    let parameters = match route {
        "/api/v1/doctors/{id}/day-sheet" => format!("?date=2026-12-01&clinicId={place}"),
        "/api/v1/doctors/{id}/availability" => {
            format!("?clinicId={place}&from=2026-12-01&to=2026-12-02")
        }
        "/api/v1/appointments" | "/api/v1/payments" => format!("?patientId={patient}"),
        "/api/v1/break-glass" => "?includeReviewed=true".to_owned(),
        "/api/v1/patients/{id}/vitals/trends" => "?code=8867-4".to_owned(),
        "/api/v1/patients/{id}/chart" => "?includeEnteredInError=true".to_owned(),
        "/api/v1/clinics/{id}/takings" => "?day=2026-12-01".to_owned(),
        _ => String::new(),
    };
    assert!(!path.contains('{'), "{path}");
    format!("{path}{parameters}")
}

/// Everyone who could read something of the patient.
fn readers(filled: &Filled) -> Vec<Client> {
    let money = &filled.money;
    let auditor = Principal {
        roles: vec![Role::Auditor],
        ..Principal::admin()
    };
    vec![
        filled.asha.clone(),
        filled.doctor.clone(),
        filled.opener.clone(),
        money.desk(),
        money.admin(),
        money.clinic.admin(),
        money.long_lived(&auditor),
    ]
}

/// The canaries that some reader finds in an answer to some query. No query fails.
async fn found(filled: &Filled) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for query in queries(filled) {
        for reader in readers(filled) {
            let answer = reader.get(&query).send().await;
            assert!(answer.status < 500, "{query}: {answer:?}");
            let shown = CANARIES
                .iter()
                .filter(|canary| answer.raw.contains(**canary));
            found.extend(shown);
        }
    }
    found
}

/// Copies each read model from the log, compares it with the live one, and puts it in its place.
async fn rebuild(filled: &Filled) {
    let pool = filled.money.clinic.site.database.pool(6).await.unwrap();
    let sealing = tests::sealing::sealing(pool.clone()).await.unwrap();
    let models = projections::read_models(&sealing);
    let store = EventStore::open(pool.clone(), ClaimRules::none(), sealing);
    let mut operator = Operator::open(&store.await.unwrap(), models).await.unwrap();
    let begin = RebuildFrom::Checkpoint;
    operator.rebuild(begin, &|_, _| {}).await.unwrap();
    for verified in operator.verify().await.unwrap() {
        assert!(verified.is_same(), "{verified:?}");
    }
    operator.switch().await.unwrap();
    operator.release().await.unwrap();
    pool.close().await;
}

fn contains_no_canary(text: &str, place: &str) {
    contains_none(&CANARIES, text, place);
}

/// The mails of an installation.
fn mails(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().unwrap().is_file());
    let mails = files.map(|file| std::fs::read_to_string(file.path()).unwrap());
    mails.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn nothing_of_an_erased_patient_is_readable_by_any_route_or_in_any_dump_log_or_mail() {
    let captured = capture();
    let filled = Filled::new().await;
    let clinic = &filled.money.clinic;
    let database = clinic.site.database.clone();
    let expected: BTreeSet<_> = CANARIES
        .into_iter()
        .filter(|canary| !NEVER_SHOWN.contains(canary))
        .collect();
    let before = found(&filled).await;
    assert_eq!(
        expected.difference(&before).collect::<Vec<_>>(),
        [&""; 0],
        "not shown"
    );
    contains_no_canary(&pg_dump(&database), "a dump before the erasure");

    let admin = filled.money.admin();
    let erasure = |of: &str| filled.path(&format!("/erasure{of}"));
    let preview = admin.get(&erasure("/preview")).expect(200).await.body;
    let approve = || admin.post(&erasure("/approve"), &json!({}));
    approve().expect(409).await.is("legal-hold");
    let lift = json!({"reason": "settlebramble"});
    admin.post(&erasure("/hold/lift"), &lift).expect(200).await;
    approve().expect(200).await;
    let certified = certificate(&admin, filled.patient).await;
    assert_eq!(certified["counts"]["erased"], preview["erased"]);
    let counts = json!({
        "accounts": 1, "sessions": 1, "cards": 1, "appointments": 2, "notes": 1, "drafts": 1,
        "prescriptions": 1, "allergies": 1, "vitals": 1, "summaryItems": 1, "consents": 1,
        "emergencyAccesses": 1, "mails": 0,
    });
    assert_eq!(preview["erased"], counts);
    all_read(clinic.anonymous()).await;
    eventually("the session ends", async || {
        filled.session.get("/api/v1/auth/me").send().await.status == 401
    })
    .await;
    let login = json!({"email": EMAIL, "password": PASSWORD});
    let login = clinic.anonymous().post("/api/v1/auth/login", &login);
    login.expect(401).await.is("login-failed");

    assert_eq!(found(&filled).await, BTreeSet::new());
    rebuild(&filled).await;
    assert_eq!(found(&filled).await, BTreeSet::new(), "after a rebuild");
    let dump = pg_dump(&database);
    contains_no_canary(&dump, "a dump after the erasure");
    contains_none(&[DEVICE], &dump, "a dump after the erasure");
    let SiteMail::Folder(folder) = &clinic.site.mail else {
        panic!("mails are kept in a folder");
    };
    let mails = mails(folder.path());
    // A mail has the address of its recipient, and nothing else about the patient.
    assert!(mails.contains(EMAIL), "there are mails to the patient");
    let others: Vec<_> = CANARIES
        .into_iter()
        .filter(|canary| !EMAIL.starts_with(canary))
        .collect();
    contains_none(&others, &mails, "a mail");
    filled.money.close().await;
    let log = captured.text();
    assert!(log.contains("insert into"), "statements are captured");
    contains_no_canary(&log, "the log");
}
