//! A set of vital signs, measured at one time.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::quantity::{Quantity, rounded};
use super::unit::Unit;
use super::vital_sign::{DerivedSign, PlausibleRange, VitalSign};
use crate::values::text::redacted_debug;

/// Reason to refuse a measurement. It tells what is plausible, and never what was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidMeasurement {
    /// Nothing was measured.
    #[error("a set has one vital sign or more")]
    Empty,
    /// The unit is one of other vital signs.
    #[error("{sign} is measured in {expected} or what is converted to it")]
    UnitOfOtherSign {
        /// The vital sign.
        sign: VitalSign,
        /// Its canonical unit.
        expected: Unit,
    },
    /// More decimals than anything can measure.
    #[error("{sign} in {unit} has at most {} decimals", .unit.decimals())]
    TooPrecise {
        /// The vital sign.
        sign: VitalSign,
        /// The unit of the value.
        unit: Unit,
    },
    /// Outside of what a living patient has.
    #[error("{sign} lies between {} and {} {}", .range.min, .range.max, .range.unit)]
    Implausible {
        /// The vital sign.
        sign: VitalSign,
        /// The plausible values, in the unit that was entered.
        range: PlausibleRange,
    },
    /// One of the two blood pressures is missing.
    #[error("blood pressure has both values")]
    PressureIncomplete {
        /// The one that is there.
        sign: VitalSign,
    },
    /// The blood pressures stand in each other's place.
    #[error("the systolic pressure is above the diastolic one")]
    PressuresReversed,
}

impl InvalidMeasurement {
    /// Returns the vital sign at fault, if it is one.
    pub const fn sign(&self) -> Option<VitalSign> {
        match self {
            Self::Empty => None,
            Self::UnitOfOtherSign { sign, .. }
            | Self::TooPrecise { sign, .. }
            | Self::Implausible { sign, .. }
            | Self::PressureIncomplete { sign } => Some(*sign),
            Self::PressuresReversed => Some(VitalSign::SystolicPressure),
        }
    }
}

/// Vital signs that were measured at one time, each as it was entered. What is stored is read without a check of its
/// ranges, so that it stays readable when these change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Measurements(BTreeMap<VitalSign, Quantity>);

impl Measurements {
    /// Checks what was entered.
    ///
    /// # Errors
    /// Each [`InvalidMeasurement`], in the order of the vital signs.
    pub fn parse(entered: BTreeMap<VitalSign, Quantity>) -> Result<Self, Vec<InvalidMeasurement>> {
        let mut invalid: Vec<_> = entered
            .iter()
            .filter_map(|(sign, quantity)| flaw(*sign, quantity))
            .collect();
        let measurements = Self(entered);
        invalid.extend(measurements.flaw_of_set());
        if invalid.is_empty() {
            Ok(measurements)
        } else {
            Err(invalid)
        }
    }

    fn flaw_of_set(&self) -> Option<InvalidMeasurement> {
        use VitalSign::{DiastolicPressure, SystolicPressure};
        if self.0.is_empty() {
            return Some(InvalidMeasurement::Empty);
        }
        match (
            self.canonical(SystolicPressure),
            self.canonical(DiastolicPressure),
        ) {
            (None, None) => None,
            (Some(_), None) => Some(InvalidMeasurement::PressureIncomplete {
                sign: SystolicPressure,
            }),
            (None, Some(_)) => Some(InvalidMeasurement::PressureIncomplete {
                sign: DiastolicPressure,
            }),
            (Some(systolic), Some(diastolic)) => {
                (systolic <= diastolic).then_some(InvalidMeasurement::PressuresReversed)
            }
        }
    }

    /// Returns each vital sign as it was entered.
    pub fn entered(&self) -> impl Iterator<Item = (VitalSign, &Quantity)> {
        self.0.iter().map(|(sign, quantity)| (*sign, quantity))
    }

    /// Returns a vital sign in its canonical unit.
    pub fn canonical(&self, sign: VitalSign) -> Option<Decimal> {
        self.0.get(&sign).map(Quantity::canonical)
    }

    /// Returns the body mass index in kg/m², to one decimal, if weight and height were measured.
    pub fn body_mass_index(&self) -> Option<Decimal> {
        let exact = |sign| {
            let quantity = self.0.get(&sign)?;
            Some(quantity.unit().to_canonical(quantity.value()))
        };
        let weight = exact(VitalSign::Weight)?;
        let metres = exact(VitalSign::Height)? / Decimal::ONE_HUNDRED;
        weight
            .checked_div(metres * metres)
            .map(|index| rounded(index, 1))
    }

    /// Returns what a trend shows of the set.
    pub fn derived(&self, sign: DerivedSign) -> Option<Decimal> {
        match sign {
            DerivedSign::Measured(sign) => self.canonical(sign),
            DerivedSign::BodyMassIndex => self.body_mass_index(),
        }
    }
}

fn flaw(sign: VitalSign, quantity: &Quantity) -> Option<InvalidMeasurement> {
    let (value, unit) = (quantity.value(), quantity.unit());
    if unit.canonical() != sign.unit() {
        let expected = sign.unit();
        return Some(InvalidMeasurement::UnitOfOtherSign { sign, expected });
    }
    if value.scale() > unit.decimals() {
        return Some(InvalidMeasurement::TooPrecise { sign, unit });
    }
    let range = sign.plausible(unit);
    let is_plausible = range.min <= value && value <= range.max;
    (!is_plausible).then_some(InvalidMeasurement::Implausible { sign, range })
}

redacted_debug!(Measurements);
