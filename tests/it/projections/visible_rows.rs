//! Lists of a patient's appointments, filtered for many callers, against the permission table.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use commands::Caller;
use commands::authorization::{Action, Resource, ResourceClinics, VisibleRows, authorize};
use domain::appointment::AppointmentStatus;
use domain::{AccountId, AppointmentId, ClinicId, ClinicScope, DoctorId, PatientId, Role};
use projections::patient_appointments::{self, AppointmentSearch};
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sqlx::PgPool;
use tests::database::Database;
use uuid::Uuid;

const CALLERS: usize = 500;

/// A visit of the one patient.
#[derive(Debug, Clone, Copy)]
struct Row {
    id: AppointmentId,
    clinic: ClinicId,
    doctor: DoctorId,
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

fn patient() -> PatientId {
    PatientId::from_uuid(id(0))
}

/// Visits of one patient at each of four clinics with each of three doctors.
async fn visits(pool: &PgPool) -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 0..12 {
        let row = Row {
            id: AppointmentId::from_uuid(id(number)),
            clinic: ClinicId::from_uuid(id(number % 4)),
            doctor: DoctorId::from_uuid(id(number % 3)),
        };
        let insert = "insert into patient_appointments (
               appointment_id, patient_id, doctor_id, clinic_id, starts_at, ends_at,
               fee_amount, fee_currency, status, hold_until, booked_at, subject, version
             ) values ($1, $2, $3, $4, $5, $5 + interval '15 minutes', 0, 'INR', 'CONFIRMED', $5, $5, $2, 1)";
        let insert = sqlx::query(insert)
            .bind(row.id.as_uuid())
            .bind(patient().as_uuid())
            .bind(row.doctor.as_uuid())
            .bind(row.clinic.as_uuid())
            .bind(DateTime::<Utc>::UNIX_EPOCH);
        insert.execute(pool).await.unwrap();
        rows.push(row);
    }
    rows
}

fn callers() -> impl Strategy<Value = (Caller, bool)> {
    let clinics: Vec<_> = (0..4)
        .map(|number| ClinicId::from_uuid(id(number)))
        .collect();
    let scope = prop_oneof![
        1 => Just(ClinicScope::All),
        4 => subsequence(clinics, 0..=4)
            .prop_map(|clinics| ClinicScope::Only(clinics.into_iter().collect())),
    ];
    let roles = subsequence(Role::ALL.to_vec(), 1..=3);
    (roles, scope, 0..2_usize, 0..3_usize, any::<bool>()).prop_map(
        |(roles, clinics, own, doctor, proxied)| {
            let caller = Caller {
                account: AccountId::from_uuid(id(9)),
                patient: Some(PatientId::from_uuid(id(own)))
                    .filter(|_| roles.contains(&Role::Patient)),
                doctor: roles
                    .contains(&Role::Doctor)
                    .then(|| DoctorId::from_uuid(id(doctor))),
                roles: roles.into_iter().collect(),
                clinics,
            };
            (caller, proxied)
        },
    )
}

#[tokio::test]
async fn a_list_has_the_rows_that_the_permission_table_grants_one_by_one() {
    let database = Database::create().await.unwrap();
    let pool = database.pool(2).await.unwrap();
    let rows = visits(&pool).await;
    let mut runner = TestRunner::deterministic();
    for number in 0..CALLERS {
        let (caller, proxied) = callers().new_tree(&mut runner).unwrap().current();
        let owner = Resource::of_patient(patient()).proxied(proxied);
        let granted = rows.iter().filter(|row| {
            let resource = Resource {
                doctor: Some(row.doctor),
                clinics: ResourceClinics::One(row.clinic),
                ..owner.clone()
            };
            authorize(&caller, Action::ReadAppointment, &resource).is_ok()
        });
        let granted: BTreeSet<_> = granted.map(|row| row.id).collect();
        let listed = match VisibleRows::new(&caller, Action::ReadAppointment, &owner) {
            Ok(visible) => {
                let search = AppointmentSearch {
                    patient: patient(),
                    clinics: visible.clinics,
                    doctor: visible.doctor,
                    from: None,
                    to: None,
                    status: number
                        .is_multiple_of(2)
                        .then_some(AppointmentStatus::Confirmed),
                    now: DateTime::<Utc>::UNIX_EPOCH,
                    after: None,
                    limit: 50,
                };
                let found = patient_appointments::list(&pool, &search).await.unwrap();
                found.iter().map(|row| row.row().appointment).collect()
            }
            Err(_) => BTreeSet::new(),
        };
        assert_eq!(listed, granted, "{caller:?}, proxied: {proxied}");
    }
    pool.close().await;
}
