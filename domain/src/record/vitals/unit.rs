//! Units of vital signs, with the codes of UCUM ([unitsofmeasure.org](https://ucum.org)).

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text is the code of no unit that is accepted here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a unit is one of mm[Hg], /min, Cel, [degF], %, mg/dL, mmol/L, kg, g, [lb_av], cm, [in_i]")]
pub struct UnknownUnit;

/// How a value in a unit becomes one in the canonical unit of its kind: `(value - offset) · numerator / denominator`.
/// The numbers are exact by definition, but for glucose.
struct Conversion {
    canonical: Unit,
    offset: i64,
    numerator: i64,
    denominator: i64,
}

macro_rules! units {
    ($($(#[doc = $doc:literal])+ $unit:ident = $code:literal, $decimals:literal decimals, $canonical:ident by ($offset:literal, $numerator:literal / $denominator:literal);)+) => {
        /// A unit of a vital sign.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Unit {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $unit),+
        }

        impl Unit {
            /// All units.
            pub const ALL: &[Self] = &[$(Self::$unit),+];

            /// Returns the UCUM code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$unit => $code),+ }
            }

            /// Returns the most decimals that a value in the unit has.
            pub const fn decimals(self) -> u32 {
                match self { $(Self::$unit => $decimals),+ }
            }

            const fn conversion(self) -> Conversion {
                match self {
                    $(Self::$unit => Conversion {
                        canonical: Self::$canonical,
                        offset: $offset,
                        numerator: $numerator,
                        denominator: $denominator,
                    }),+
                }
            }
        }
    };
}

units! {
    /// Millimetres of mercury.
    MillimetreOfMercury = "mm[Hg]", 0 decimals, MillimetreOfMercury by (0, 1 / 1);
    /// Times per minute.
    PerMinute = "/min", 0 decimals, PerMinute by (0, 1 / 1);
    /// Degrees Celsius.
    Celsius = "Cel", 2 decimals, Celsius by (0, 1 / 1);
    /// Degrees Fahrenheit.
    Fahrenheit = "[degF]", 2 decimals, Celsius by (32, 5 / 9);
    /// Percent.
    Percent = "%", 1 decimals, Percent by (0, 1 / 1);
    /// Milligrams per decilitre.
    MilligramPerDecilitre = "mg/dL", 1 decimals, MilligramPerDecilitre by (0, 1 / 1);
    /// Millimoles per litre; of glucose, whose molar mass is 180.156 g/mol.
    MillimolePerLitre = "mmol/L", 2 decimals, MilligramPerDecilitre by (0, 180_156 / 10_000);
    /// Kilograms.
    Kilogram = "kg", 3 decimals, Kilogram by (0, 1 / 1);
    /// Grams.
    Gram = "g", 0 decimals, Kilogram by (0, 1 / 1_000);
    /// Pounds, 0.45359237 kg.
    Pound = "[lb_av]", 2 decimals, Kilogram by (0, 45_359_237 / 100_000_000);
    /// Centimetres.
    Centimetre = "cm", 1 decimals, Centimetre by (0, 1 / 1);
    /// Inches, 2.54 cm.
    Inch = "[in_i]", 2 decimals, Centimetre by (0, 254 / 100);
}

impl Unit {
    /// Returns the unit to which values in this one are converted.
    #[must_use]
    pub const fn canonical(self) -> Self {
        self.conversion().canonical
    }

    /// Converts a value in this unit to the canonical one, exactly.
    pub(super) fn to_canonical(self, value: Decimal) -> Decimal {
        let Conversion {
            offset,
            numerator,
            denominator,
            ..
        } = self.conversion();
        (value - Decimal::from(offset)) * Decimal::from(numerator) / Decimal::from(denominator)
    }

    /// Converts a value in the canonical unit to this one, exactly.
    pub(super) fn value_of(self, canonical: Decimal) -> Decimal {
        let Conversion {
            offset,
            numerator,
            denominator,
            ..
        } = self.conversion();
        canonical * Decimal::from(denominator) / Decimal::from(numerator) + Decimal::from(offset)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Unit {
    type Err = UnknownUnit;

    fn from_str(raw: &str) -> Result<Self, UnknownUnit> {
        let mut units = Self::ALL.iter().copied();
        units.find(|unit| unit.code() == raw).ok_or(UnknownUnit)
    }
}
