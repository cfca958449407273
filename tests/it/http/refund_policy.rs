//! Refund policies: the share refunded after a cancellation, set by the clinic.

use domain::ClinicScope;
use serde_json::{Value, json};
use tests::app::Principal;

use super::schedule::etag;
use crate::support::{Call, Client, Clinic, Reply, all_read};

fn path(clinic: &Clinic) -> String {
    format!("/api/v1/clinics/{}/refund-policy", clinic.facts.clinic)
}

async fn set(clinic: &Clinic, who: &Client, steps: Value) -> Call {
    let tag = etag(clinic, clinic.facts.clinic).await;
    let body = json!({"refundPolicy": steps});
    who.put(&path(clinic), &body).header("If-Match", tag)
}

async fn shown(clinic: &Clinic, after: Option<&Reply>) -> Value {
    let path = format!("/api/v1/clinics/{}", clinic.facts.clinic);
    let read = clinic
        .settled(async || {
            let call = clinic.anonymous().get(&path);
            match after {
                Some(reply) => call.after(reply),
                None => call,
            }
        })
        .await;
    read.body["refundPolicy"].clone()
}

#[tokio::test]
async fn a_clinic_has_the_default_refund_policy_until_it_sets_its_own() {
    let clinic = Clinic::open().await;
    all_read(clinic.anonymous()).await;
    let usual = json!([
        {"hoursBefore": 24, "percent": 100},
        {"hoursBefore": 4, "percent": 50},
    ]);
    assert_eq!(shown(&clinic, None).await, usual);
    let own = json!([{"hoursBefore": 48, "percent": 90}]);
    let set = set(&clinic, &clinic.admin(), own.clone()).await;
    let set = set.expect(200).await;
    assert_eq!(shown(&clinic, Some(&set)).await, own);
    clinic.close().await;
}

#[tokio::test]
async fn a_clinic_may_refund_nothing() {
    let clinic = Clinic::open().await;
    let set = set(&clinic, &clinic.admin(), json!([])).await;
    let set = set.expect(200).await;
    assert_eq!(shown(&clinic, Some(&set)).await, json!([]));
    clinic.close().await;
}

#[tokio::test]
async fn an_inconsistent_refund_policy_is_refused() {
    let clinic = Clinic::open().await;
    let step = |hours: u16, percent: u8| json!({"hoursBefore": hours, "percent": percent});
    let too_many: Vec<_> = (1..=25).rev().map(|hours| step(hours, 10)).collect();
    for steps in [
        json!([step(24, 101)]),
        json!([step(4, 50), step(24, 20)]),
        json!([step(24, 50), step(4, 60)]),
        json!(too_many),
    ] {
        let refused = set(&clinic, &clinic.admin(), steps).await;
        let refused = refused.expect(422).await;
        refused.is("invalid-value");
        refused.points_at("/refundPolicy");
    }
    let negative = json!([{"hoursBefore": -1, "percent": 10}]);
    let malformed = set(&clinic, &clinic.admin(), negative).await;
    malformed.expect(400).await.is("malformed");
    assert_eq!(clinic.events("clinic.refund_policy_set").await, 0);
    clinic.close().await;
}

#[tokio::test]
async fn a_change_of_the_refund_policy_needs_the_current_version() {
    let clinic = Clinic::open().await;
    let own = json!([{"hoursBefore": 48, "percent": 90}]);
    let first = set(&clinic, &clinic.admin(), own).await;
    first.expect(200).await;
    let stale = clinic
        .admin()
        .put(&path(&clinic), &json!({"refundPolicy": []}))
        .header("If-Match", "\"1\"");
    stale.expect(412).await.is("stale-version");
    let without = clinic
        .admin()
        .put(&path(&clinic), &json!({"refundPolicy": []}));
    without.expect(428).await.is("if-match-required");
    clinic.close().await;
}

#[tokio::test]
async fn only_an_admin_of_the_clinic_sets_the_refund_policy() {
    let clinic = Clinic::open().await;
    let desk = set(&clinic, &clinic.desk(), json!([])).await;
    desk.expect(403).await.is("forbidden");
    let elsewhere = Principal {
        clinics: ClinicScope::Only([].into()),
        ..Principal::admin()
    };
    let stranger = set(&clinic, &clinic.client(&elsewhere), json!([])).await;
    stranger.expect(404).await.is("not-found");
    clinic.close().await;
}
