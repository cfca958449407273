//! Tests of the rules of vital signs, one for each.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::test_fixtures::{
    account_id, appointment_id, clinic_id, doctor_id, instant, now, patient_id, reason,
};
use crate::values::{Actor, Role, VitalsId};

fn quantity(value: &str, unit: &str) -> Quantity {
    let value = MeasuredValue::parse(value).unwrap();
    Quantity::new(value, unit.parse().unwrap())
}

fn parse(entered: &[(VitalSign, &str, &str)]) -> Result<Measurements, Vec<InvalidMeasurement>> {
    let entered = entered
        .iter()
        .map(|(sign, value, unit)| (*sign, quantity(value, unit)));
    Measurements::parse(entered.collect())
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn fever() -> Measurements {
    parse(&[(VitalSign::Temperature, "101.3", "[degF]")]).unwrap()
}

fn doctor() -> Actor {
    Actor::account(account_id(2), Role::Doctor)
}

fn patient() -> Actor {
    Actor::account(account_id(1), Role::Patient)
}

fn record(by: Actor) -> RecordVitals {
    RecordVitals {
        vitals: VitalsId::from_uuid(Uuid::from_u128(0x71)),
        patient: patient_id(),
        taken_at: now() - TimeDelta::minutes(5),
        appointment: Some(appointment_id()),
        clinic: Some(clinic_id(1)),
        measurements: fever(),
        sensitivity: None,
        doctor: Some(doctor_id()),
        by,
        at: now(),
    }
}

fn recorded(by: Actor) -> VitalsEvent {
    VitalsEvent::Recorded(VitalsRecorded {
        vitals: VitalsId::from_uuid(Uuid::from_u128(0x71)),
        patient: patient_id(),
        taken_at: now() - TimeDelta::minutes(5),
        appointment: Some(appointment_id()),
        clinic: Some(clinic_id(1)),
        doctor: Some(doctor_id()),
        by,
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(VitalsRecordedPhi {
            measurements: fever(),
            sensitivity: None,
        }),
    })
}

fn correct(by: Actor) -> CorrectVitals {
    CorrectVitals {
        taken_at: now(),
        measurements: fever(),
        sensitivity: None,
        reason: reason("Mistyped"),
        doctor: None,
        by,
        at: now(),
    }
}

fn corrected(by: Actor, corrects: u32) -> VitalsEvent {
    VitalsEvent::Corrected(VitalsCorrected {
        vitals: VitalsId::from_uuid(Uuid::from_u128(0x71)),
        patient: patient_id(),
        corrects,
        revision: corrects + 1,
        taken_at: now(),
        doctor: None,
        by,
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(VitalsCorrectedPhi {
            measurements: fever(),
            sensitivity: None,
            reason: reason("Mistyped"),
        }),
    })
}

fn enter_in_error(by: Actor) -> VitalsCommand {
    VitalsCommand::EnterInError(EnterVitalsInError {
        reason: reason("Another patient's"),
        doctor: None,
        by,
        at: now(),
    })
}

fn entered_in_error(by: Actor, corrects: u32) -> VitalsEvent {
    VitalsEvent::EnteredInError(VitalsEnteredInError {
        vitals: VitalsId::from_uuid(Uuid::from_u128(0x71)),
        patient: patient_id(),
        corrects,
        revision: corrects + 1,
        doctor: None,
        by,
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(EnteredInErrorPhi {
            reason: reason("Another patient's"),
        }),
    })
}

fn given(events: &[VitalsEvent]) -> AggregateTestExecutor<Vitals> {
    TestFramework::with(()).given(events.to_vec())
}

#[test]
fn a_set_is_recorded() {
    given(&[])
        .when(VitalsCommand::Record(record(doctor())))
        .then_expect_events(vec![recorded(doctor())]);
}

#[test]
fn a_set_is_recorded_once() {
    given(&[recorded(doctor())])
        .when(VitalsCommand::Record(record(doctor())))
        .then_expect_error(VitalsRefusal::AlreadyRecorded);
}

#[test]
fn nothing_is_measured_in_the_future_or_before_1900() {
    for (taken_at, refusal) in [
        (now() + TimeDelta::seconds(1), VitalsRefusal::TakenInFuture),
        (
            instant("1899-12-31T23:59:59Z"),
            VitalsRefusal::TakenTooLongAgo,
        ),
    ] {
        let command = RecordVitals {
            taken_at,
            ..record(doctor())
        };
        given(&[])
            .when(VitalsCommand::Record(command))
            .then_expect_error(refusal);
        let command = CorrectVitals {
            taken_at,
            ..correct(doctor())
        };
        given(&[recorded(doctor())])
            .when(VitalsCommand::Correct(command))
            .then_expect_error(refusal);
    }
}

#[test]
fn a_correction_names_the_revision_that_it_corrects() {
    given(&[recorded(doctor())])
        .when(VitalsCommand::Correct(correct(doctor())))
        .then_expect_events(vec![corrected(doctor(), 1)]);
    given(&[recorded(doctor()), corrected(doctor(), 1)])
        .when(VitalsCommand::Correct(correct(doctor())))
        .then_expect_events(vec![corrected(doctor(), 2)]);
}

#[test]
fn patients_change_what_patients_recorded_and_doctors_everything() {
    for command in [
        VitalsCommand::Correct(correct(patient())),
        enter_in_error(patient()),
    ] {
        given(&[recorded(doctor())])
            .when(command)
            .then_expect_error(VitalsRefusal::RecordedByStaff);
    }
    given(&[recorded(patient())])
        .when(VitalsCommand::Correct(correct(patient())))
        .then_expect_events(vec![corrected(patient(), 1)]);
    given(&[recorded(patient())])
        .when(VitalsCommand::Correct(correct(doctor())))
        .then_expect_events(vec![corrected(doctor(), 1)]);
}

#[test]
fn a_set_that_was_entered_in_error_stays_so() {
    let history = [recorded(patient()), entered_in_error(patient(), 1)];
    given(&history[..1])
        .when(enter_in_error(patient()))
        .then_expect_events(vec![history[1].clone()]);
    given(&history)
        .when(enter_in_error(doctor()))
        .then_expect_events(vec![]);
    given(&history)
        .when(VitalsCommand::Correct(correct(doctor())))
        .then_expect_error(VitalsRefusal::EnteredInError);
}

#[test]
fn what_was_never_recorded_is_not_changed() {
    for command in [
        VitalsCommand::Correct(correct(doctor())),
        enter_in_error(doctor()),
    ] {
        given(&[])
            .when(command)
            .then_expect_error(VitalsRefusal::NotFound);
    }
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    for event in [corrected(doctor(), 1), entered_in_error(doctor(), 1)] {
        assert_eq!(evolve(Vitals::Unrecorded, &event), Vitals::Unrecorded);
    }
    let done = [recorded(doctor()), entered_in_error(doctor(), 1)];
    let done = done.iter().fold(Vitals::default(), evolve);
    for event in [recorded(patient()), corrected(doctor(), 1)] {
        assert_eq!(evolve(done.clone(), &event), done);
    }
}

#[test]
fn a_value_is_kept_as_it_was_entered_and_derived_exactly() {
    let entered = quantity("98.60", "[degF]");
    assert_eq!(entered.value().to_string(), "98.60");
    assert_eq!(entered.canonical().to_string(), "37");
    for (value, unit, canonical) in [
        ("98.7", "[degF]", "37.06"),
        ("100.4", "[degF]", "38"),
        ("77", "[degF]", "25"),
        ("5.55", "mmol/L", "99.99"),
        ("150", "[lb_av]", "68.04"),
        ("3250", "g", "3.25"),
        ("64", "[in_i]", "162.56"),
        ("37.50", "Cel", "37.50"),
    ] {
        assert_eq!(
            quantity(value, unit).canonical().to_string(),
            canonical,
            "{value} {unit}"
        );
    }
}

#[test]
fn a_value_is_a_plain_decimal_number() {
    for raw in [
        "", "-1", "+1", ".5", "5.", "1e2", "1,5", "1.2.3", "1234567", "1.2345", "NaN", "１", " 1",
    ] {
        assert_eq!(MeasuredValue::parse(raw), Err(InvalidValue), "{raw:?}");
    }
}

#[test]
fn what_no_living_patient_has_is_refused_with_the_range() {
    let told = |sign, value, unit| {
        let refused = parse(&[(sign, value, unit)]).unwrap_err();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].sign(), Some(sign));
        refused[0].to_string()
    };
    assert_eq!(
        told(VitalSign::Temperature, "98.6", "Cel"),
        "temperature lies between 25 and 45 Cel"
    );
    assert_eq!(
        told(VitalSign::Temperature, "37", "[degF]"),
        "temperature lies between 77 and 113 [degF]"
    );
    assert_eq!(
        told(VitalSign::Weight, "0", "kg"),
        "weight lies between 0.3 and 650 kg"
    );
    assert_eq!(
        told(VitalSign::OxygenSaturation, "100.1", "%"),
        "oxygenSaturation lies between 30 and 100 %"
    );
    assert_eq!(
        told(VitalSign::Pulse, "72.5", "/min"),
        "pulse in /min has at most 0 decimals"
    );
    assert_eq!(
        told(VitalSign::Height, "170", "kg"),
        "height is measured in cm or what is converted to it"
    );
}

#[test]
fn both_ends_of_each_range_are_plausible_in_every_unit() {
    for sign in VitalSign::ALL {
        let units = Unit::ALL
            .iter()
            .filter(|unit| unit.canonical() == sign.unit());
        for unit in units {
            let range = sign.plausible(*unit);
            for bound in [range.min, range.max] {
                let entered = BTreeMap::from([(*sign, quantity(&bound.to_string(), unit.code()))]);
                let refused = Measurements::parse(entered).err().unwrap_or_default();
                let refused = refused.iter().filter(|refused| {
                    !matches!(refused, InvalidMeasurement::PressureIncomplete { .. })
                });
                assert_eq!(refused.count(), 0, "{sign} {bound} {unit}");
            }
        }
    }
}

#[test]
fn blood_pressure_has_two_values_in_order() {
    use VitalSign::{DiastolicPressure, SystolicPressure};
    let mercury = "mm[Hg]";
    let both = parse(&[
        (SystolicPressure, "120", mercury),
        (DiastolicPressure, "80", mercury),
    ]);
    assert!(both.is_ok());
    assert_eq!(
        parse(&[(SystolicPressure, "120", mercury)]),
        Err(vec![InvalidMeasurement::PressureIncomplete {
            sign: SystolicPressure
        }])
    );
    assert_eq!(
        parse(&[
            (SystolicPressure, "80", mercury),
            (DiastolicPressure, "120", mercury)
        ]),
        Err(vec![InvalidMeasurement::PressuresReversed])
    );
    assert_eq!(parse(&[]), Err(vec![InvalidMeasurement::Empty]));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let refused = parse(&[
        (VitalSign::Pulse, "9999", "/min"),
        (VitalSign::Weight, "70", "cm"),
    ]);
    assert_eq!(refused.unwrap_err().len(), 2);
}

#[test]
fn the_body_mass_index_is_derived_from_weight_and_height() {
    let index = |weight: (&str, &str), height: (&str, &str)| {
        parse(&[
            (VitalSign::Weight, weight.0, weight.1),
            (VitalSign::Height, height.0, height.1),
        ])
        .unwrap()
        .body_mass_index()
    };
    assert_eq!(
        index(("61.25", "kg"), ("163.5", "cm")),
        Some(decimal("22.9"))
    );
    assert_eq!(
        index(("154", "[lb_av]"), ("69", "[in_i]")),
        Some(decimal("22.7"))
    );
    assert_eq!(fever().body_mass_index(), None);
}

#[test]
fn each_code_names_one_sign() {
    for sign in VitalSign::ALL {
        let derived = DerivedSign::from_loinc(sign.loinc());
        assert_eq!(derived, Some(DerivedSign::Measured(*sign)));
    }
    let index = DerivedSign::from_loinc("39156-5").unwrap();
    assert_eq!(
        (index, index.loinc(), index.unit()),
        (DerivedSign::BodyMassIndex, "39156-5", "kg/m2")
    );
    assert_eq!(DerivedSign::from_loinc("8310"), None);
}

#[test]
fn names_and_codes_are_those_that_are_stored() {
    for sign in VitalSign::ALL {
        assert_eq!(serde_json::to_value(sign).unwrap(), sign.as_str());
    }
    for unit in Unit::ALL {
        assert_eq!(serde_json::to_value(unit).unwrap(), unit.code());
        assert_eq!(unit.code().parse(), Ok(*unit));
    }
}

#[test]
fn measurements_hide_from_debug_output() {
    let shown = format!("{:?} {:?}", fever(), record(doctor()));
    assert!(!shown.contains("101"), "{shown}");
}
