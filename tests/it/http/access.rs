//! Who may do what, and who may know what.

use domain::{ClinicScope, DoctorId, PatientId};
use serde_json::json;
use tests::app::Somebody;
use uuid::Uuid;

use crate::support::Clinic;

const NOBODYS: &str = "/api/v1/appointments/00000000-0000-7000-8000-000000000001";

#[tokio::test]
async fn an_appointment_that_does_not_exist_is_not_found() {
    let clinic = Clinic::open().await;
    let (asha, desk) = (clinic.patient(), clinic.desk());
    let reason = json!({"reason": "Cash"});
    asha.get(NOBODYS).expect(404).await.is("not-found");
    let cancel = asha.post(&format!("{NOBODYS}/cancel"), &reason);
    cancel.expect(404).await.is("not-found");
    let confirm = desk.post(&format!("{NOBODYS}/confirm"), &reason);
    confirm.expect(404).await.is("not-found");
    clinic.close().await;
}

#[tokio::test]
async fn strangers_are_told_that_there_is_no_such_appointment() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    clinic.read(&asha, &booked).await;
    let other_doctor = DoctorId::from_uuid(Uuid::from_u128(7));
    let other_admin = Somebody {
        clinics: ClinicScope::Only([].into()),
        ..Somebody::admin()
    };
    for stranger in [
        clinic.patient(),
        clinic.client(&Somebody::doctor(other_doctor)),
        clinic.other_desk(),
        clinic.client(&other_admin),
    ] {
        stranger.get(&booked.appointment("")).expect(404).await;
        let cancel = stranger.post(&booked.appointment("cancel"), &json!({}));
        cancel.expect(404).await.is("not-found");
    }
    let confirm = json!({"reason": "Cash"});
    let confirm = clinic
        .other_desk()
        .post(&booked.appointment("confirm"), &confirm);
    confirm.expect(404).await.is("not-found");
    assert_eq!(clinic.events("appointment.cancelled").await, 0);
    assert_eq!(clinic.events("appointment.confirmed").await, 0);
    clinic.close().await;
}

#[tokio::test]
async fn those_concerned_see_an_appointment() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    for concerned in [
        asha,
        clinic.client(&Somebody::doctor(clinic.doctor)),
        clinic.desk(),
        clinic.client(&Somebody::admin()),
        clinic.client(&Somebody::auditor()),
    ] {
        let seen = clinic.read(&concerned, &booked).await;
        assert_eq!(seen.id(), booked.id());
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_auditor_sees_and_does_not_touch() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    let auditor = clinic.client(&Somebody::auditor());
    let cancel = auditor.post(&booked.appointment("cancel"), &json!({}));
    cancel.expect(403).await.is("forbidden");
    clinic.close().await;
}

#[tokio::test]
async fn a_patient_lists_only_their_own_appointments() {
    let clinic = Clinic::open().await;
    let ravi = PatientId::from_uuid(Uuid::from_u128(9));
    let path = format!("/api/v1/appointments?patientId={ravi}");
    clinic
        .patient()
        .get(&path)
        .expect(404)
        .await
        .is("not-found");
    let own = clinic.client(&Somebody::patient(ravi)).get(&path);
    assert_eq!(own.expect(200).await.body["items"], json!([]));
    clinic.close().await;
}
