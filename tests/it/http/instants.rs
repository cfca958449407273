//! Times near the ends of what the libraries know.

use domain::PatientId;
use serde_json::json;
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Clinic, slot};

const FAR: [&str; 4] = [
    "+262142-12-31T23:00:00Z",
    "-262143-01-01T00:00:00Z",
    "+10000-01-01T00:00:00Z",
    "2200-01-01T00:00:00Z",
];

#[tokio::test]
async fn a_time_that_is_far_away_is_refused_by_every_request() {
    let clinic = Clinic::open().await;
    let asha = PatientId::from_uuid(Uuid::from_u128(4));
    let asha = clinic.client(&Principal::patient(asha));
    let (admin, desk) = (clinic.admin(), clinic.desk());
    let booked = clinic.book(&asha, 0).expect(201).await;
    let leaves = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
    let patient = json!(clinic.world.patient().await.unwrap());
    for far in FAR {
        let mut booking = clinic.booking_request(slot(1));
        booking["start"] = json!(far);
        let own = asha.post("/api/v1/appointments", &booking).expect(422);
        own.await.points_at("/start");
        booking["patientId"] = patient.clone();
        booking["overrideReason"] = json!("A friend of the house");
        let staffs = desk.post("/api/v1/appointments", &booking).expect(422);
        staffs.await.points_at("/start");
        let series = json!({"first": booking, "everyDays": 7, "visits": 2});
        let series = desk.post("/api/v1/appointments/series", &series);
        series.expect(422).await.points_at("/first/start");
        let moved = asha.post(&booked.appointment("reschedule"), &json!({ "start": far }));
        moved.expect(422).await.points_at("/start");
        let leave = admin.post(&leaves, &json!({"start": far, "end": slot(30)}));
        leave.expect(422).await.points_at("/start");
        let far = far.replace('+', "%2B");
        for query in [
            format!("/api/v1/appointments?from={far}"),
            format!("/api/v1/appointments?to={far}"),
        ] {
            asha.get(&query).expect(400).await.is("malformed");
        }
        let query = format!("{leaves}?from={far}");
        admin.get(&query).expect(400).await.is("malformed");
    }
    clinic.close().await;
}
