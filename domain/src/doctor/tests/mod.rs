//! Tests of the doctor's rules, one for each.

mod affiliations;
mod suspension;

use chrono::Weekday;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::clinic::ClinicFacts;
use crate::phi::Phi;
use crate::test_fixtures::{
    admin, clinic, clinic_id, doctor_id, inr, minutes, name, now, opening, week, zone,
};
use crate::values::{Currency, Money, WeeklyHours};

pub(super) fn given(events: &[DoctorEvent]) -> AggregateTestExecutor<Doctor> {
    TestFramework::with(()).given(events.to_vec())
}

pub(super) fn after(events: &[DoctorEvent]) -> Doctor {
    events.iter().fold(Doctor::default(), evolve)
}

fn registration() -> RegisterDoctor {
    RegisterDoctor {
        doctor: doctor_id(),
        name: name("Meera Iyer"),
        specialisations: ["cardiology".parse().unwrap()].into(),
        languages: ["hi".parse().unwrap(), "en".parse().unwrap()].into(),
        by: admin(),
        at: now(),
    }
}

fn register() -> DoctorCommand {
    DoctorCommand::Register(registration())
}

pub(super) fn registered() -> DoctorEvent {
    let RegisterDoctor {
        doctor,
        name,
        specialisations,
        languages,
        by,
        at,
    } = registration();
    let (subject, phi) = (doctor.subject(), Phi::Clear(DoctorRegisteredPhi { name }));
    DoctorEvent::Registered(DoctorRegistered {
        doctor,
        specialisations,
        languages,
        by,
        at,
        subject,
        phi,
    })
}

fn affiliate(clinic: ClinicFacts, fee: Money) -> DoctorCommand {
    let (by, at) = (admin(), now());
    DoctorCommand::Affiliate(AffiliateDoctor {
        clinic,
        fee,
        slot_length: minutes(20),
        by,
        at,
    })
}

pub(super) fn affiliated(facts: ClinicFacts) -> DoctorEvent {
    DoctorEvent::Affiliated(DoctorAffiliated {
        doctor: doctor_id(),
        clinic: facts.clinic,
        zone: facts.zone,
        fee: inr(50_000),
        slot_length: minutes(20),
        by: admin(),
        at: now(),
    })
}

fn set_terms(fee: Money) -> DoctorCommand {
    let (clinic, by, at) = (clinic_id(1), admin(), now());
    DoctorCommand::SetTerms(SetTerms {
        clinic,
        fee,
        slot_length: minutes(20),
        by,
        at,
    })
}

fn terms_set(fee: Money) -> DoctorEvent {
    DoctorEvent::TermsSet(DoctorTermsSet {
        doctor: doctor_id(),
        clinic: clinic_id(1),
        fee,
        slot_length: minutes(20),
        by: admin(),
        at: now(),
    })
}

pub(super) fn mondays(from: &str, to: &str) -> WeeklyHours {
    week(&[opening(Weekday::Mon, from, to)])
}

pub(super) fn set_hours(at_clinic: u128, hours: WeeklyHours) -> DoctorCommand {
    let (clinic, by, at) = (clinic_id(at_clinic), admin(), now());
    DoctorCommand::SetWeeklyHours(SetWeeklyHours {
        clinic,
        hours,
        by,
        at,
    })
}

pub(super) fn hours_set(at_clinic: u128, hours: WeeklyHours) -> DoctorEvent {
    DoctorEvent::WeeklyHoursSet(DoctorWeeklyHoursSet {
        doctor: doctor_id(),
        clinic: clinic_id(at_clinic),
        hours,
        by: admin(),
        at: now(),
    })
}

fn verify() -> DoctorCommand {
    DoctorCommand::Verify(VerifyDoctor {
        by: admin(),
        at: now(),
    })
}

fn verified() -> DoctorEvent {
    DoctorEvent::Verified(DoctorVerified {
        doctor: doctor_id(),
        by: admin(),
        at: now(),
    })
}

#[test]
fn a_doctor_can_be_registered() {
    given(&[])
        .when(register())
        .then_expect_events(vec![registered()]);
}

#[test]
fn a_doctor_cannot_be_registered_twice() {
    given(&[registered()])
        .when(register())
        .then_expect_error(DoctorRefusal::AlreadyRegistered);
}

#[test]
fn a_doctor_has_one_to_five_specialisations() {
    let with = |count: usize| {
        let specialisations = (0..count)
            .map(|n| format!("field-{n}").parse().unwrap())
            .collect();
        given(&[]).when(DoctorCommand::Register(RegisterDoctor {
            specialisations,
            ..registration()
        }))
    };
    with(0).then_expect_error(DoctorRefusal::NoSpecialisation);
    assert!(with(5).inspect_result().is_ok());
    with(6).then_expect_error(DoctorRefusal::TooManySpecialisations { max: 5 });
}

#[test]
fn a_doctor_speaks_one_to_ten_languages() {
    let with = |count: u8| {
        let languages = (0..count)
            .map(|n| format!("a{}", char::from(b'a' + n)).parse().unwrap())
            .collect();
        given(&[]).when(DoctorCommand::Register(RegisterDoctor {
            languages,
            ..registration()
        }))
    };
    with(0).then_expect_error(DoctorRefusal::NoLanguage);
    assert!(with(10).inspect_result().is_ok());
    with(11).then_expect_error(DoctorRefusal::TooManyLanguages { max: 10 });
}

#[test]
fn a_doctor_can_be_verified() {
    given(&[registered()])
        .when(verify())
        .then_expect_events(vec![verified()]);
}

#[test]
fn a_verified_doctor_is_not_verified_again() {
    given(&[registered(), verified()])
        .when(verify())
        .then_expect_events(vec![]);
}

#[test]
fn nothing_can_be_asked_of_a_doctor_who_is_not_there() {
    for command in [
        affiliate(clinic(1), inr(50_000)),
        set_terms(inr(0)),
        set_hours(1, WeeklyHours::default()),
        verify(),
    ] {
        given(&[])
            .when(command)
            .then_expect_error(DoctorRefusal::NotFound);
    }
}

#[test]
fn a_booking_learns_of_the_clinic_in_question_only() {
    let hours = mondays("09:00", "12:00");
    let doctor = after(&[
        registered(),
        verified(),
        affiliated(clinic(1)),
        terms_set(inr(100)),
        hours_set(1, hours.clone()),
    ]);
    let facts = doctor.facts_at(clinic_id(1)).unwrap();
    let affiliation = facts.affiliation.unwrap();
    assert!(facts.verified && doctor.is_verified());
    assert_eq!((affiliation.fee, affiliation.hours), (inr(100), hours));
    assert_eq!(doctor.facts_at(clinic_id(2)).unwrap().affiliation, None);
    assert_eq!(Doctor::default().facts_at(clinic_id(1)), None);
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    let hours = || hours_set(1, mondays("09:00", "12:00"));
    for event in [
        affiliated(clinic(1)),
        terms_set(inr(0)),
        hours(),
        verified(),
    ] {
        assert_eq!(evolve(Doctor::Unregistered, &event), Doctor::Unregistered);
    }
    let doctor = after(&[registered()]);
    for event in [registered(), terms_set(inr(0)), hours()] {
        assert_eq!(evolve(doctor.clone(), &event), doctor);
    }
}
