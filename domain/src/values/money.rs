//! An amount of money, in whole minor units.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Currency;

/// Reason to refuse an amount or a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidMoney {
    /// Amounts are never negative; a refund is a type of its own.
    #[error("an amount of money is not negative")]
    Negative,
    /// The two amounts are in different currencies.
    #[error("amounts in different currencies can't be added")]
    CurrenciesDiffer,
    /// The sum exceeds the range of the type.
    #[error("the amount is too large")]
    TooLarge,
}

/// A non-negative amount of one currency. Stored as `{"amount": 50000, "currency": "INR"}`: 500
/// rupees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Money {
    amount: i64,
    currency: Currency,
}

impl Money {
    /// Checks an amount in the currency's minor unit (paise, cents, yen).
    ///
    /// # Errors
    /// [`InvalidMoney::Negative`] below zero.
    pub const fn new(amount: i64, currency: Currency) -> Result<Self, InvalidMoney> {
        if amount < 0 {
            return Err(InvalidMoney::Negative);
        }
        Ok(Self { amount, currency })
    }

    /// Returns an amount of zero.
    pub const fn zero(currency: Currency) -> Self {
        Self {
            amount: 0,
            currency,
        }
    }

    /// Returns the amount in minor units; zero or more.
    pub const fn amount(&self) -> i64 {
        self.amount
    }

    /// Returns the currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// True if the amount is zero.
    pub const fn is_zero(&self) -> bool {
        self.amount == 0
    }

    /// Returns the sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`InvalidMoney::CurrenciesDiffer`], or [`InvalidMoney::TooLarge`] when the sum exceeds the
    /// range of the type.
    pub fn checked_add(self, other: Self) -> Result<Self, InvalidMoney> {
        if self.currency != other.currency {
            return Err(InvalidMoney::CurrenciesDiffer);
        }
        let amount = self
            .amount
            .checked_add(other.amount)
            .ok_or(InvalidMoney::TooLarge)?;
        Ok(Self { amount, ..self })
    }
}

/// The deserialised form, before it is checked.
#[derive(Deserialize)]
struct Parts {
    amount: i64,
    currency: Currency,
}

impl TryFrom<Parts> for Money {
    type Error = InvalidMoney;

    fn try_from(parts: Parts) -> Result<Self, InvalidMoney> {
        Self::new(parts.amount, parts.currency)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inr(amount: i64) -> Money {
        Money::new(amount, Currency::Inr).unwrap()
    }

    #[test]
    fn money_is_stored_as_minor_units_and_currency() {
        let stored = json!({"amount": 50_000, "currency": "INR"});
        assert_eq!(serde_json::to_value(inr(50_000)).unwrap(), stored);
        assert_eq!(
            serde_json::from_value::<Money>(stored).unwrap(),
            inr(50_000)
        );
    }

    #[test]
    fn a_negative_amount_is_refused_at_every_door() {
        assert_eq!(Money::new(-1, Currency::Inr), Err(InvalidMoney::Negative));
        assert!(serde_json::from_value::<Money>(json!({"amount": -1, "currency": "INR"})).is_err());
    }

    #[test]
    fn amounts_of_one_currency_add_up() {
        assert_eq!(inr(1).checked_add(inr(2)), Ok(inr(3)));
    }

    #[test]
    fn amounts_of_two_currencies_do_not_add_up() {
        let sum = inr(1).checked_add(Money::zero(Currency::Usd));
        assert_eq!(sum, Err(InvalidMoney::CurrenciesDiffer));
    }

    #[test]
    fn a_sum_beyond_counting_is_refused() {
        assert_eq!(
            inr(i64::MAX).checked_add(inr(1)),
            Err(InvalidMoney::TooLarge)
        );
    }

    #[test]
    fn only_nothing_is_zero() {
        assert!(Money::zero(Currency::Jpy).is_zero());
        assert!(!inr(1).is_zero());
    }
}
