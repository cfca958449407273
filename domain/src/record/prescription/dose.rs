//! Dose, route, frequency and length of a course: what makes a line of a prescription exact.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an amount is above 0, at most 100000, with up to three decimals, such as 0.5")]
pub struct InvalidAmount;

/// An amount above zero, in thousandths. In JSON it is a text, so that no reader rounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DoseAmount {
    thousandths: u32,
}

impl DoseAmount {
    const MAX_THOUSANDTHS: u32 = 100_000_000;

    /// Reads a decimal number.
    ///
    /// # Errors
    /// [`InvalidAmount`] unless it is above 0, at most 100000, and has up to three decimals.
    pub fn parse(raw: &str) -> Result<Self, InvalidAmount> {
        let (whole, decimals) = raw.split_once('.').unwrap_or((raw, "0"));
        let is_number = |digits: &str, most: usize| {
            (1..=most).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit())
        };
        if !is_number(whole, 6) || !is_number(decimals, 3) {
            return Err(InvalidAmount);
        }
        let thousandths: u32 = format!("{whole}{decimals:0<3}")
            .parse()
            .map_err(|_| InvalidAmount)?;
        if (1..=Self::MAX_THOUSANDTHS).contains(&thousandths) {
            Ok(Self { thousandths })
        } else {
            Err(InvalidAmount)
        }
    }
}

impl fmt::Display for DoseAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.thousandths / 1_000, self.thousandths % 1_000);
        if decimals == 0 {
            return write!(f, "{whole}");
        }
        let text = format!("{whole}.{decimals:03}");
        f.write_str(text.trim_end_matches('0'))
    }
}

impl FromStr for DoseAmount {
    type Err = InvalidAmount;

    fn from_str(raw: &str) -> Result<Self, InvalidAmount> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for DoseAmount {
    type Error = InvalidAmount;

    fn try_from(raw: String) -> Result<Self, InvalidAmount> {
        Self::parse(&raw)
    }
}

impl From<DoseAmount> for String {
    fn from(amount: DoseAmount) -> Self {
        amount.to_string()
    }
}

/// The amount that is taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dose {
    /// How much.
    pub amount: DoseAmount,
    /// Of which unit.
    pub unit: DoseUnit,
}

/// Defines an enum of codes with the list of its variants.
macro_rules! codes {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$variant_doc])+ $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }
    };
}

codes! {
    /// The unit of a dose.
    DoseUnit {
        /// Tablets.
        Tablet,
        /// Capsules.
        Capsule,
        /// Sachets.
        Sachet,
        /// Suppositories.
        Suppository,
        /// Patches.
        Patch,
        /// Drops.
        Drop,
        /// Puffs or sprays.
        Puff,
        /// Applications to the skin.
        Application,
        /// Micrograms.
        Microgram,
        /// Milligrams.
        Milligram,
        /// Grams.
        Gram,
        /// Millilitres.
        Millilitre,
        /// International units.
        InternationalUnit,
    }
}

codes! {
    /// The way in which a drug is taken.
    Route {
        /// By the mouth.
        Oral,
        /// Under the tongue.
        Sublingual,
        /// Between gum and cheek.
        Buccal,
        /// By breathing in.
        Inhaled,
        /// Into the nose.
        Nasal,
        /// Into the eye.
        Ophthalmic,
        /// Into the ear.
        Otic,
        /// On the skin.
        Topical,
        /// Through the skin, by a patch.
        Transdermal,
        /// Into a vein.
        Intravenous,
        /// Into a muscle.
        Intramuscular,
        /// Under the skin.
        Subcutaneous,
        /// Into the rectum.
        Rectal,
        /// Into the vagina.
        Vaginal,
        /// Another way, which the instructions explain.
        Other,
    }
}

codes! {
    /// The period that a frequency counts in.
    Period {
        /// An hour.
        Hour,
        /// A day.
        Day,
        /// A week.
        Week,
        /// A month.
        Month,
    }
}

/// An impossible number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a drug is taken 1 to {} times in a period", Times::MAX)]
pub struct InvalidTimes;

/// Number of times in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Times(u8);

impl Times {
    /// The most that is accepted.
    pub const MAX: u8 = 24;
}

impl TryFrom<u8> for Times {
    type Error = InvalidTimes;

    fn try_from(times: u8) -> Result<Self, InvalidTimes> {
        if (1..=Self::MAX).contains(&times) {
            Ok(Self(times))
        } else {
            Err(InvalidTimes)
        }
    }
}

impl From<Times> for u8 {
    fn from(times: Times) -> Self {
        times.0
    }
}

/// How often a drug is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frequency {
    /// Number of times in the period.
    pub times: Times,
    /// The period.
    pub per: Period,
    /// True if it is taken only when it is needed, at most so often.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_needed: bool,
}

/// An impossible length of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a course lasts 1 to {} days", CourseDays::MAX)]
pub struct InvalidCourse;

/// The length of a course, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct CourseDays(u16);

impl CourseDays {
    /// The longest that is accepted: a year and a day.
    pub const MAX: u16 = 366;

    /// Returns the number of days.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for CourseDays {
    type Error = InvalidCourse;

    fn try_from(days: u16) -> Result<Self, InvalidCourse> {
        if (1..=Self::MAX).contains(&days) {
            Ok(Self(days))
        } else {
            Err(InvalidCourse)
        }
    }
}

impl From<CourseDays> for u16 {
    fn from(days: CourseDays) -> Self {
        days.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_has_up_to_three_decimals() {
        for (raw, shown) in [
            ("1", "1"),
            ("0.5", "0.5"),
            ("0.125", "0.125"),
            ("2.50", "2.5"),
            ("100000", "100000"),
        ] {
            assert_eq!(DoseAmount::parse(raw).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn an_impossible_amount_is_refused() {
        for raw in [
            "",
            "0",
            "0.000",
            "-1",
            "+1",
            "1.",
            ".5",
            "1e3",
            "1,5",
            "0.0005",
            "100000.001",
            "1000000",
            "１",
            " 1",
        ] {
            assert_eq!(DoseAmount::parse(raw), Err(InvalidAmount), "{raw}");
        }
    }

    #[test]
    fn impossible_frequencies_and_courses_are_refused() {
        assert!(Times::try_from(0).is_err() && Times::try_from(25).is_err());
        assert!(Times::try_from(1).is_ok() && Times::try_from(24).is_ok());
        assert!(CourseDays::try_from(0).is_err() && CourseDays::try_from(367).is_err());
        assert!(CourseDays::try_from(1).is_ok() && CourseDays::try_from(366).is_ok());
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_as_it_is_shown(thousandths in 1_u32..=100_000_000) {
            let amount = DoseAmount { thousandths };
            prop_assert_eq!(DoseAmount::parse(&amount.to_string()), Ok(amount));
        }
    }
}
