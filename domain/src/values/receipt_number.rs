//! The number of a receipt in the series of its clinic.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The number is below 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("receipts are numbered from 1")]
pub struct InvalidReceiptNumber;

/// A receipt's number: each clinic counts from 1, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct ReceiptNumber(i64);

impl ReceiptNumber {
    /// The number of a clinic's first receipt.
    pub const FIRST: Self = Self(1);

    /// Checks a number.
    ///
    /// # Errors
    /// [`InvalidReceiptNumber`] below 1.
    pub const fn new(number: i64) -> Result<Self, InvalidReceiptNumber> {
        if number < 1 {
            return Err(InvalidReceiptNumber);
        }
        Ok(Self(number))
    }

    /// Returns the plain number.
    pub const fn number(&self) -> i64 {
        self.0
    }

    /// Returns the next number. It saturates, but the largest one is out of reach.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<i64> for ReceiptNumber {
    type Error = InvalidReceiptNumber;

    fn try_from(number: i64) -> Result<Self, InvalidReceiptNumber> {
        Self::new(number)
    }
}

impl From<ReceiptNumber> for i64 {
    fn from(number: ReceiptNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_numbered_from_one() {
        assert_eq!(ReceiptNumber::new(1), Ok(ReceiptNumber::FIRST));
        assert_eq!(ReceiptNumber::new(0), Err(InvalidReceiptNumber));
        assert!(serde_json::from_str::<ReceiptNumber>("-1").is_err());
    }

    #[test]
    fn no_number_is_left_out() {
        let next = ReceiptNumber::FIRST.next();
        assert_eq!((next.number(), next.to_string()), (2, "2".to_owned()));
    }
}
