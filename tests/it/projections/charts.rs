//! Charts of the scenario: each kind of entry of Asha's, in each status, and one of Ravi's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::record::health_summary::{
    AddItem, CorrectItem, EndItem, EnterItemInError, FamilyHistory, FamilyMember, HealthSummary,
    HealthSummaryCommand, Immunisation, Problem, SocialHistory, SocialTopic, SummaryContent,
};
use domain::record::vitals::{
    CorrectVitals, EnterVitalsInError, MeasuredValue, Measurements, Quantity, RecordVitals, Unit,
    VitalSign, Vitals, VitalsCommand,
};
use domain::record::{Diagnosis, PartialDate, Sensitivity};
use domain::{Actor, Reason, Role, SensitiveCategory, SummaryItemId, VitalsId};
use uuid::Uuid;

use super::fixture::{History, account, appointment, at, clinic, doctor, patient};
use super::scenario::{ASHA, MEERA, PUNE, RAVI, today};

pub fn vitals(number: u128) -> VitalsId {
    VitalsId::from_uuid(Uuid::from_u128(0x71 << 64 | number))
}

pub fn item(number: u128) -> SummaryItemId {
    SummaryItemId::from_uuid(Uuid::from_u128(0x72 << 64 | number))
}

/// Asha's temperature was measured by Meera and corrected, her own pulse is the second set, and the third was Ravi's;
/// her problem was corrected and ended, and another was never hers.
pub async fn charts(history: &History) {
    for (number, who, by, taken) in [
        (1, ASHA, meera(), "2026-02-27T08:00:00Z"),
        (2, ASHA, asha(), "2026-02-28T08:00:00Z"),
        (3, ASHA, asha(), "2026-02-28T20:00:00Z"),
        (4, RAVI, meera(), "2026-02-28T20:00:00Z"),
    ] {
        let record = record(number, who, by, at(taken));
        history
            .run::<Vitals>(vitals(number).as_uuid(), record)
            .await;
    }
    let correct = VitalsCommand::Correct(CorrectVitals {
        taken_at: at("2026-02-27T09:00:00Z"),
        measurements: temperature("99.5"),
        sensitivity: None,
        reason: complaint(),
        doctor: Some(doctor(MEERA)),
        by: meera(),
        at: today(),
    });
    history.run::<Vitals>(vitals(1).as_uuid(), correct).await;
    let in_error = VitalsCommand::EnterInError(EnterVitalsInError {
        reason: complaint(),
        doctor: None,
        by: asha(),
        at: today(),
    });
    history.run::<Vitals>(vitals(3).as_uuid(), in_error).await;
    for (number, content) in [
        (1, problem("Asthma", "J45.9")),
        (2, vaccination()),
        (3, family()),
        (4, smoking()),
        (5, problem("Anaemia", "D50")),
    ] {
        summarise(history, add(number, content)).await;
    }
    summarise(
        history,
        correct_item(1, problem("Asthma, allergic", "J45.0")),
    )
    .await;
    summarise(history, end(1)).await;
    summarise(history, enter_in_error(5)).await;
}

pub fn meera() -> Actor {
    Actor::account(account(20), Role::Doctor)
}

/// Belongs to a sensitive category, as whatever corrects it leaves it.
pub fn hiv() -> Sensitivity {
    Sensitivity {
        added: [SensitiveCategory::Hiv].into(),
        ..Sensitivity::default()
    }
}

fn asha() -> Actor {
    Actor::account(account(21), Role::Patient)
}

pub fn complaint() -> Reason {
    Reason::parse("complaint of a chart").unwrap()
}

fn temperature(value: &str) -> Measurements {
    let value = MeasuredValue::parse(value).unwrap();
    let quantity = Quantity::new(value, Unit::Fahrenheit);
    Measurements::parse(BTreeMap::from([(VitalSign::Temperature, quantity)])).unwrap()
}

fn record(number: u128, who: u128, by: Actor, taken_at: DateTime<Utc>) -> VitalsCommand {
    let by_doctor = by.role() == Some(Role::Doctor);
    VitalsCommand::Record(RecordVitals {
        vitals: vitals(number),
        patient: patient(who),
        taken_at,
        appointment: by_doctor.then(|| appointment(1)),
        clinic: by_doctor.then(|| clinic(PUNE)),
        measurements: temperature("98.60"),
        sensitivity: Some(hiv()),
        doctor: by_doctor.then(|| doctor(MEERA)),
        by,
        at: today(),
    })
}

async fn summarise(history: &History, command: HealthSummaryCommand) {
    let patient = patient(ASHA).as_uuid();
    history.run::<HealthSummary>(patient, command).await;
}

fn diagnosis(condition: &str, code: &str) -> Diagnosis {
    Diagnosis {
        condition: condition.parse().unwrap(),
        icd10: Some(code.parse().unwrap()),
    }
}

fn problem(condition: &str, code: &str) -> SummaryContent {
    SummaryContent::Problem(Problem {
        diagnosis: diagnosis(condition, code),
        onset: Some(PartialDate::parse("2019").unwrap()),
        remark: None,
    })
}

fn vaccination() -> SummaryContent {
    SummaryContent::Immunisation(Immunisation {
        vaccine: "Hepatitis B".parse().unwrap(),
        given_on: PartialDate::parse("2020-02").unwrap(),
        dose_number: None,
        lot: None,
        remark: None,
    })
}

fn family() -> SummaryContent {
    SummaryContent::FamilyHistory(FamilyHistory {
        relative: FamilyMember::Mother,
        diagnosis: diagnosis("Breast cancer", "C50"),
        onset_age: None,
        remark: None,
    })
}

fn smoking() -> SummaryContent {
    SummaryContent::SocialHistory(SocialHistory {
        topic: SocialTopic::Tobacco,
        statement: "Ten a day".parse().unwrap(),
        since: None,
    })
}

fn add(number: u128, content: SummaryContent) -> HealthSummaryCommand {
    HealthSummaryCommand::Add(AddItem {
        patient: patient(ASHA),
        item: item(number),
        content,
        sensitivity: Some(hiv()),
        appointment: Some(appointment(1)),
        clinic: Some(clinic(PUNE)),
        doctor: Some(doctor(MEERA)),
        by: meera(),
        at: today(),
    })
}

fn correct_item(number: u128, content: SummaryContent) -> HealthSummaryCommand {
    HealthSummaryCommand::Correct(CorrectItem {
        item: item(number),
        content,
        sensitivity: None,
        reason: complaint(),
        doctor: Some(doctor(MEERA)),
        by: meera(),
        at: today(),
    })
}

fn end(number: u128) -> HealthSummaryCommand {
    HealthSummaryCommand::End(EndItem {
        item: item(number),
        ended_on: Some(PartialDate::parse("2026-02").unwrap()),
        reason: None,
        doctor: Some(doctor(MEERA)),
        by: meera(),
        at: today(),
    })
}

fn enter_in_error(number: u128) -> HealthSummaryCommand {
    HealthSummaryCommand::EnterInError(EnterItemInError {
        item: item(number),
        reason: complaint(),
        doctor: Some(doctor(MEERA)),
        by: meera(),
        at: today(),
    })
}
