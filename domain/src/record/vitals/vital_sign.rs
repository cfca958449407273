//! Vital signs, with their LOINC codes ([loinc.org](https://loinc.org)), units and plausible ranges.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::unit::Unit;

/// The values between which a measurement is plausible, both included. It is wide: it holds what living patients had,
/// and refuses what was mistyped or entered in another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlausibleRange {
    /// The lowest.
    pub min: Decimal,
    /// The highest.
    pub max: Decimal,
    /// The unit of both.
    pub unit: Unit,
}

macro_rules! vital_signs {
    ($($(#[doc = $doc:literal])+ $sign:ident = $name:literal, $loinc:literal, $unit:ident from $min:literal to $max:literal thousandths;)+) => {
        /// A vital sign.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum VitalSign {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $sign),+
        }

        impl VitalSign {
            /// All vital signs.
            pub const ALL: &[Self] = &[$(Self::$sign),+];

            /// Returns the name in events and in the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$sign => $name),+ }
            }

            /// Returns the LOINC code of the value in the canonical unit.
            pub const fn loinc(self) -> &'static str {
                match self { $(Self::$sign => $loinc),+ }
            }

            /// Returns the canonical unit.
            pub const fn unit(self) -> Unit {
                match self { $(Self::$sign => Unit::$unit),+ }
            }

            /// Returns the plausible range, in thousandths of the canonical unit.
            const fn thousandths(self) -> (i64, i64) {
                match self { $(Self::$sign => ($min, $max)),+ }
            }
        }
    };
}

vital_signs! {
    /// Systolic blood pressure.
    SystolicPressure = "systolicPressure", "8480-6", MillimetreOfMercury from 40_000 to 300_000 thousandths;
    /// Diastolic blood pressure.
    DiastolicPressure = "diastolicPressure", "8462-4", MillimetreOfMercury from 20_000 to 200_000 thousandths;
    /// Heart rate.
    Pulse = "pulse", "8867-4", PerMinute from 20_000 to 300_000 thousandths;
    /// Respiratory rate.
    Respiration = "respiration", "9279-1", PerMinute from 3_000 to 100_000 thousandths;
    /// Body temperature.
    Temperature = "temperature", "8310-5", Celsius from 25_000 to 45_000 thousandths;
    /// Oxygen saturation in arterial blood (`SpO₂`).
    OxygenSaturation = "oxygenSaturation", "2708-6", Percent from 30_000 to 100_000 thousandths;
    /// Glucose in blood.
    Glucose = "glucose", "2339-0", MilligramPerDecilitre from 10_000 to 1_500_000 thousandths;
    /// Body weight.
    Weight = "weight", "29463-7", Kilogram from 300 to 650_000 thousandths;
    /// Body height.
    Height = "height", "8302-2", Centimetre from 20_000 to 275_000 thousandths;
}

impl VitalSign {
    /// Returns the range in which a value in this unit is plausible.
    pub fn plausible(self, unit: Unit) -> PlausibleRange {
        let (min, max) = self.thousandths();
        let bound = |thousandths| {
            unit.value_of(Decimal::new(thousandths, 3))
                .round_dp(unit.decimals())
                .normalize()
        };
        PlausibleRange {
            min: bound(min),
            max: bound(max),
            unit,
        }
    }
}

impl fmt::Display for VitalSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a trend shows: a vital sign, or a value that is derived from several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DerivedSign {
    /// A vital sign in its canonical unit.
    Measured(VitalSign),
    /// The body mass index: weight by the square of the height.
    BodyMassIndex,
}

impl DerivedSign {
    /// LOINC code of the body mass index.
    pub const BODY_MASS_INDEX: &'static str = "39156-5";
    /// UCUM code of its unit.
    pub const BODY_MASS_INDEX_UNIT: &'static str = "kg/m2";

    /// Finds what a LOINC code names.
    pub fn from_loinc(code: &str) -> Option<Self> {
        if code == Self::BODY_MASS_INDEX {
            return Some(Self::BodyMassIndex);
        }
        let mut signs = VitalSign::ALL.iter().copied();
        signs.find(|sign| sign.loinc() == code).map(Self::Measured)
    }

    /// Returns the LOINC code.
    pub const fn loinc(self) -> &'static str {
        match self {
            Self::Measured(sign) => sign.loinc(),
            Self::BodyMassIndex => Self::BODY_MASS_INDEX,
        }
    }

    /// Returns the UCUM code of the unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Measured(sign) => sign.unit().code(),
            Self::BodyMassIndex => Self::BODY_MASS_INDEX_UNIT,
        }
    }
}
