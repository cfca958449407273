//! `If-Match`: a change names the version it was made from.

use serde_json::json;

use crate::support::Clinic;

#[tokio::test]
async fn a_change_with_the_current_version_is_accepted() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    let cancelled = asha
        .post(&booked.appointment("cancel"), &json!({}))
        .header("If-Match", booked.header("etag"))
        .expect(200)
        .await;
    assert_eq!(cancelled.header("etag"), "\"2\"");
    clinic.close().await;
}

#[tokio::test]
async fn a_change_with_another_version_is_refused() {
    let clinic = Clinic::open().await;
    let (asha, desk) = (clinic.patient(), clinic.desk());
    let booked = clinic.book(&asha, 0).expect(201).await;
    let confirm = desk.post(&booked.appointment("confirm"), &json!({"reason": "Cash"}));
    confirm.expect(200).await;
    for stale in ["\"1\"", "\"3\"", "\"02\"", "W/\"2\"", "2", "*garbage*"] {
        let cancel = asha.post(&booked.appointment("cancel"), &json!({}));
        let refused = cancel.header("If-Match", stale).expect(412).await;
        refused.is("stale-version");
    }
    assert_eq!(clinic.events("appointment.cancelled").await, 0);
    clinic.close().await;
}
