//! Amounts with their currency sign.

use domain::{Currency, Money};

/// An amount with its sign and all digits of its minor unit: `₹800.00`, `¥800`.
pub(super) fn spelled(money: Money) -> String {
    let (amount, sign) = (money.amount(), sign(money.currency()));
    match u32::from(money.currency().minor_digits()) {
        0 => format!("{sign}{amount}"),
        digits => {
            let unit = 10_i64.pow(digits);
            let (whole, part) = (amount / unit, amount % unit);
            let width = digits as usize;
            format!("{sign}{whole}.{part:0width$}")
        }
    }
}

/// Returns the currency sign. Dollars name the country.
const fn sign(currency: Currency) -> &'static str {
    match currency {
        Currency::Aed => "AED ",
        Currency::Aud => "A$",
        Currency::Cad => "C$",
        Currency::Eur => "€",
        Currency::Gbp => "£",
        Currency::Inr => "₹",
        Currency::Jpy => "¥",
        Currency::Sgd => "S$",
        Currency::Usd => "US$",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_all_digits_of_its_minor_unit() {
        let spelled = |amount, currency| spelled(Money::new(amount, currency).unwrap());
        assert_eq!(spelled(80_000, Currency::Inr), "₹800.00");
        assert_eq!(spelled(5, Currency::Eur), "€0.05");
        assert_eq!(spelled(800, Currency::Jpy), "¥800");
        let most = "₹92233720368547758.07";
        assert_eq!(spelled(i64::MAX, Currency::Inr), most);
    }
}
