//! Health summaries: problems, immunisations, family and social history.

use serde_json::{Value, json};

use super::entries::{items, problem};
use super::practice::{Practice, seen};
use crate::support::Reply;

fn vaccination() -> Value {
    json!({"immunisation": {
        "vaccine": "Influenza, inactivated", "givenOn": "2025-10", "doseNumber": 2, "lot": "FL-1",
    }})
}

fn family() -> Value {
    json!({"familyHistory": {
        "relative": "MOTHER", "diagnosis": {"condition": "Breast cancer", "icd10": "C50"},
        "onsetAge": 52,
    }})
}

fn smoking() -> Value {
    json!({"socialHistory": {"topic": "TOBACCO", "statement": "Ten a day", "since": "1998"}})
}

#[tokio::test]
async fn a_summary_has_items_of_four_kinds() {
    let practice = Practice::open().await;
    let asthma = json!({"problem": {
        "diagnosis": {"condition": "Asthma", "icd10": "j45.9"}, "onset": "2019-04",
        "remark": "Since childhood?",
    }});
    let mut added = Vec::new();
    for content in [&asthma, &vaccination(), &family(), &smoking()] {
        added.push(practice.add(content).expect(201).await);
    }
    let last = added.last().unwrap();
    let shown = practice.chart(&practice.asha, "", last).await;
    let kinds: Vec<_> = items(&shown).iter().map(|item| &item["kind"]).collect();
    assert_eq!(
        kinds,
        [
            "SOCIAL_HISTORY",
            "FAMILY_HISTORY",
            "IMMUNISATION",
            "PROBLEM"
        ]
    );
    let mut normal = asthma.clone();
    normal["problem"]["diagnosis"]["icd10"] = json!("J45.9");
    let contents: Vec<_> = items(&shown).iter().map(|item| &item["content"]).collect();
    assert_eq!(contents, [&smoking(), &family(), &vaccination(), &normal]);

    practice.close().await;
}

#[tokio::test]
async fn items_are_corrected_and_problems_and_habits_end() {
    let practice = Practice::open().await;
    let mut added = Vec::new();
    for content in [problem("Asthma", None), vaccination(), family(), smoking()] {
        added.push(practice.add(&content).expect(201).await);
    }
    let entry = |reply: &Reply| format!("health-summary/{}", reply.id());
    let [asthma, vaccination, family, smoking] = [0, 1, 2, 3].map(|place| entry(&added[place]));
    let correction = json!({"content": problem("Asthma", Some("J45.0")), "reason": "Allergic"});
    let corrected = practice.correct(&practice.doctor, &asthma, &correction, 1);
    assert_eq!(corrected.expect(200).await.header("etag"), "\"2\"");
    let end = |entry: &str, version, body: &Value| {
        let path = practice.path(&format!("{entry}/end"));
        seen(practice.doctor.post(&path, body), version)
    };
    let free = json!({"endedOn": "2026-10", "reason": "Free of symptoms"});
    end(&asthma, 2, &free).expect(200).await;
    let ended = end(&smoking, 1, &json!({})).expect(200).await;
    end(&smoking, 2, &json!({}))
        .expect(409)
        .await
        .is("summary-item-ended");
    for entry in [&vaccination, &family] {
        let refused = end(entry, 1, &json!({})).expect(409).await;
        refused.is("summary-item-does-not-end");
    }
    let shown = practice
        .chart(&practice.doctor, "?kind=PROBLEM,SOCIAL_HISTORY", &ended)
        .await;
    let states: Vec<_> = items(&shown)
        .iter()
        .map(|item| (&item["kind"], &item["status"], &item["endedOn"]))
        .collect();
    assert_eq!(
        states,
        [
            (&json!("SOCIAL_HISTORY"), &json!("ENDED"), &Value::Null),
            (&json!("PROBLEM"), &json!("ENDED"), &json!("2026-10"))
        ]
    );
    assert_eq!(
        items(&shown)[1]["content"]["problem"]["diagnosis"]["icd10"],
        "J45.0"
    );
    // An ended item is corrected like any other, and stays ended.
    let corrected = practice.correct(&practice.doctor, &asthma, &correction, 3);
    let corrected = corrected.expect(200).await;
    let shown = practice
        .chart(&practice.doctor, "?kind=PROBLEM", &corrected)
        .await;
    assert_eq!(
        (&items(&shown)[0]["status"], &items(&shown)[0]["version"]),
        (&json!("ENDED"), &json!(4))
    );
    let path = practice.path(&format!("{asthma}/entered-in-error"));
    let reason = json!({"reason": "Another patient's"});
    let marked = seen(practice.doctor.post(&path, &reason), 4);
    let marked = marked.expect(200).await;
    end(&asthma, 5, &json!({}))
        .expect(409)
        .await
        .is("entered-in-error");
    let history = practice.path(&format!("chart/{}", added[0].id()));
    let history = practice
        .clinic
        .settled(async || practice.doctor.get(&history).after(&marked))
        .await;
    let revisions = history.body["revisions"].as_array().unwrap();
    let changes: Vec<&Value> = revisions.iter().map(|one| &one["change"]).collect();
    assert_eq!(
        changes,
        [
            "RECORDED",
            "CORRECTED",
            "ENDED",
            "CORRECTED",
            "ENTERED_IN_ERROR"
        ]
    );
    assert_eq!(revisions[2]["reason"], "Free of symptoms");
    practice.close().await;
}

#[tokio::test]
async fn each_field_of_an_item_is_checked() {
    let practice = Practice::open().await;
    let added = practice.add(&family()).expect(201).await;
    let entry = format!("health-summary/{}", added.id());
    let with = |content: Value, field: &str, value: Value| {
        let mut content = content;
        *content.pointer_mut(field).unwrap() = value;
        content
    };
    let mut onset = problem("Asthma", Some("J45.9"));
    onset["problem"]["onset"] = json!("2019");
    for (content, pointer) in [
        (
            with(onset.clone(), "/problem/onset", json!("2019-13")),
            "/content/problem/onset",
        ),
        (
            with(onset.clone(), "/problem/onset", json!("1899")),
            "/content/problem/onset",
        ),
        (
            with(onset.clone(), "/problem/onset", json!("2026-12-03")),
            "/content",
        ),
        (
            with(onset, "/problem/diagnosis/icd10", json!("asthma")),
            "/content/problem/diagnosis/icd10",
        ),
        (
            with(vaccination(), "/immunisation/vaccine", json!(" ")),
            "/content/immunisation/vaccine",
        ),
        (
            with(vaccination(), "/immunisation/doseNumber", json!(0)),
            "/content/immunisation/doseNumber",
        ),
        (
            with(family(), "/familyHistory/onsetAge", json!(121)),
            "/content/familyHistory/onsetAge",
        ),
        (
            with(
                smoking(),
                "/socialHistory/statement",
                json!("x".repeat(10_001)),
            ),
            "/content/socialHistory/statement",
        ),
    ] {
        let refused = practice.add(&content).expect(422).await;
        refused.is("invalid-value");
        refused.points_at(pointer);
    }
    for content in [
        json!({}),
        json!({"allergy": {}}),
        json!({"problem": {}}),
        json!({"problem": {"diagnosis": {"condition": "Asthma"}, "since": "2019"}}),
        with(family(), "/familyHistory/relative", json!("mother")),
        with(family(), "/familyHistory/onsetAge", json!(-1)),
        with(smoking(), "/socialHistory/topic", json!("")),
    ] {
        let refused = practice.add(&content).expect(400).await;
        refused.is("malformed");
    }
    let other_kind = json!({"content": smoking(), "reason": "Mistyped"});
    let refused = practice.correct(&practice.doctor, &entry, &other_kind, 1);
    refused.expect(422).await.points_at("/content");
    let end = practice.path(&format!("{entry}/end"));
    let added = practice.add(&smoking()).expect(201).await;
    let later = practice.path(&format!("health-summary/{}/end", added.id()));
    let refused = practice.doctor.post(&later, &json!({"endedOn": "2027"}));
    let refused = seen(refused, 1).expect(422).await;
    refused.points_at("/endedOn");
    let malformed = practice.doctor.post(&end, &json!({"endedAt": "2026"}));
    seen(malformed, 1).expect(400).await;
    let unread = practice.path(&entry);
    let unread = practice.doctor.put(&unread, &other_kind);
    unread.expect(428).await.is("if-match-required");
    let nowhere = "health-summary/00000000-0000-0000-0000-000000000001";
    let unknown = practice.correct(&practice.doctor, nowhere, &other_kind, 1);
    unknown.expect(404).await;
    assert_eq!(practice.clinic.events("health_summary.item_added").await, 2);
    practice.close().await;
}
