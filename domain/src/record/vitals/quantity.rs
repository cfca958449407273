//! A measured value in its unit, as it was entered.

use std::str::FromStr as _;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::unit::Unit;
use crate::values::text::redacted_debug;

/// The text is not a number in decimal notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a value is up to six digits, then perhaps a point and up to three more")]
pub struct InvalidValue;

/// A value in its unit, as it was entered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quantity {
    value: MeasuredValue,
    unit: Unit,
}

/// A number in decimal notation, with the decimals with which it was entered. In JSON it is a text, so that no reader
/// turns it into a float and its precision stays.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MeasuredValue(Decimal);

impl Quantity {
    /// Decimals of a value that is derived from what was entered.
    const DERIVED_DECIMALS: u32 = 2;

    /// A value in a unit. The set as a whole checks its range.
    pub const fn new(value: MeasuredValue, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// Returns the value as it was entered.
    pub const fn value(&self) -> Decimal {
        self.value.0
    }

    /// Returns the unit in which it was entered.
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// Returns the value in the canonical unit: as it was entered, or else rounded to hundredths, a half away from zero.
    pub fn canonical(&self) -> Decimal {
        if self.unit == self.unit.canonical() {
            return self.value();
        }
        rounded(self.unit.to_canonical(self.value()), Self::DERIVED_DECIMALS)
    }
}

/// Rounds to so many decimals at most, a half away from zero.
pub(super) fn rounded(value: Decimal, decimals: u32) -> Decimal {
    let rounded = value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    rounded.normalize()
}

impl MeasuredValue {
    const MAX_WHOLE: usize = 6;
    const MAX_DECIMALS: usize = 3;

    /// Reads a number in decimal notation.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other form.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        let is_digits = |digits: &str, max| {
            (1..=max).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_plain = match raw.split_once('.') {
            None => is_digits(raw, Self::MAX_WHOLE),
            Some((whole, decimals)) => {
                is_digits(whole, Self::MAX_WHOLE) && is_digits(decimals, Self::MAX_DECIMALS)
            }
        };
        if !is_plain {
            return Err(InvalidValue);
        }
        Decimal::from_str(raw).map(Self).map_err(|_| InvalidValue)
    }
}

impl TryFrom<String> for MeasuredValue {
    type Error = InvalidValue;

    fn try_from(raw: String) -> Result<Self, InvalidValue> {
        Self::parse(&raw)
    }
}

impl From<MeasuredValue> for String {
    fn from(entered: MeasuredValue) -> Self {
        entered.0.to_string()
    }
}

redacted_debug!(Quantity);
redacted_debug!(MeasuredValue);
