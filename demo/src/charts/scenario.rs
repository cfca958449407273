//! The form of a clinical scenario: what brings a patient, what is found, and what is done about it.
//!
//! In its texts, `{weeks}` and `{side}` differ from patient to patient.

use chrono::{DateTime, Utc};
use domain::Gender;
use domain::prescription::{DoseUnit, Period, Route};
use domain::vitals::VitalSign;

use super::scenarios;
use crate::patients::Person;

/// A clinical scenario. Everything about a visit follows from it, the patient and the number of the visit.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// Specialisations of doctors who treat it.
    pub(super) treated_by: &'static [&'static str],
    /// Youngest and oldest patients, in years.
    pub(super) ages: (u32, u32),
    /// Gender of its patients, if it is of one only.
    pub(super) gender: Option<Gender>,
    /// What brings the patient, in their words.
    pub(crate) reason: &'static str,
    pub(super) diagnosis: Coded,
    pub(super) first: Encounter,
    /// Every visit after the first one.
    pub(super) later: Encounter,
    /// A result that comes in after the first visit.
    pub(super) result: Option<&'static str>,
    pub(super) signs: Signs,
    pub(super) drugs: &'static [Drug],
    /// What the last visit changes about the drugs, and why.
    pub(super) change: Option<(&'static [Drug], &'static str)>,
    pub(super) course: Course,
}

/// A condition with its code of ICD-10.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coded(pub(super) &'static str, pub(super) &'static str);

/// What is written about a visit.
#[derive(Debug)]
pub(super) struct Encounter {
    pub(super) complaint: &'static str,
    pub(super) symptoms: &'static [&'static str],
    pub(super) findings: &'static str,
    pub(super) treatment: &'static str,
}

/// The length of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// It is over after a visit or two.
    Short,
    /// The patient comes every so many months, for years, and measures some signs at home.
    Long {
        every_months: u32,
        at_home: &'static [VitalSign],
    },
}

/// Vital signs at the first visit and at the last one. What is not given is as in health.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// In mm Hg.
    pub(super) systolic: Option<(i32, i32)>,
    /// Per minute.
    pub(super) pulse: Option<(i32, i32)>,
    /// Per minute; measured only where it is given.
    pub(super) respiration: Option<(i32, i32)>,
    /// In tenths of a degree Celsius; measured only where it is given.
    pub(super) temperature: Option<(i32, i32)>,
    /// In percent; measured only where it is given.
    pub(super) saturation: Option<(i32, i32)>,
    /// In mg/dL; measured only where it is given.
    pub(super) glucose: Option<(i32, i32)>,
    /// What is added to the body mass index, in tenths.
    pub(super) mass: (i32, i32),
}

impl Signs {
    pub(super) const HEALTHY: Self = Self {
        systolic: None,
        pulse: None,
        respiration: None,
        temperature: None,
        saturation: None,
        glucose: None,
        mass: (0, 0),
    };
}

/// A drug of a prescription.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drug {
    pub(super) name: &'static str,
    pub(super) ingredients: &'static [&'static str],
    pub(super) strength: &'static str,
    pub(super) dose: (&'static str, DoseUnit),
    pub(super) route: Route,
    pub(super) times: u8,
    pub(super) per: Period,
    pub(super) as_needed: bool,
    pub(super) days: Option<u16>,
    pub(super) instructions: Option<&'static str>,
}

impl Drug {
    /// A tablet, so many times a day until further notice.
    pub(super) const fn tablet(name: &'static str, strength: &'static str, times: u8) -> Self {
        Self::new(name, strength, ("1", DoseUnit::Tablet), Route::Oral, times)
    }

    /// A dose, so many times a day until further notice.
    pub(super) const fn new(
        name: &'static str,
        strength: &'static str,
        dose: (&'static str, DoseUnit),
        route: Route,
        times: u8,
    ) -> Self {
        Self {
            name,
            ingredients: &[],
            strength,
            dose,
            route,
            times,
            per: Period::Day,
            as_needed: false,
            days: None,
            instructions: None,
        }
    }

    pub(super) const fn with(self, ingredients: &'static [&'static str]) -> Self {
        Self {
            ingredients,
            ..self
        }
    }

    pub(super) const fn for_days(self, days: u16) -> Self {
        Self {
            days: Some(days),
            ..self
        }
    }

    pub(super) const fn as_needed(self) -> Self {
        Self {
            as_needed: true,
            ..self
        }
    }

    pub(super) const fn weekly(self) -> Self {
        Self {
            per: Period::Week,
            ..self
        }
    }

    pub(super) const fn told(self, instructions: &'static str) -> Self {
        Self {
            instructions: Some(instructions),
            ..self
        }
    }
}

impl Scenario {
    /// Returns what a doctor of that specialisation treats the patient for: the same each time.
    pub(crate) fn choose(
        specialisation: &str,
        patient: usize,
        person: &Person,
        at: DateTime<Utc>,
    ) -> Option<&'static Self> {
        let treated = |scenario: &&&Self| scenario.treated_by.contains(&specialisation);
        let fitting = |scenario: &&&Self| treated(scenario) && scenario.fits(person, at);
        let fitting: Vec<_> = scenarios::all().filter(fitting).collect();
        fitting
            .get(patient % fitting.len().max(1))
            .copied()
            .copied()
    }

    /// Returns what is treated for years and fits the patient.
    pub(super) fn long(person: &Person, at: DateTime<Utc>) -> Vec<&'static Self> {
        let long = |scenario: &&Self| scenario.course != Course::Short && scenario.fits(person, at);
        scenarios::all().copied().filter(long).collect()
    }

    pub(super) fn fits(&self, person: &Person, at: DateTime<Utc>) -> bool {
        let (youngest, oldest) = self.ages;
        let age = person.age_on(at.date_naive());
        let is_of = |gender| gender == person.gender;
        (youngest..=oldest).contains(&age) && self.gender.is_none_or(is_of)
    }
}
