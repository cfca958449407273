//! Proxies read the record of a child, and later with the young person's consent.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::app::Principal;

use super::fixture::Fixture;
use crate::support::now;

/// A mother who acts for the patient of the fixture.
async fn mother(fixture: &Fixture) -> Principal {
    let clinic = &fixture.clinic;
    let own = clinic.world.patient().await.unwrap();
    let mother = Principal::patient(own);
    clinic.world.account(mother.account, own).await.unwrap();
    let proxy = json!({"accountId": mother.account, "evidence": "BIRTH_CERTIFICATE"});
    let desk = fixture.clinic.desk();
    desk.post(&fixture.path("proxies"), &proxy)
        .expect(200)
        .await;
    fixture.settle().await;
    mother
}

fn consent_to(proxy: &Principal) -> Value {
    json!({"purpose": {"kind": "PROXY", "accountId": proxy.account}})
}

#[tokio::test]
async fn a_proxy_of_a_child_needs_the_young_persons_consent_from_eighteen_on() {
    // The eighteenth birthday is in ten days.
    let fixture = Fixture::born("2008-12-11").await;
    let mother = mother(&fixture).await;
    let clock = &fixture.clinic.site.clock;
    assert_eq!(fixture.sees_illnesses(&mother).await, Some(true));
    // A proxy decides for a child.
    let hers = fixture.client(&mother);
    let research = json!({"purpose": {"kind": "RESEARCH"}});
    let granted = hers.post(&fixture.path("consents"), &research);
    let granted = granted.expect(201).await;
    clock.set(now() + TimeDelta::days(9));
    assert_eq!(fixture.sees_illnesses(&mother).await, Some(true));

    clock.set(now() + TimeDelta::days(10));
    // The rest of the profile is still hers to keep.
    assert_eq!(fixture.sees_illnesses(&mother).await, Some(false));
    hers.get(&fixture.path("access-log")).expect(404).await;
    hers.get(&fixture.path("consents")).expect(404).await;
    for consent in [&research, &consent_to(&mother)] {
        hers.post(&fixture.path("consents"), consent)
            .expect(404)
            .await;
    }
    let withdraw = |id: &str| fixture.path(&format!("consents/{id}"));
    let path = withdraw(granted.text("id"));
    hers.call(reqwest::Method::DELETE, &path).expect(404).await;

    let asha = fixture.client(&fixture.asha);
    let allowed = asha.post(&fixture.path("consents"), &consent_to(&mother));
    let allowed = allowed.expect(201).await;
    fixture.settle().await;
    assert_eq!(fixture.sees_illnesses(&mother).await, Some(true));
    let told: Vec<_> = fixture
        .rows()
        .await
        .iter()
        .map(super::fixture::Row::told)
        .collect();
    assert_eq!(told.last().unwrap(), "PATIENT PROFILE PROXY");
    // Without waiting for any read model.
    let path = withdraw(allowed.text("id"));
    asha.call(reqwest::Method::DELETE, &path).expect(200).await;
    assert_eq!(fixture.sees_illnesses(&mother).await, Some(false));
    fixture.settle().await;
    fixture.close().await;
}
