//! Currencies in which the clinics charge.
//!
//! To add one: a variant, and its line in each of `ALL`, `code` and `minor_digits`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The code is not a supported currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the currency is not one that clinics charge in")]
pub struct UnknownCurrency;

/// A currency by its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// United Arab Emirates dirham.
    Aed,
    /// Australian dollar.
    Aud,
    /// Canadian dollar.
    Cad,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Indian rupee.
    Inr,
    /// Japanese yen, which has no minor unit.
    Jpy,
    /// Singapore dollar.
    Sgd,
    /// United States dollar.
    Usd,
}

impl Currency {
    /// All supported currencies.
    pub const ALL: [Self; 9] = [
        Self::Aed,
        Self::Aud,
        Self::Cad,
        Self::Eur,
        Self::Gbp,
        Self::Inr,
        Self::Jpy,
        Self::Sgd,
        Self::Usd,
    ];

    /// Returns the ISO 4217 code: three upper-case letters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Aed => "AED",
            Self::Aud => "AUD",
            Self::Cad => "CAD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Inr => "INR",
            Self::Jpy => "JPY",
            Self::Sgd => "SGD",
            Self::Usd => "USD",
        }
    }

    /// Returns the number of decimal digits of the minor unit (ISO 4217, list one).
    pub const fn minor_digits(self) -> u8 {
        match self {
            Self::Jpy => 0,
            Self::Aed
            | Self::Aud
            | Self::Cad
            | Self::Eur
            | Self::Gbp
            | Self::Inr
            | Self::Sgd
            | Self::Usd => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        Self::ALL
            .into_iter()
            .find(|currency| currency.code() == code)
            .ok_or(UnknownCurrency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_is_found_and_stored_under_its_code() {
        for currency in Currency::ALL {
            assert_eq!(currency.code().parse(), Ok(currency));
            assert_eq!(serde_json::to_value(currency).unwrap(), currency.code());
        }
    }

    #[test]
    fn a_code_is_three_upper_case_letters_of_a_known_currency() {
        assert_eq!("inr".parse::<Currency>(), Err(UnknownCurrency));
        assert_eq!("XTS".parse::<Currency>(), Err(UnknownCurrency));
    }

    #[test]
    fn a_yen_has_no_minor_unit() {
        assert_eq!(Currency::Jpy.minor_digits(), 0);
        assert_eq!(Currency::Inr.minor_digits(), 2);
    }
}
