//! The rules of a doctor's record, one test each.

use chrono::Weekday;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::clinic::ClinicFacts;
use crate::phi::Phi;
use crate::samples::{
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
fn a_doctor_can_be_affiliated_with_several_clinics() {
    given(&[registered(), affiliated(clinic(1))])
        .when(affiliate(clinic(2), inr(50_000)))
        .then_expect_events(vec![affiliated(clinic(2))]);
}

#[test]
fn a_doctor_who_works_at_a_clinic_on_these_terms_is_not_affiliated_again() {
    given(&[registered(), affiliated(clinic(1))])
        .when(affiliate(clinic(1), inr(50_000)))
        .then_expect_events(vec![]);
}

#[test]
fn a_doctor_who_works_at_a_clinic_is_not_affiliated_on_other_terms() {
    given(&[registered(), affiliated(clinic(1))])
        .when(affiliate(clinic(1), inr(60_000)))
        .then_expect_error(DoctorRefusal::AlreadyAffiliated {
            clinic: clinic_id(1),
        });
}

#[test]
fn a_fee_is_in_the_clinics_currency() {
    let dollars = Money::new(5_000, Currency::Usd).unwrap();
    let (charged, given_in) = (Currency::Inr, Currency::Usd);
    let refusal = DoctorRefusal::FeeInForeignCurrency {
        charged,
        given: given_in,
    };
    given(&[registered()])
        .when(affiliate(clinic(1), dollars))
        .then_expect_error(refusal);
    given(&[registered(), affiliated(clinic(1))])
        .when(set_terms(dollars))
        .then_expect_error(refusal);
}

#[test]
fn terms_can_be_set_anew() {
    given(&[registered(), affiliated(clinic(1))])
        .when(set_terms(inr(0)))
        .then_expect_events(vec![terms_set(inr(0))]);
}

#[test]
fn equal_terms_are_no_new_terms() {
    given(&[registered(), affiliated(clinic(1)), terms_set(inr(0))])
        .when(set_terms(inr(0)))
        .then_expect_events(vec![]);
}

#[test]
fn terms_need_an_affiliation() {
    given(&[registered()])
        .when(set_terms(inr(0)))
        .then_expect_error(DoctorRefusal::NotAffiliated {
            clinic: clinic_id(1),
        });
}

#[test]
fn weekly_hours_can_be_set() {
    let hours = mondays("09:00", "12:00");
    given(&[registered(), affiliated(clinic(1))])
        .when(set_hours(1, hours.clone()))
        .then_expect_events(vec![hours_set(1, hours)]);
}

#[test]
fn equal_hours_are_no_new_hours() {
    let hours = mondays("09:00", "12:00");
    given(&[
        registered(),
        affiliated(clinic(1)),
        hours_set(1, hours.clone()),
    ])
    .when(set_hours(1, hours))
    .then_expect_events(vec![]);
}

#[test]
fn weekly_hours_need_an_affiliation() {
    given(&[registered()])
        .when(set_hours(1, WeeklyHours::default()))
        .then_expect_error(DoctorRefusal::NotAffiliated {
            clinic: clinic_id(1),
        });
}

#[test]
fn a_doctor_is_not_at_two_clinics_at_once() {
    given(&[
        registered(),
        affiliated(clinic(1)),
        affiliated(clinic(2)),
        hours_set(1, mondays("09:00", "12:00")),
    ])
    .when(set_hours(2, mondays("11:00", "13:00")))
    .then_expect_error(DoctorRefusal::HoursOverlapAtOtherClinic {
        clinic: clinic_id(1),
    });
}

#[test]
fn a_doctor_may_go_from_one_clinic_to_the_next() {
    let hours = mondays("12:00", "13:00");
    given(&[
        registered(),
        affiliated(clinic(1)),
        affiliated(clinic(2)),
        hours_set(1, mondays("09:00", "12:00")),
    ])
    .when(set_hours(2, hours.clone()))
    .then_expect_events(vec![hours_set(2, hours)]);
}

#[test]
fn hours_on_different_wall_clocks_are_not_compared() {
    let in_london = ClinicFacts {
        zone: zone("Europe/London"),
        ..clinic(2)
    };
    let hours = mondays("09:00", "12:00");
    given(&[
        registered(),
        affiliated(clinic(1)),
        affiliated(in_london),
        hours_set(1, hours.clone()),
    ])
    .when(set_hours(2, hours.clone()))
    .then_expect_events(vec![hours_set(2, hours)]);
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

fn suspend() -> DoctorCommand {
    DoctorCommand::Suspend(SuspendDoctor {
        by: admin(),
        at: now(),
    })
}

fn reinstate() -> DoctorCommand {
    DoctorCommand::Reinstate(ReinstateDoctor {
        by: admin(),
        at: now(),
    })
}

fn suspended() -> DoctorEvent {
    DoctorEvent::Suspended(DoctorSuspended {
        doctor: doctor_id(),
        by: admin(),
        at: now(),
    })
}

fn reinstated() -> DoctorEvent {
    DoctorEvent::Reinstated(DoctorReinstated {
        doctor: doctor_id(),
        by: admin(),
        at: now(),
    })
}

#[test]
fn a_doctor_is_suspended_and_reinstated() {
    given(&[registered()])
        .when(suspend())
        .then_expect_events(vec![suspended()]);
    given(&[registered(), suspended()])
        .when(reinstate())
        .then_expect_events(vec![reinstated()]);
}

#[test]
fn to_suspend_or_reinstate_once_more_is_no_new_fact() {
    given(&[registered(), suspended()])
        .when(suspend())
        .then_expect_events(vec![]);
    given(&[registered(), suspended(), reinstated()])
        .when(reinstate())
        .then_expect_events(vec![]);
}

#[test]
fn nobody_suspends_a_doctor_whom_nobody_registered() {
    for command in [suspend(), reinstate()] {
        given(&[])
            .when(command)
            .then_expect_error(DoctorRefusal::NotFound);
    }
}
