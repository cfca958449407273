//! A query sent with the position of a command sees what the command did.

use crate::support::Clinic;

#[tokio::test]
async fn a_position_that_was_never_given_out_is_refused() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    let head = booked.header("caresync-position").to_owned();
    let mut parts = head.split('-').map(|part| part.parse::<u64>().unwrap());
    let (epoch, transaction, position) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    for refused in [
        format!("{epoch}-{transaction}-{}", position + 1),
        format!("{epoch}-{}-1", transaction + 1_000_000),
        format!("{}-1-1", epoch + 1),
        "garbage".to_owned(),
        "1-2".to_owned(),
        "1-2-3-4".to_owned(),
        "99999-1-1".to_owned(),
        format!("{head} "),
        String::new(),
    ] {
        let query = asha.get("/api/v1/appointments");
        let query = query.header("CareSync-Position", refused.as_str());
        let answer = query.send().await;
        if refused.trim() == head {
            continue;
        }
        assert_eq!(answer.status, 400, "{refused:?}: {}", answer.body);
        answer.points_at("CareSync-Position");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_booking_is_read_at_its_position_on_every_node() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    for number in 0..16 {
        let asha = clinic.patient();
        let booked = clinic.book(&asha, number).expect(201).await;
        let found = clinic
            .settled(async || asha.get("/api/v1/appointments").after(&booked))
            .await;
        assert_eq!(found.body["items"][0]["id"], booked.body["id"]);
        let there = asha.at(&other.1);
        let found = clinic.read(&there, &booked).await;
        assert_eq!(found.id(), booked.id());
    }
    clinic.stop(other).await;
    clinic.close().await;
}
