//! Two writers on one entry: the second one sees what changed.

use futures::future::join_all;
use serde_json::{Value, json};

use super::entries::{problem, pulse};
use super::practice::Practice;

fn correction(beats: u32, reason: &str) -> Value {
    let mut correction = pulse(beats);
    correction["takenAt"] = json!("2026-11-30T08:00:00Z");
    correction["reason"] = json!(reason);
    correction
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_writer_is_told_all_that_changed_since() {
    let practice = Practice::open().await;
    let recorded = practice
        .record(&practice.asha, &pulse(70))
        .expect(201)
        .await;
    let entry = format!("vitals/{}", recorded.id());
    for (version, beats) in [(1, 71), (2, 72)] {
        let corrected = correction(beats, &format!("Version {version}"));
        let corrected = practice.correct(&practice.doctor, &entry, &corrected, version);
        corrected.expect(200).await;
    }
    let late = correction(99, "Late");
    let refused = practice.correct(&practice.asha, &entry, &late, 1);
    let refused = refused.expect(412).await;
    refused.is("stale-version");
    let difference = &refused.body["difference"];
    assert_eq!(
        difference["changed"],
        json!(["/content/vitals/pulse/value", "/occurredAt"])
    );
    let current = &difference["current"];
    assert_eq!(current["version"], 3);
    let revisions = current["revisions"].as_array().unwrap();
    let told: Vec<_> = revisions
        .iter()
        .map(|revision| {
            let pulse = &revision["content"]["vitals"]["pulse"]["value"];
            (&revision["version"], pulse, &revision["reason"])
        })
        .collect();
    assert_eq!(
        told,
        [
            (&json!(1), &json!("70"), &Value::Null),
            (&json!(2), &json!("71"), &json!("Version 1")),
            (&json!(3), &json!("72"), &json!("Version 2"))
        ]
    );
    assert_eq!(revisions[1]["author"]["role"], "DOCTOR");
    // With what was told, the second writer can go on.
    let corrected = practice.correct(&practice.asha, &entry, &late, 3);
    corrected.expect(200).await;
    // A stranger is told nothing, whatever the version.
    let stranger = practice.correct(&practice.clinic.patient(), &entry, &late, 1);
    let stranger = stranger.expect(404).await;
    assert_eq!(stranger.body.get("difference"), None);
    practice.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writers_at_once_one_wins_and_items_do_not_stand_in_each_others_way() {
    let practice = Practice::open().await;
    let other = practice.clinic.another_node().await;
    let there = practice.doctor.at(&other.client);
    let recorded = practice.record(&practice.doctor, &pulse(70));
    let recorded = recorded.expect(201).await;
    let entry = format!("vitals/{}", recorded.id());
    let calls = [&practice.doctor, &there].map(|who| {
        let corrected = correction(71, "At once");
        practice.correct(who, &entry, &corrected, 1).send()
    });
    let done = join_all(calls).await;
    let mut statuses: Vec<_> = done.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);

    let mut items = Vec::new();
    for condition in ["Asthma", "Anaemia"] {
        let added = practice.add(&problem(condition, None)).expect(201).await;
        items.push(format!("health-summary/{}", added.id()));
    }
    let corrected = json!({"content": problem("Gout", Some("M10")), "reason": "Mistyped"});
    let correct = |who, item: &String| practice.correct(who, item, &corrected, 1).send();
    let calls = [
        correct(&practice.doctor, &items[0]),
        correct(&there, &items[1]),
    ];
    for reply in join_all(calls).await {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let stale = correct(&there, &items[0]).await;
    assert_eq!(stale.status, 412);
    let difference = &stale.body["difference"];
    assert_eq!(
        difference["current"]["entry"]["content"]["problem"]["diagnosis"],
        json!({"condition": "Gout", "icd10": "M10"})
    );
    let changed = [
        "/content/problem/diagnosis/condition",
        "/content/problem/diagnosis/icd10",
    ];
    assert_eq!(difference["changed"], json!(changed));
    other.stop().await;
    practice.close().await;
}
