//! Access rights: 403 for a forbidden action, 404 for a resource the caller may not know.

use domain::{ClinicScope, DoctorId, PatientId};
use serde_json::json;
use tests::app::Principal;
use uuid::Uuid;

use crate::support::Clinic;

const UNKNOWN: &str = "/api/v1/appointments/00000000-0000-7000-8000-000000000001";

#[tokio::test]
async fn an_appointment_that_does_not_exist_is_not_found() {
    let clinic = Clinic::open().await;
    let (asha, desk) = (clinic.patient(), clinic.desk());
    let reason = json!({"reason": "Cash"});
    asha.get(UNKNOWN).expect(404).await.is("not-found");
    let cancel = asha.post(&format!("{UNKNOWN}/cancel"), &reason);
    cancel.expect(404).await.is("not-found");
    let confirm = desk.post(&format!("{UNKNOWN}/confirm"), &reason);
    confirm.expect(404).await.is("not-found");
    clinic.close().await;
}

#[tokio::test]
async fn an_unrelated_caller_finds_no_such_appointment() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    clinic.read(&asha, &booked).await;
    let other_doctor = DoctorId::from_uuid(Uuid::from_u128(7));
    let other_admin = Principal {
        clinics: ClinicScope::Only([].into()),
        ..Principal::admin()
    };
    for stranger in [
        clinic.patient(),
        clinic.client(&Principal::doctor(other_doctor)),
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
async fn patient_doctor_and_staff_of_the_clinic_can_read_an_appointment() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    for concerned in [
        asha,
        clinic.client(&Principal::doctor(clinic.doctor)),
        clinic.desk(),
        clinic.client(&Principal::admin()),
        clinic.client(&Principal::auditor()),
    ] {
        let seen = clinic.read(&concerned, &booked).await;
        assert_eq!(seen.id(), booked.id());
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_auditor_reads_and_changes_nothing() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    let auditor = clinic.client(&Principal::auditor());
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
    let own = clinic.client(&Principal::patient(ravi)).get(&path);
    assert_eq!(own.expect(200).await.body["items"], json!([]));
    clinic.close().await;
}
