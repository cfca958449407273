//! Vital signs of a patient at a time, as integers in tenths and whole units.

use std::collections::BTreeMap;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use domain::vitals::{MeasuredValue, Measurements, Quantity, Unit, VitalSign};

use super::background::height;
use super::scenario::Signs;
use crate::chance::Chance;
use crate::patients::Person;

/// Units in which a clinic measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    /// °F and mg/dL, as in India.
    India,
    /// °C and mmol/L, as in Britain.
    Britain,
}

/// A patient whose vital signs go from those of the first visit to those of the last one.
pub(super) struct Body<'a> {
    pub(super) patient: usize,
    pub(super) person: &'a Person,
    pub(super) signs: Signs,
    pub(super) units: Units,
}

/// The part of a course that is over, in hundredths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress(pub(super) i32);

impl Progress {
    fn between(self, (first, last): (i32, i32)) -> i32 {
        first + (last - first) * self.0 / 100
    }
}

impl Body<'_> {
    /// What is measured at a visit.
    pub(super) fn at_a_visit(
        &self,
        progress: Progress,
        at: DateTime<Utc>,
        chance: &mut Chance,
    ) -> anyhow::Result<Measurements> {
        use VitalSign::{
            DiastolicPressure, Glucose, Height, OxygenSaturation, Pulse, Respiration,
            SystolicPressure, Temperature, Weight,
        };
        let mut signs = vec![Pulse, Weight, Height];
        if self.age(at) >= 10 {
            signs.extend([SystolicPressure, DiastolicPressure]);
        }
        let measured = [
            (Respiration, self.signs.respiration),
            (Temperature, self.signs.temperature),
            (OxygenSaturation, self.signs.saturation),
            (Glucose, self.signs.glucose),
        ];
        let measured = measured.into_iter().filter(|(_, range)| range.is_some());
        signs.extend(measured.map(|(sign, _)| sign));
        self.measure(&signs, progress, at, chance)
    }

    /// Measures these signs.
    pub(super) fn measure(
        &self,
        signs: &[VitalSign],
        progress: Progress,
        at: DateTime<Utc>,
        chance: &mut Chance,
    ) -> anyhow::Result<Measurements> {
        let systolic = self.systolic(progress, at) + jitter(chance, 6);
        let mut entered = BTreeMap::new();
        for sign in signs {
            let (tenths, unit) = self.value(*sign, systolic, progress, at, chance);
            let value = match unit.decimals() {
                0 => (tenths / 10).to_string(),
                _ => format!("{}.{}", tenths / 10, tenths % 10),
            };
            entered.insert(*sign, Quantity::new(MeasuredValue::parse(&value)?, unit));
        }
        Measurements::parse(entered).map_err(|flaws| anyhow!("{flaws:?}"))
    }

    /// Returns a sign in tenths of its unit.
    fn value(
        &self,
        sign: VitalSign,
        systolic: i32,
        progress: Progress,
        at: DateTime<Utc>,
        chance: &mut Chance,
    ) -> (i32, Unit) {
        let given = |range: Option<(i32, i32)>, usual| progress.between(range.unwrap_or(usual));
        let Signs {
            pulse,
            respiration,
            temperature,
            saturation,
            glucose,
            ..
        } = self.signs;
        match sign {
            VitalSign::SystolicPressure => (10 * systolic, Unit::MillimetreOfMercury),
            VitalSign::DiastolicPressure => {
                let diastolic = systolic * 47 / 100 + 20 + jitter(chance, 3);
                (10 * diastolic, Unit::MillimetreOfMercury)
            }
            VitalSign::Pulse => {
                let usual = if self.age(at) < 10 {
                    (96, 96)
                } else {
                    (72, 72)
                };
                (
                    10 * (given(pulse, usual) + jitter(chance, 5)),
                    Unit::PerMinute,
                )
            }
            VitalSign::Respiration => {
                let breaths = given(respiration, (15, 15)) + jitter(chance, 1);
                (10 * breaths, Unit::PerMinute)
            }
            VitalSign::Temperature => self.temperature(given(temperature, (367, 367)), chance),
            VitalSign::OxygenSaturation => {
                let percent = given(saturation, (98, 98)) + jitter(chance, 1);
                (10 * percent.min(100), Unit::Percent)
            }
            VitalSign::Glucose => self.glucose(given(glucose, (92, 92)) + jitter(chance, 9)),
            VitalSign::Weight => (
                self.weight(progress, at) + jitter(chance, 5),
                Unit::Kilogram,
            ),
            VitalSign::Height => (10 * self.height(at), Unit::Centimetre),
        }
    }

    fn temperature(&self, tenths: i32, chance: &mut Chance) -> (i32, Unit) {
        let celsius = tenths + jitter(chance, 2);
        match self.units {
            Units::India => (celsius * 9 / 5 + 320, Unit::Fahrenheit),
            Units::Britain => (celsius, Unit::Celsius),
        }
    }

    fn glucose(&self, milligrams: i32) -> (i32, Unit) {
        match self.units {
            Units::India => (10 * milligrams, Unit::MilligramPerDecilitre),
            Units::Britain => (milligrams * 100 / 180, Unit::MillimolePerLitre),
        }
    }

    fn systolic(&self, progress: Progress, at: DateTime<Utc>) -> i32 {
        let age = self.age(at);
        let usual = if age < 18 {
            90 + 2 * age
        } else {
            108 + age / 3
        };
        progress.between(self.signs.systolic.unwrap_or((usual, usual)))
    }

    /// In centimetres. Children grow by six a year.
    fn height(&self, at: DateTime<Utc>) -> i32 {
        let (shortest, more) = height(self.person.gender);
        let grown = shortest + self.number(7) % more;
        match self.age(at) {
            age @ 0..18 => (78 + 6 * age).min(grown),
            _ => grown,
        }
    }

    /// In tenths of a kilogram.
    fn weight(&self, progress: Progress, at: DateTime<Utc>) -> i32 {
        let height = self.height(at);
        let mass = match self.age(at) {
            0..18 => 160 + self.number(3) % 25,
            _ => 205 + self.number(13) % 70 + progress.between(self.signs.mass),
        };
        mass * height * height / 10_000
    }

    fn age(&self, at: DateTime<Utc>) -> i32 {
        i32::try_from(self.person.age_on(at.date_naive())).unwrap_or_default()
    }

    /// A number of the patient's own.
    fn number(&self, step: i32) -> i32 {
        (5 + i32::try_from(self.patient).unwrap_or_default()) * step
    }
}

/// A number from `-most` to `most`.
fn jitter(chance: &mut Chance, most: i32) -> i32 {
    let number = chance.below(usize::try_from(2 * most + 1).unwrap_or(1));
    i32::try_from(number).unwrap_or_default() - most
}
