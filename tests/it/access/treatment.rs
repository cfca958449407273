//! Doctors read clinical content in a window around a visit.

use chrono::TimeDelta;
use serde_json::json;
use tests::app::Principal;

use super::fixture::Fixture;
use crate::support::now;

#[tokio::test]
async fn a_doctor_sees_clinical_content_in_the_window_around_a_visit() {
    let fixture = Fixture::open().await;
    let doctor = fixture.doctor();
    let other = fixture.other_doctor().await;
    let clock = &fixture.clinic.site.clock;
    assert_eq!(fixture.sees_illnesses(&doctor).await, None);
    fixture.book(now() + TimeDelta::days(20)).await;
    // There is a visit, so the profile is shown, but it is too far ahead for clinical content.
    assert_eq!(fixture.sees_illnesses(&doctor).await, Some(false));
    for (day, sees) in [(13, true), (20, true), (109, true), (111, false)] {
        clock.set(now() + TimeDelta::days(day));
        assert_eq!(fixture.sees_illnesses(&doctor).await, Some(sees), "{day}");
        assert_eq!(fixture.sees_illnesses(&other).await, None, "{day}");
    }
    // The front desk never sees it.
    clock.set(now() + TimeDelta::days(20));
    let desk = fixture.clinic.facts.clinic;
    let desk = Principal::receptionist(domain::ClinicScope::Only([desk].into()));
    assert_eq!(fixture.sees_illnesses(&desk).await, Some(false));
    assert_eq!(
        fixture.sees_illnesses(&Principal::admin()).await,
        Some(false)
    );
    assert_eq!(fixture.sees_illnesses(&Principal::auditor()).await, None);
    fixture.close().await;
}

#[tokio::test]
async fn a_cancelled_visit_is_no_treatment() {
    let fixture = Fixture::open().await;
    let doctor = fixture.doctor();
    let booked = fixture.book(now() + TimeDelta::hours(3)).await;
    assert_eq!(fixture.sees_illnesses(&doctor).await, Some(true));
    let asha = fixture.client(&fixture.asha);
    let cancelled = asha.post(&booked.appointment("cancel"), &json!({}));
    cancelled.expect(200).await;
    fixture.settle().await;
    assert_eq!(fixture.sees_illnesses(&doctor).await, Some(false));
    let told = json!({"illnesses": []});
    let record = fixture
        .client(&doctor)
        .put(&fixture.path("illnesses"), &told);
    record.header("If-Match", "\"2\"").expect(404).await;
    fixture.close().await;
}
