//! Leaves of doctors.

use projections::leaves::{DoctorLeaves, of_doctor};

use super::fixture::{at, doctor, leave};
use super::scenario::{MEERA, TODAY, ZOYA, recorded};

#[tokio::test]
async fn a_leave_is_listed_until_it_is_over_unless_it_was_withdrawn() {
    let history = recorded().await;
    history.project(&history.projector::<DoctorLeaves>()).await;
    let listed = async |from: &str| {
        let rows = of_doctor(&history.pool, doctor(ZOYA), at(from)).await;
        let mut leaves = Vec::new();
        for row in rows.unwrap() {
            leaves.push(row.open(&history.sealing).await.unwrap());
        }
        leaves
    };
    let leaves = listed(TODAY).await;
    let ids: Vec<_> = leaves.iter().map(|row| row.leave).collect();
    assert_eq!(ids, [leave(1)]);
    assert_eq!(leaves[0].reason().unwrap().as_str(), "an operation");
    assert_eq!(leaves[0].during.end(), at("2026-03-09T00:00:00Z"));
    assert_eq!(listed("2026-03-08T23:59:59Z").await.len(), 1);
    assert_eq!(listed("2026-03-09T00:00:00Z").await, []);
}

#[tokio::test]
async fn a_doctor_without_leave_is_there() {
    let history = recorded().await;
    history.project(&history.projector::<DoctorLeaves>()).await;
    let leaves = of_doctor(&history.pool, doctor(MEERA), at(TODAY)).await;
    assert_eq!(leaves.unwrap(), []);
}

#[tokio::test]
async fn of_an_erased_doctor_no_reason_is_left() {
    let history = recorded().await;
    let subject = doctor(ZOYA).as_uuid();
    let leaves = history.projector::<DoctorLeaves>();
    history.project_without(&leaves, subject).await;
    let rows = of_doctor(&history.pool, doctor(ZOYA), at(TODAY))
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    for row in rows {
        let leave = row.open(&history.sealing).await.unwrap();
        assert!(leave.phi.is_erased());
        assert_eq!(leave.reason(), None);
    }
}
