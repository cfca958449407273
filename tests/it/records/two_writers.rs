//! Two writers at the same moment, at two nodes: nothing is lost, nothing is there twice, no warning is missed.

use futures::future::join_all;
use serde_json::json;

use super::practice::{Practice, line, seen};
use crate::support::Client;

const ROUNDS: i64 = 8;

#[tokio::test]
async fn a_note_is_signed_once_however_many_sign_it() {
    let practice = Practice::open().await;
    let second = practice.clinic.another_node().await;
    let elsewhere = practice.doctor.at(&second.client);
    for round in 1..=ROUNDS {
        let note = practice.begin(&json!({"text": "Seen"})).await.id();
        let signers = [&practice.doctor, &elsewhere, &practice.doctor, &elsewhere];
        let signed = signers.map(|who| Practice::sign(who, note, 1).expect(201));
        let signed = join_all(signed).await;
        assert!(signed.iter().all(|reply| reply.body == signed[0].body));
        assert_eq!(practice.clinic.events("note.signed").await, round);
    }
    second.stop().await;
    practice.close().await;
}

/// The edit is in the note, or it was refused, or it is a draft still.
#[tokio::test]
async fn no_edit_is_lost_that_is_saved_while_the_draft_is_signed() {
    let practice = Practice::open().await;
    let second = practice.clinic.another_node().await;
    let elsewhere = practice.doctor.at(&second.client);
    for _ in 0..ROUNDS {
        let note = practice.begin(&json!({"text": "Seen"})).await.id();
        let path = format!("/api/v1/note-drafts/{note}");
        let edited = practice.draft(&json!({"text": "Seen twice"}));
        let edit = seen(elsewhere.put(&path, &edited), 1).send();
        let sign = Practice::sign(&practice.doctor, note, 1).send();
        let (edit, sign) = tokio::join!(edit, sign);
        let signed = practice
            .doctor
            .get(&format!("/api/v1/notes/{note}"))
            .send()
            .await;
        match (edit.status, sign.status) {
            (200, 412) => assert_eq!(signed.status, 404),
            (409, 201) => assert_eq!(signed.body["content"]["text"], "Seen"),
            (200, 201) => {
                assert_eq!(signed.body["content"]["text"], "Seen");
                let left = practice.doctor.get(&path).expect(200).await;
                assert_eq!(left.body["content"]["text"], "Seen twice");
            }
            other => panic!("{other:?}: {edit:?} {sign:?}"),
        }
    }
    second.stop().await;
    practice.close().await;
}

#[tokio::test]
async fn two_prescriptions_of_one_drug_do_not_both_escape_the_warning() {
    let practice = Practice::open().await;
    let node = practice.clinic.another_node().await;
    let elsewhere = practice.colleague.at(&node.client);
    for round in 0..ROUNDS {
        let drug = format!("Drug{round}x");
        let request = practice.prescription(&[line(&drug)]);
        let doctors: [&Client; 3] = [&practice.doctor, &elsewhere, &practice.colleague];
        let issued = doctors.map(|who| practice.issue(who, &request).send());
        let issued = join_all(issued).await;
        let mut statuses: Vec<_> = issued.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409], "{issued:?}");
        let first = issued.iter().find(|reply| reply.status == 201).unwrap();
        for refused in issued.iter().filter(|reply| reply.status == 409) {
            refused.is("prescription-warnings");
            let warning = &refused.body["warnings"][0];
            assert_eq!(warning["prescriptionId"], json!(first.id()));
        }
    }
    node.stop().await;
    practice.close().await;
}

/// An amendment does not change which prescriptions there are, and is seen as well.
#[tokio::test]
async fn an_amendment_and_a_prescription_of_one_drug_do_not_both_escape_the_warning() {
    let practice = Practice::open().await;
    for round in 0..ROUNDS {
        let other = practice.prescription(&[line(&format!("Other{round}y"))]);
        let other = practice.issue(&practice.doctor, &other).expect(201).await;
        let drug = line(&format!("Drug{round}x"));
        let amend = json!({"lines": [drug], "reason": "Better suited"});
        let path = format!("/api/v1/prescriptions/{}/amend", other.id());
        let amend = seen(practice.colleague.post(&path, &amend), 1).send();
        let issue = practice.issue(&practice.doctor, &practice.prescription(&[drug]));
        let (amended, issued) = tokio::join!(amend, issue.send());
        let statuses = (amended.status, issued.status);
        assert!(
            statuses == (200, 409) || statuses == (409, 201),
            "{amended:?} {issued:?}"
        );
    }
    practice.close().await;
}
