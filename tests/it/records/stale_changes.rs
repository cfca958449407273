//! Every change of an entry names the version that its writer has seen: the second of two writers sees what changed.

use serde_json::{Value, json};

use super::entries::{problem, pulse};
use super::practice::{Practice, line, seen};
use crate::support::Client;

/// A change of an entry that the first writer has changed meanwhile, to version 2.
struct Change {
    path: String,
    body: Value,
    /// The fields that the second writer is told.
    changed: Value,
}

/// Entries of each kind that the colleague changed, and all changes of them.
async fn changed_entries(practice: &Practice) -> Vec<Change> {
    let colleague = &practice.colleague;
    let reason = json!({"reason": "Mistaken"});
    let mut changes = Vec::new();
    let mut add = |entry: &str, steps: &[&str], changed: Value| {
        for step in steps {
            changes.push(Change {
                path: format!("{entry}/{step}"),
                body: reason.clone(),
                changed: changed.clone(),
            });
        }
    };

    let vitals = practice
        .record(&practice.doctor, &pulse(70))
        .expect(201)
        .await;
    let vitals = format!("vitals/{}", vitals.id());
    let mut correction = pulse(71);
    correction["takenAt"] = json!("2026-12-01T00:00:00Z");
    correction["reason"] = json!("Mistyped");
    let corrected = practice.correct(colleague, &vitals, &correction, 1);
    corrected.expect(200).await;
    let value = json!(["/content/vitals/pulse/value"]);
    add(&practice.path(&vitals), &["entered-in-error"], value);

    let item = practice.add(&problem("Asthma", None)).expect(201).await;
    let item = format!("health-summary/{}", item.id());
    let correction = json!({"content": problem("Gout", None), "reason": "Mistyped"});
    let corrected = practice.correct(colleague, &item, &correction, 1);
    corrected.expect(200).await;
    let condition = json!(["/content/problem/diagnosis/condition"]);
    add(
        &practice.path(&item),
        &["end", "entered-in-error"],
        condition,
    );

    let allergy = practice.allergic("Latex").await.id();
    let one = practice.path(&format!("allergies/{allergy}"));
    let severe = json!({"substance": "Latex", "severity": "SEVERE"});
    seen(colleague.put(&one, &severe), 1).expect(200).await;
    add(&one, &["end", "entered-in-error"], json!([allergy]));

    let issued = practice.prescription(&[line("Ibuprofen")]);
    let issued = practice.issue(&practice.doctor, &issued).expect(201).await;
    let path = issued.header("location").to_owned();
    let other = json!({"lines": [line("Aspirin")], "reason": "Better suited"});
    let amend = colleague.post(&format!("{path}/amend"), &other);
    seen(amend, 1).expect(200).await;
    add(&path, &["cancel", "entered-in-error"], json!(["lines"]));

    let note = practice.signed(&json!({"text": "Seen"})).await;
    let note = format!("/api/v1/notes/{note}");
    let addendum = json!({"text": "The X-ray is clear"});
    let added = colleague.post(&format!("{note}/addenda"), &addendum);
    added.expect(201).await;
    let addenda = json!(["/content/note/addenda"]);
    add(&note, &["entered-in-error"], addenda.clone());
    changes.push(Change {
        path: format!("{note}/addenda"),
        body: addendum,
        changed: addenda,
    });
    changes
}

#[tokio::test]
async fn the_second_writer_of_each_change_sees_what_changed() {
    let practice = Practice::open().await;
    for change in changed_entries(&practice).await {
        let Change {
            path,
            body,
            changed,
        } = change;
        let send = |who: &Client, version| seen(who.post(&path, &body), version);
        let refused = send(&practice.doctor, 1).expect(412).await;
        refused.is("stale-version");
        let difference = &refused.body["difference"];
        assert_eq!(difference["changed"], changed, "{path}");
        assert_eq!(difference["current"]["version"], 2, "{path}");
        // One who has no part in it is shown nothing.
        let stranger = send(&practice.stranger, 1).expect(404).await;
        assert_eq!(stranger.body.get("difference"), None);
    }
    practice.close().await;
}

/// Nothing that is there is changed unseen. An addendum changes nothing of its note, and may come without.
#[tokio::test]
async fn a_change_without_a_version_is_refused() {
    let practice = Practice::open().await;
    for change in changed_entries(&practice).await {
        let reply = practice
            .doctor
            .post(&change.path, &change.body)
            .send()
            .await;
        if change.path.ends_with("/addenda") {
            assert_eq!(reply.status, 201, "{reply:?}");
        } else {
            assert_eq!(reply.status, 428, "{reply:?}");
            reply.is("if-match-required");
        }
    }
    practice.close().await;
}

/// With what was shown, the second writer can go on.
#[tokio::test]
async fn a_change_in_the_present_version_is_accepted() {
    let practice = Practice::open().await;
    for change in changed_entries(&practice).await {
        // Items that were ended in the step before have a version more.
        let is_second = ["health-summary", "allergies", "prescriptions"]
            .iter()
            .any(|kind| change.path.contains(kind))
            && change.path.ends_with("/entered-in-error");
        let is_addendum = change.path.ends_with("/addenda");
        let version = if is_second || is_addendum { 3 } else { 2 };
        let call = practice.doctor.post(&change.path, &change.body);
        let reply = seen(call, version).send().await;
        // A note that was entered in error gets no addenda.
        let expected = if is_addendum { 409 } else { 200 };
        assert_eq!(reply.status, expected, "{reply:?}");
    }
    practice.close().await;
}
