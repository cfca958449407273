//! Entries of sensitive categories: shown to the patient, the author, in an emergency, and with the patient's consent.

use chrono::TimeDelta;
use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use super::entries::{items, problem, pulse};
use super::practice::{Practice, line, seen};
use crate::support::{Client, all_read};

/// What a reader is shown of the patient's chart: the ids of its entries, and the number of those withheld.
async fn shown(practice: &Practice, who: &Client, query: &str) -> (Vec<String>, Option<u64>) {
    let page = who.get(&practice.path(&format!("chart{query}")));
    let page = page.expect(200).await.body;
    let ids = items(&page).iter().map(|item| item["id"].as_str().unwrap());
    let mut ids: Vec<_> = ids.map(str::to_owned).collect();
    ids.sort();
    (ids, page["withheld"].as_u64())
}

/// The patient allows those who treat her to see a category.
pub async fn allow(practice: &Practice, category: &str) -> Uuid {
    let purpose = json!({"kind": "SENSITIVE", "category": category});
    let consent = json!({"purpose": purpose});
    let consents = practice.path("consents");
    let granted = practice.asha.post(&consents, &consent).expect(201).await;
    all_read(practice.clinic.anonymous()).await;
    granted.id()
}

pub async fn break_the_glass(practice: &Practice, who: &Client) {
    let emergency = json!({"clinicId": practice.clinic.facts.clinic, "reason": "Unconscious"});
    let path = practice.path("break-glass");
    who.post(&path, &emergency).expect(201).await;
    all_read(practice.clinic.anonymous()).await;
}

fn in_category(mut request: Value, category: &str) -> Value {
    request["sensitivity"] = json!({"added": [category]});
    request
}

/// An entry of each kind that belongs to HIV, each said by the author or derived, with the path of the entry.
pub async fn hiv_entries(practice: &Practice) -> Vec<(String, String)> {
    let doctor = &practice.doctor;
    let diagnoses = json!([{"condition": "HIV disease", "icd10": "B20"}]);
    let note = practice.signed(&json!({"diagnoses": diagnoses})).await;
    let drug = in_category(practice.prescription(&[line("Tenofovir")]), "HIV");
    let prescription = practice.issue(doctor, &drug).expect(201).await.id();
    let allergy = in_category(json!({"substance": "Abacavir"}), "HIV");
    let allergies = practice.path("allergies");
    let allergy = doctor.post(&allergies, &allergy).expect(201).await.id();
    let vitals = in_category(pulse(72), "HIV");
    let vitals = practice.record(doctor, &vitals).expect(201).await.id();
    let item = practice.add(&problem("HIV disease", Some("B24")));
    let item = item.expect(201).await.id();
    all_read(practice.clinic.anonymous()).await;
    let chart = |id: Uuid| (id.to_string(), practice.path(&format!("chart/{id}")));
    vec![
        (note.to_string(), format!("/api/v1/notes/{note}")),
        (
            prescription.to_string(),
            format!("/api/v1/prescriptions/{prescription}"),
        ),
        chart(allergy),
        chart(vitals),
        chart(item),
    ]
}

#[tokio::test]
async fn an_entry_of_a_sensitive_category_is_withheld_without_consent() {
    let practice = Practice::open().await;
    let entries = hiv_entries(&practice).await;
    let plain = practice.add(&problem("Asthma", Some("J45"))).expect(201);
    let plain = plain.await.id().to_string();
    all_read(practice.clinic.anonymous()).await;
    let mut all: Vec<_> = entries.iter().map(|(id, _)| id.clone()).collect();
    all.push(plain.clone());
    all.sort();
    let colleague = &practice.colleague;
    // The patient and the author.
    for who in [&practice.asha, &practice.doctor] {
        assert_eq!(shown(&practice, who, "").await, (all.clone(), Some(0)));
        for (_, path) in &entries {
            who.get(path).expect(200).await;
        }
    }
    let withheld = (vec![plain.clone()], Some(5));
    assert_eq!(shown(&practice, colleague, "").await, withheld);
    allow(&practice, "MENTAL_HEALTH").await;
    assert_eq!(shown(&practice, colleague, "").await, withheld);
    for (id, path) in &entries {
        colleague.get(path).expect(404).await;
        let chart = practice.path(&format!("chart/{id}"));
        colleague.get(&chart).expect(404).await;
    }
    // The count says that there is something, and no filter says what.
    for query in [
        "?diagnosis=B20".to_owned(),
        format!("?doctorId={}", practice.clinic.doctor),
    ] {
        let (ids, count) = shown(&practice, colleague, &query).await;
        assert!(ids.is_empty() || ids == [plain.clone()], "{ids:?}");
        assert_eq!(count, None, "{query}");
    }
    let allergies = practice.path("allergies");
    let list = colleague.get(&allergies).expect(200).await.body;
    assert_eq!(
        (&list["allergies"], &list["withheld"]),
        (&json!([]), &json!(1))
    );
    let trend = practice.path("vitals/trends?code=8867-4");
    let points = colleague.get(&trend).expect(200).await.body;
    assert_eq!(
        (&points["items"], &points["withheld"]),
        (&json!([]), &json!(1))
    );

    allow(&practice, "HIV").await;
    assert_eq!(
        shown(&practice, colleague, "").await,
        (all.clone(), Some(0))
    );
    for (_, path) in &entries {
        colleague.get(path).expect(200).await;
    }
    let list = colleague.get(&allergies).expect(200).await.body;
    assert_eq!(list["allergies"][0]["sensitiveCategories"], json!(["HIV"]));
    let points = colleague.get(&trend).expect(200).await.body;
    assert_eq!(items(&points).len(), 1);
    let note = colleague.get(&entries[0].1).expect(200).await;
    assert_eq!(note.body["sensitiveCategories"], json!(["HIV"]));
    let drug = colleague.get(&entries[1].1).expect(200).await;
    assert_eq!(drug.body["sensitiveCategories"], json!(["HIV"]));
    // Nothing of it is readable in the log or the read models.
    for table in ["events", "chart_entries", "note_drafts"] {
        let clear = format!("select count(*) from {table} t where t::text like '%' || $1 || '%'");
        assert_eq!(practice.clinic.count(&clear, "\"HIV\"").await, 0, "{table}");
    }
    practice.close().await;
}

#[tokio::test]
async fn an_emergency_shows_what_is_sensitive() {
    let practice = Practice::open().await;
    let entries = hiv_entries(&practice).await;
    break_the_glass(&practice, &practice.colleague).await;
    let (ids, withheld) = shown(&practice, &practice.colleague, "").await;
    assert_eq!((ids.len(), withheld), (entries.len(), Some(0)));
    practice.close().await;
}

/// Safety wins: a warning comes, and does not tell what the withheld entry says.
#[tokio::test]
async fn a_withheld_entry_warns_without_telling_its_content() {
    let practice = Practice::open().await;
    hiv_entries(&practice).await;
    let mut request = practice.prescription(&[line("Tenofovir"), line("Abacavir")]);
    let refused = practice
        .issue(&practice.colleague, &request)
        .expect(409)
        .await;
    refused.is("prescription-warnings");
    let warnings = refused.body["warnings"].as_array().unwrap();
    let told: Vec<_> = warnings
        .iter()
        .map(|one| (&one["kind"], &one["withheld"]))
        .collect();
    let yes = json!(true);
    assert_eq!(
        told,
        [(&json!("ALLERGY"), &yes), (&json!("DUPLICATE_DRUG"), &yes)]
    );
    for hidden in ["enofovir", "bacavir", "HIV"] {
        assert!(!refused.body.to_string().contains(hidden), "{hidden}");
    }
    // The author is told as before.
    let known = practice.issue(&practice.doctor, &request).expect(409).await;
    assert_eq!(known.body["warnings"][0].get("withheld"), None);
    // What was listed can be overridden as it was listed.
    request["override"] = json!({"warnings": warnings, "reason": "Seen with the patient"});
    practice
        .issue(&practice.colleague, &request)
        .expect(201)
        .await;
    practice.close().await;
}

/// What a doctor may not see, that doctor can't change, and a stale version shows none of it.
#[tokio::test]
async fn a_withheld_entry_is_not_changed_by_those_who_do_not_see_it() {
    let practice = Practice::open().await;
    let entries = hiv_entries(&practice).await;
    let colleague = &practice.colleague;
    let (note, prescription) = (&entries[0].1, &entries[1].1);
    let [allergy, vitals, item] = [2, 3, 4].map(|place| entries[place].0.clone());
    let of = |rest: String| practice.path(&rest);
    let reason = json!({"reason": "Mistaken"});
    for version in [1, 7] {
        for path in [
            format!("{prescription}/cancel"),
            format!("{prescription}/entered-in-error"),
            of(format!("allergies/{allergy}/end")),
            of(format!("allergies/{allergy}/entered-in-error")),
            of(format!("vitals/{vitals}/entered-in-error")),
            of(format!("health-summary/{item}/end")),
            of(format!("health-summary/{item}/entered-in-error")),
        ] {
            let refused = seen(colleague.post(&path, &reason), version);
            let refused = refused.expect(404).await;
            assert_eq!(refused.body.get("difference"), None, "{path}");
        }
        let more = json!({"text": "More of it"});
        let addenda = colleague.post(&format!("{note}/addenda"), &more);
        seen(addenda, version).expect(404).await;
        let lines = json!({"lines": [line("Ibuprofen")], "reason": "Better"});
        let amend = colleague.post(&format!("{prescription}/amend"), &lines);
        seen(amend, version).expect(404).await;
        let correction = json!({"content": problem("Flu", None), "reason": "Mistyped"});
        let item = format!("health-summary/{item}");
        let correct = practice.correct(colleague, &item, &correction, version);
        correct.expect(404).await;
    }
    practice.close().await;
}

#[tokio::test]
async fn a_derived_category_is_removed_by_name_and_corrections_keep_the_rest() {
    let practice = Practice::open().await;
    let colleague = &practice.colleague;
    let depression = problem("Depression", Some("F32.1"));
    let added = practice.add(&depression).expect(201).await;
    let item = format!("health-summary/{}", added.id());
    all_read(practice.clinic.anonymous()).await;
    assert_eq!(shown(&practice, colleague, "").await, (vec![], Some(1)));
    let correct = async |body: Value, version| {
        let corrected = practice.correct(&practice.doctor, &item, &body, version);
        corrected.expect(200).await;
        all_read(practice.clinic.anonymous()).await;
        shown(&practice, colleague, "").await.1
    };
    let correction = json!({"content": depression, "reason": "Remitted"});
    assert_eq!(correct(correction.clone(), 1).await, Some(1));
    let mut removed = correction.clone();
    removed["sensitivity"] = json!({"removed": ["MENTAL_HEALTH"]});
    assert_eq!(correct(removed, 2).await, Some(0));
    // What was said stays said, until it is said anew.
    assert_eq!(correct(correction.clone(), 3).await, Some(0));
    let hiv = in_category(correction, "HIV");
    assert_eq!(correct(hiv, 4).await, Some(1));
    practice.close().await;
}

/// A revision that was sensitive stays withheld when the entry no longer is.
#[tokio::test]
async fn of_an_entry_that_was_sensitive_the_earlier_content_stays_withheld() {
    let practice = Practice::open().await;
    let mistyped = problem("HIV disease", Some("B20"));
    let added = practice.add(&mistyped).expect(201).await;
    let item = format!("health-summary/{}", added.id());
    let asthma = json!({"content": problem("Asthma", Some("J45")), "reason": "Mistyped"});
    let corrected = practice.correct(&practice.doctor, &item, &asthma, 1);
    let corrected = corrected.expect(200).await;
    let path = practice.path(&format!("chart/{}", added.id()));
    let read = async |who: &Client| {
        let read = practice
            .clinic
            .settled(async || who.get(&path).after(&corrected));
        read.await.body
    };
    let shown = read(&practice.colleague).await;
    let revisions = shown["revisions"].as_array().unwrap();
    assert_eq!(revisions.len(), 2);
    assert_eq!(revisions[0]["withheld"], json!(true));
    assert_eq!(revisions[0].get("content"), None);
    assert!(!shown.to_string().contains("B20"), "{shown}");
    let known = read(&practice.doctor).await;
    assert_eq!(known["revisions"][0]["content"], mistyped);
    practice.close().await;
}

/// An addendum makes its note sensitive, also as of the time before it.
#[tokio::test]
async fn an_addendum_makes_its_note_sensitive() {
    let practice = Practice::open().await;
    let note = practice.signed(&json!({"complaint": "Tired"})).await;
    let path = format!("/api/v1/notes/{note}");
    practice.colleague.get(&path).expect(200).await;
    practice.clinic.site.clock.advance(TimeDelta::minutes(5));
    let addendum = json!({
        "text": "The test is back", "diagnoses": [{"condition": "HIV disease", "icd10": "B20"}],
    });
    let added = practice.doctor.post(&format!("{path}/addenda"), &addendum);
    added.expect(201).await;
    practice.colleague.get(&path).expect(404).await;
    let before = format!("{path}?asOf=2026-12-01T00:01:00Z");
    practice.colleague.get(&before).expect(404).await;
    practice.doctor.get(&before).expect(200).await;
    practice.close().await;
}

#[tokio::test]
async fn a_sensitivity_alone_is_no_note_and_unknown_categories_are_refused() {
    let practice = Practice::open().await;
    let alone = json!({"sensitivity": {"added": ["HIV"]}});
    let note = practice.begin(&alone).await.id();
    let draft = practice.doctor.get(&format!("/api/v1/note-drafts/{note}"));
    let draft = draft.expect(200).await;
    assert_eq!(draft.body["content"], alone);
    let refused = Practice::sign(&practice.doctor, note, 1).expect(422).await;
    refused.is("note-empty");
    let unknown = in_category(pulse(72), "FLU");
    let refused = practice
        .record(&practice.doctor, &unknown)
        .expect(400)
        .await;
    refused.is("malformed");
    let mut other = pulse(72);
    other["sensitivity"] = json!({"hidden": true});
    practice.record(&practice.doctor, &other).expect(400).await;
    practice.close().await;
}

/// Proxies of a small child see what is sensitive; later the young person decides, and a proxy can't.
#[tokio::test]
async fn a_proxy_of_a_small_child_sees_what_is_sensitive_and_later_needs_consent() {
    for (born, sees) in [("2016-01-20", true), ("2012-01-20", false)] {
        let practice = Practice::born(born).await;
        practice
            .add(&problem("Depression", Some("F32.1")))
            .expect(201)
            .await;
        let parent = practice.parent().await;
        all_read(practice.clinic.anonymous()).await;
        let (ids, withheld) = shown(&practice, &parent, "").await;
        assert_eq!(
            (ids.len() == 1, withheld),
            (sees, Some(u64::from(!sees))),
            "{born}"
        );
        let purpose = json!({"kind": "SENSITIVE", "category": "MENTAL_HEALTH"});
        let consents = practice.path("consents");
        let granted = parent
            .post(&consents, &json!({"purpose": purpose}))
            .send()
            .await;
        assert_eq!(granted.status == 201, sees, "{granted:?}");
        if !sees {
            // That there was a consent tells of an illness, too.
            let consent = allow(&practice, "HIV").await;
            let withdraw = practice
                .asha
                .call(reqwest::Method::DELETE, &format!("{consents}/{consent}"));
            withdraw.expect(200).await;
            all_read(practice.clinic.anonymous()).await;
            let listed = parent.get(&consents).expect(200).await;
            assert_eq!(items(&listed.body)[0].get("purpose"), None);
            let own = practice.asha.get(&consents).expect(200).await;
            assert_eq!(items(&own.body)[0]["purpose"]["category"], "HIV");
            assert_eq!(shown(&practice, &parent, "").await.1, Some(1));
            allow(&practice, "MENTAL_HEALTH").await;
            assert_eq!(shown(&practice, &parent, "").await.1, Some(0));
        }
        practice.close().await;
    }
}

impl Practice {
    /// An account that acts for the patient.
    async fn parent(&self) -> Client {
        let parent = Principal::patient(PatientId::from_uuid(Uuid::from_u128(44)));
        let world = &self.clinic.world;
        let own = parent.patient.unwrap();
        world.account(parent.account, own).await.unwrap();
        let proxy = json!({"accountId": parent.account, "evidence": "BIRTH_CERTIFICATE"});
        let proxies = self.path("proxies");
        self.clinic.desk().post(&proxies, &proxy).expect(200).await;
        self.clinic.client(&parent)
    }
}
