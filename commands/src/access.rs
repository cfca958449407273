//! Rights of a caller on an appointment, a patient or a payment that has been loaded.
//!
//! Rights that depend on the role alone are checked before a command runs. For a caller who may not know
//! that the aggregate exists it does not exist.

use domain::appointment::{ActorKind, CancelledBy, Step, Visit, transition};
use domain::{ClinicId, DoctorId, PatientId, Role};

use crate::Caller;

/// Returns the capacity of the caller in an appointment, if any. `proxy` is true if the caller acts
/// for the appointment's patient.
pub(crate) fn capacity(caller: &Caller, visit: &Visit, proxy: bool) -> Option<CancelledBy> {
    if caller.patient == Some(visit.patient) || proxy {
        Some(CancelledBy::Patient)
    } else if caller.doctor == Some(visit.doctor) {
        Some(CancelledBy::Doctor)
    } else if caller.is_staff_at(visit.clinic) {
        Some(CancelledBy::Clinic)
    } else {
        None
    }
}

/// Returns the role in which the caller takes a step of a visit on its day, if it is the visit's doctor or the
/// clinic's staff at all: of several, the one that may most.
pub(crate) fn attending_as(caller: &Caller, visit: &Visit, step: Step) -> Option<Role> {
    let at_clinic = caller.clinics.covers(visit.clinic);
    let roles = [
        (Role::Doctor, caller.doctor == Some(visit.doctor)),
        (Role::Receptionist, at_clinic),
        (Role::Admin, at_clinic),
    ];
    roles
        .into_iter()
        .filter(|(role, concerned)| *concerned && caller.is(*role))
        .map(|(role, _)| role)
        .min_by_key(|role| transition(step).permission(ActorKind::Role(*role)))
}

/// Returns the role in which the caller changes a visit, if it concerns the caller at all. The clinic's staff may
/// ask to act as such even where they stand in another capacity, too.
pub(crate) fn acting_in(
    caller: &Caller,
    visit: &Visit,
    proxy: bool,
    as_staff: bool,
) -> Option<Role> {
    let staff = [Role::Receptionist, Role::Admin];
    let as_clinic = || staff.into_iter().find(|role| caller.is(*role));
    if as_staff && caller.is_staff_at(visit.clinic) {
        return as_clinic();
    }
    match capacity(caller, visit, proxy)? {
        CancelledBy::Patient => Some(Role::Patient),
        CancelledBy::Doctor => Some(Role::Doctor),
        CancelledBy::Clinic => as_clinic(),
    }
}

/// Returns whether the caller may see the appointment: the patient or a proxy, the doctor, the clinic's
/// staff, an auditor of the clinic.
#[must_use]
pub fn may_see_appointment(caller: &Caller, visit: &Visit, proxy: bool) -> bool {
    let auditor = caller.is(Role::Auditor) && caller.clinics.covers(visit.clinic);
    auditor || capacity(caller, visit, proxy).is_some()
}

/// Returns whether the caller may see and change a patient's card: the patient or a proxy, the front desk.
#[must_use]
pub fn may_see_patient(caller: &Caller, patient: PatientId, proxy: bool) -> bool {
    caller.patient == Some(patient)
        || proxy
        || caller.is(Role::Receptionist)
        || caller.is(Role::Admin)
}

/// Returns whether the caller may see a doctor's day at a clinic, or at all clinics where none is named.
#[must_use]
pub fn may_see_day_of(caller: &Caller, doctor: DoctorId, clinic: Option<ClinicId>) -> bool {
    if caller.doctor == Some(doctor) {
        return true;
    }
    match clinic {
        Some(clinic) => caller.is_staff_at(clinic),
        None => caller.is(Role::Admin) && caller.clinics == domain::ClinicScope::All,
    }
}

/// Returns whether the caller may see what was paid for a patient at a clinic: the patient or a proxy, those who keep
/// the clinic's books. The doctor sees the visit, and has nothing to do with its money.
#[must_use]
pub fn may_see_payment(caller: &Caller, patient: PatientId, clinic: ClinicId, proxy: bool) -> bool {
    caller.patient == Some(patient) || proxy || keeps_books_of(caller, clinic)
}

/// Returns whether the caller sees all money of a clinic: its front desk, its admins and auditors.
#[must_use]
pub fn keeps_books_of(caller: &Caller, clinic: ClinicId) -> bool {
    keeps_books_somewhere(caller) && caller.clinics.covers(clinic)
}

/// Returns whether the caller sees the money of any clinic.
#[must_use]
pub fn keeps_books_somewhere(caller: &Caller) -> bool {
    [Role::Receptionist, Role::Admin, Role::Auditor]
        .into_iter()
        .any(|role| caller.is(role))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, TimeDelta};
    use domain::{AccountId, AppointmentId, ClinicScope, Currency, Money, Slot};
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn caller(role: Role) -> Caller {
        Caller {
            account: AccountId::from_uuid(id(1)),
            roles: BTreeSet::from([role]),
            clinics: ClinicScope::Only(BTreeSet::from([ClinicId::from_uuid(id(10))])),
            patient: None,
            doctor: None,
        }
    }

    fn visit() -> Visit {
        let start = DateTime::UNIX_EPOCH;
        Visit {
            appointment: AppointmentId::from_uuid(id(9)),
            clinic: ClinicId::from_uuid(id(10)),
            doctor: DoctorId::from_uuid(id(11)),
            patient: PatientId::from_uuid(id(12)),
            slot: Slot::new(start, start + TimeDelta::minutes(15)).unwrap(),
            fee: Money::zero(Currency::Inr),
            paid_by: None,
            shortest_move: None,
        }
    }

    #[test]
    fn the_patient_the_doctor_and_the_clinic_stand_to_it_each_in_their_own_capacity() {
        let patient = Caller {
            patient: Some(visit().patient),
            ..caller(Role::Patient)
        };
        let doctor = Caller {
            doctor: Some(visit().doctor),
            ..caller(Role::Doctor)
        };
        assert_eq!(
            capacity(&patient, &visit(), false),
            Some(CancelledBy::Patient)
        );
        assert_eq!(
            capacity(&doctor, &visit(), false),
            Some(CancelledBy::Doctor)
        );
        assert_eq!(
            capacity(&caller(Role::Receptionist), &visit(), false),
            Some(CancelledBy::Clinic)
        );
        assert_eq!(
            capacity(&caller(Role::Admin), &visit(), false),
            Some(CancelledBy::Clinic)
        );
    }

    #[test]
    fn strangers_stand_in_no_capacity_to_it() {
        let other_patient = Caller {
            patient: Some(PatientId::from_uuid(id(99))),
            ..caller(Role::Patient)
        };
        let other_doctor = Caller {
            doctor: Some(DoctorId::from_uuid(id(99))),
            ..caller(Role::Doctor)
        };
        let elsewhere = ClinicScope::Only(BTreeSet::from([ClinicId::from_uuid(id(98))]));
        let other_desk = Caller {
            clinics: elsewhere,
            ..caller(Role::Receptionist)
        };
        for stranger in [
            other_patient,
            other_doctor,
            other_desk,
            caller(Role::Auditor),
        ] {
            assert_eq!(capacity(&stranger, &visit(), false), None);
        }
    }

    #[test]
    fn a_proxy_stands_where_the_patient_stands() {
        assert_eq!(
            capacity(&caller(Role::Patient), &visit(), true),
            Some(CancelledBy::Patient)
        );
    }

    #[test]
    fn the_visits_doctor_who_also_works_at_the_desk_acts_as_what_each_step_takes() {
        let both = Caller {
            doctor: Some(visit().doctor),
            roles: BTreeSet::from([Role::Doctor, Role::Receptionist]),
            ..caller(Role::Doctor)
        };
        for (step, role) in [
            (Step::Arrive, Role::Receptionist),
            (Step::Start, Role::Doctor),
            (Step::Complete, Role::Doctor),
            (Step::MarkNoShow, Role::Receptionist),
        ] {
            assert_eq!(attending_as(&both, &visit(), step), Some(role));
        }
    }

    #[test]
    fn another_doctor_who_administers_the_clinic_acts_as_its_admin() {
        let other = Caller {
            doctor: Some(DoctorId::from_uuid(id(99))),
            roles: BTreeSet::from([Role::Doctor, Role::Admin]),
            ..caller(Role::Doctor)
        };
        assert_eq!(
            attending_as(&other, &visit(), Step::Start),
            Some(Role::Admin)
        );
    }

    #[test]
    fn whom_a_visit_does_not_concern_attends_it_in_no_role() {
        let patient = Caller {
            patient: Some(visit().patient),
            ..caller(Role::Patient)
        };
        let elsewhere = Caller {
            clinics: ClinicScope::Only(BTreeSet::from([ClinicId::from_uuid(id(98))])),
            ..caller(Role::Receptionist)
        };
        for stranger in [
            patient,
            elsewhere,
            caller(Role::Doctor),
            caller(Role::Auditor),
        ] {
            assert_eq!(attending_as(&stranger, &visit(), Step::Start), None);
        }
    }

    #[test]
    fn an_auditor_sees_what_they_cannot_touch() {
        assert!(may_see_appointment(&caller(Role::Auditor), &visit(), false));
    }

    #[test]
    fn the_payer_and_the_clinics_bookkeepers_see_a_payment_and_the_doctor_does_not() {
        let (patient_id, clinic) = (visit().patient, visit().clinic);
        let patient = Caller {
            patient: Some(visit().patient),
            ..caller(Role::Patient)
        };
        let doctor = Caller {
            doctor: Some(visit().doctor),
            ..caller(Role::Doctor)
        };
        let elsewhere = Caller {
            clinics: ClinicScope::Only(BTreeSet::from([ClinicId::from_uuid(id(98))])),
            ..caller(Role::Admin)
        };
        let seen = |caller: &Caller| may_see_payment(caller, patient_id, clinic, false);
        assert!(seen(&patient));
        assert!(may_see_payment(
            &caller(Role::Patient),
            patient_id,
            clinic,
            true
        ));
        for role in [Role::Receptionist, Role::Admin, Role::Auditor] {
            assert!(seen(&caller(role)), "{role}");
        }
        for stranger in [doctor, elsewhere, caller(Role::Patient)] {
            assert!(!seen(&stranger));
        }
    }
}
