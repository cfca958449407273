//! What ends between two pages: a consent, the window of a treatment, an emergency. The next page says no more.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;

use super::entries::{items, problem, pulse};
use super::practice::Practice;
use super::sensitive::{allow, break_the_glass, hiv_entries};
use crate::support::{Client, all_read, now};

impl Practice {
    /// A page of two entries.
    async fn page(&self, who: &Client, before: Option<&Value>) -> Value {
        who.get(&self.next(before)).expect(200).await.body
    }

    fn next(&self, before: Option<&Value>) -> String {
        let cursor = before.map(|page| page["nextCursor"].as_str().unwrap());
        let cursor = cursor.map(|cursor| format!("&cursor={cursor}"));
        self.path(&format!("chart?limit=2{}", cursor.unwrap_or_default()))
    }
}

#[tokio::test]
async fn a_consent_that_is_withdrawn_between_two_pages_withholds_the_second() {
    let practice = Practice::open().await;
    practice
        .record(&practice.doctor, &pulse(72))
        .expect(201)
        .await;
    practice.clinic.site.clock.advance(TimeDelta::seconds(1));
    let entries = hiv_entries(&practice).await;
    let consent = allow(&practice, "HIV").await;
    let first = practice.page(&practice.colleague, None).await;
    assert_eq!((items(&first).len(), &first["withheld"]), (2, &json!(0)));
    let path = practice.path(&format!("consents/{consent}"));
    practice.asha.call(Method::DELETE, &path).expect(200).await;
    // No read model has to know it.
    let second = practice.page(&practice.colleague, Some(&first)).await;
    let left = items(&second);
    assert_eq!(left.len(), 1, "{second}");
    assert_eq!(left[0]["content"]["vitals"]["pulse"]["value"], "72");
    assert_eq!(second["withheld"], json!(entries.len() - 2));
    assert_eq!(second.get("nextCursor"), None);
    // To the author the pages go on.
    let own = practice.page(&practice.doctor, Some(&first)).await;
    assert_eq!(items(&own).len(), 2);
    practice.close().await;
}

#[tokio::test]
async fn a_treatment_that_ends_between_two_pages_leaves_no_second_one() {
    let practice = Practice::open().await;
    for condition in ["Asthma", "Anaemia", "Gout"] {
        practice.add(&problem(condition, None)).expect(201).await;
    }
    all_read(practice.clinic.anonymous()).await;
    let first = practice.page(&practice.doctor, None).await;
    assert_eq!(items(&first).len(), 2);
    practice.clinic.site.clock.set(now() + TimeDelta::days(92));
    let doctor = practice.again(&practice.clinic.doctor);
    let second = doctor.get(&practice.next(Some(&first))).expect(404).await;
    assert_eq!(second.body.get("items"), None);
    practice.clinic.site.clock.set(now());
    practice.close().await;
}

#[tokio::test]
async fn an_emergency_that_ends_between_two_pages_leaves_no_second_one() {
    let practice = Practice::open().await;
    hiv_entries(&practice).await;
    let world = &practice.clinic.world;
    let doctor = world
        .doctor(practice.clinic.facts, Terms::default())
        .await
        .unwrap();
    let until = now() + TimeDelta::days(1);
    let token = practice
        .clinic
        .site
        .token_until(&Principal::doctor(doctor), until);
    let helper = practice.clinic.anonymous().with_token(token.unwrap());
    helper.get(&practice.next(None)).expect(404).await;
    break_the_glass(&practice, &helper).await;
    let first = practice.page(&helper, None).await;
    assert_eq!(items(&first).len(), 2);
    practice.clinic.site.clock.advance(TimeDelta::minutes(60));
    helper.get(&practice.next(Some(&first))).expect(404).await;
    practice.close().await;
}
